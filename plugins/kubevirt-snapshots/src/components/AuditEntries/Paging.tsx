// SPDX-License-Identifier: Apache-2.0
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import styles from './AuditEntries.module.css';

/**
 * Leads to what is older, and back to the newest. Neither button goes away,
 * which would take the focus with it.
 */
export function Paging(props: {
  before?: number;
  next?: number;
  /** Another page has been asked for and isn't there yet. */
  stale?: boolean;
  onChange: (before: number | undefined) => void;
}) {
  const { before, next, stale, onChange } = props;
  const t = useTexts();
  if (before === undefined && next === undefined) {
    return null;
  }
  const only = (possible: boolean, reason: string): Verdict =>
    possible ? { allowed: true } : { allowed: false, code: 'vm-busy', reason };
  return (
    <nav className={styles.pages} aria-label={t('entry.pages')}>
      <ActionButton
        variant="secondary"
        size="small"
        verdict={only(before !== undefined, t('entry.isNewest'))}
        onPress={() => onChange(undefined)}
      >
        {t('entry.newest')}
      </ActionButton>
      <ActionButton
        variant="secondary"
        size="small"
        verdict={only(next !== undefined, t('entry.isOldest'))}
        onPress={() => !stale && onChange(next)}
      >
        {t('entry.older')}
      </ActionButton>
    </nav>
  );
}
