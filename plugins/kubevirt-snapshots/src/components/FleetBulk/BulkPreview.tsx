// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type { VmListItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useId } from 'react';
import { useTexts } from '../../translations';
import styles from './FleetBulk.module.css';

/** What would be done with one VM, or why nothing is. */
export interface PreviewRow {
  vm: VmListItem;
  text?: string;
  note?: string;
  obstacle?: string;
}

/** What would be done with each VM; those it can't be done with come last. */
export function BulkPreview(props: {
  title: string;
  /** Title of the column with what is made. */
  column: string;
  rows: readonly PreviewRow[];
}) {
  const { title, column, rows } = props;
  const t = useTexts();
  const titleId = useId();
  const skipped = rows.filter(({ obstacle }) => obstacle).length;
  return (
    <div>
      <Text as="h3" id={titleId} variant="body-medium" weight="bold">
        {title}
        {skipped > 0 && ` · ${t('bulk.skipped', { count: skipped })}`}
      </Text>
      {/* What scrolls has to be reached by the keyboard. */}
      <div
        className={styles.scroll}
        role="region"
        aria-labelledby={titleId}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('bulk.vm')}</th>
              <th scope="col">{column}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ vm, text, note, obstacle }) => (
              <tr key={vm.uid} data-skipped={obstacle ? 'true' : undefined}>
                <th scope="row">
                  <span className={styles.text}>{vm.ref.name}</span>
                  <span className={styles.secondary}>
                    {t('fleet.placeText', { ...vm.ref })}
                  </span>
                </th>
                <td>
                  {obstacle ? (
                    <span className={styles.text}>
                      {t('bulk.cannot', { reason: obstacle })}
                    </span>
                  ) : (
                    <>
                      <span className={styles.text}>{text}</span>
                      <span className={styles.secondary}>{note}</span>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
