// SPDX-License-Identifier: Apache-2.0
import type { AuditEntry } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ToneBadge } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import styles from './AuditEntries.module.css';
import { outcomeLook } from './looks';

/** How an act came out, with its error and how often it happened. */
export function OutcomeText({ entry }: { entry: AuditEntry }) {
  const t = useTexts();
  const { icon, tone, label } = outcomeLook(entry.outcome);
  return (
    <div className={styles.stack}>
      <ToneBadge icon={icon} tone={tone}>
        {t(label)}
      </ToneBadge>
      {entry.count !== undefined && entry.count > 1 && (
        <span>{t('entry.count', { count: entry.count })}</span>
      )}
      {entry.error && <p className={surfaces.problem}>{entry.error.message}</p>}
    </div>
  );
}
