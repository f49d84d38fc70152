// SPDX-License-Identifier: Apache-2.0
import { Button } from '@backstage/ui';
import { useTexts } from '../../translations';
import styles from './AuditEntries.module.css';

/** Leads to what is older, and back to the newest. */
export function Paging(props: {
  before?: number;
  next?: number;
  onChange: (before: number | undefined) => void;
}) {
  const { before, next, onChange } = props;
  const t = useTexts();
  if (before === undefined && next === undefined) {
    return null;
  }
  return (
    <nav className={styles.pages} aria-label={t('entry.pages')}>
      {before !== undefined && (
        <Button
          variant="secondary"
          size="small"
          onPress={() => onChange(undefined)}
        >
          {t('entry.newest')}
        </Button>
      )}
      {next !== undefined && (
        <Button variant="secondary" size="small" onPress={() => onChange(next)}>
          {t('entry.older')}
        </Button>
      )}
    </nav>
  );
}
