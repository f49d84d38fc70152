// SPDX-License-Identifier: Apache-2.0
import { VisuallyHidden } from '@backstage/ui';
import { RiLockLine } from '@remixicon/react';
import { useTexts } from '../../translations';
import { ToneBadge } from '../StatusBadge';
import styles from './DiffTable.module.css';

/** A setting that differs. */
export interface DiffLine {
  label: string;
  /** Absent: it isn't there now. */
  now?: string;
  /** Absent: it won't be there afterwards. */
  then?: string;
  /** Where a secret may be, only that it differs is told. */
  sensitive?: boolean;
}

function Value(props: { value?: string; label: string; sensitive?: boolean }) {
  const { value, label, sensitive } = props;
  const t = useTexts();
  const text = () => {
    if (value === undefined) {
      return <span className={styles.absent}>{t('diff.absent')}</span>;
    }
    return sensitive ? (
      // Whatever the value is, it isn't put on the page.
      <ToneBadge icon={RiLockLine} tone="neutral">
        {t('diff.hidden')}
      </ToneBadge>
    ) : (
      value
    );
  };
  return (
    <td className={styles.cell}>
      {/* Shown where the table is too narrow for its head. */}
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <span>{text()}</span>
    </td>
  );
}

/** Settings as they are now and as they will be. */
export function DiffTable(props: {
  caption: string;
  lines: DiffLine[];
  /** Head of the column on the right. */
  thenLabel: string;
  /** Head of the column in the middle. */
  nowLabel: string;
}) {
  const { caption, lines, nowLabel, thenLabel } = props;
  const t = useTexts();
  return (
    <table className={styles.table}>
      <caption>
        <VisuallyHidden>{caption}</VisuallyHidden>
      </caption>
      <thead>
        <tr>
          <th scope="col">{t('diff.setting')}</th>
          <th scope="col">{nowLabel}</th>
          <th scope="col">{thenLabel}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ label, now, then, sensitive }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <Value value={now} label={nowLabel} sensitive={sensitive} />
            <Value value={then} label={thenLabel} sensitive={sensitive} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
