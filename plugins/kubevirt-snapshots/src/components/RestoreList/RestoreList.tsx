// SPDX-License-Identifier: Apache-2.0
import type { RestoreHistoryItem } from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { RestoreItem } from './RestoreItem';
import styles from './RestoreList.module.css';
import { useLongAct } from '../LongActs/context';

/** Restores, newest first. */
export function RestoreList(props: {
  label: string;
  entity: EntityKey;
  vmUid: string;
  items: RestoreHistoryItem[];
  snapshotHref?: (snapshot: string) => string;
}) {
  const { label, entity, vmUid, items, snapshotHref } = props;
  const act = useLongAct();
  return (
    <ul className={styles.list} aria-label={label}>
      {items.map(item => (
        <RestoreItem
          key={item.name}
          entity={entity}
          vmUid={vmUid}
          item={item}
          snapshotHref={snapshotHref}
          actions={{
            onStop: ({ name }) =>
              act({ kind: 'stop-restore', restoreName: name }),
            onRetry: ({ snapshotName = '', operation }) =>
              act({
                kind: 'restore',
                snapshotName,
                choices: operation?.restore?.choices,
              }),
          }}
        />
      ))}
    </ul>
  );
}
