// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { Button, Text } from '@backstage/ui';
import { useMutation } from '@tanstack/react-query';
import {
  stringifyVmRef,
  type Verdict,
  type VmList,
  type VmListItem,
  type VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, kubevirtSnapshotsApiRef } from '../../api';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { useAnnounce } from '../Announcer';
import styles from './FleetBulk.module.css';
import type { BulkKind } from './useBulk';
import { MAX_SELECTED, type Selection } from './useSelection';

/** As many as the backend gives at once. */
const PAGE = 100;

/** Fetches all VMs that match, up to as many as can be chosen. */
function useAllThatMatch(query: VmListQuery, selection: Selection) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const t = useTexts();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: async () => {
      const vms: VmListItem[] = [];
      for (let offset = 0; offset < MAX_SELECTED; offset += PAGE) {
        const list = await api.listVms({ ...query, offset, limit: PAGE });
        vms.push(...list.items);
        if (offset + PAGE >= list.totalItems) {
          break;
        }
      }
      return vms.slice(0, MAX_SELECTED);
    },
    onSuccess: vms => {
      selection.add(vms);
      announce(t('bulk.selectedAnnounce', { count: vms.length }));
    },
  });
}

/** What can be done with the VMs that are chosen; nothing if none are. */
export function SelectionBar(props: {
  list: VmList;
  /** What the list was asked for by. */
  query: VmListQuery;
  selection: Selection;
  /** A bulk is under way, so no other can be begun. */
  busy: boolean;
  onBulk: (kind: BulkKind) => void;
}) {
  const { list, query, selection, busy, onBulk } = props;
  const t = useTexts();
  const all = useAllThatMatch(query, selection);
  const count = selection.keys.size;
  if (count === 0) {
    return null;
  }
  const wholePage = list.items.every(vm =>
    selection.keys.has(stringifyVmRef(vm.ref)),
  );
  const matching = Math.min(list.totalItems, MAX_SELECTED);
  const verdict: Verdict = busy
    ? { allowed: false, code: 'vm-busy', reason: t('bulk.oneAtATime') }
    : { allowed: true };
  return (
    <div className={styles.bar} role="region" aria-label={t('bulk.selection')}>
      <Text weight="bold" role="status">
        {t('bulk.selected', { count })}
      </Text>
      {wholePage && matching > count && (
        <Button
          variant="tertiary"
          size="small"
          loading={all.isPending}
          onPress={() => all.mutate()}
        >
          {list.totalItems > MAX_SELECTED
            ? t('bulk.selectFirst', { count: MAX_SELECTED })
            : t('bulk.selectAll', { count: list.totalItems })}
        </Button>
      )}
      {count >= MAX_SELECTED && (
        <Text color="secondary">
          {t('bulk.limit', { count: MAX_SELECTED })}
        </Text>
      )}
      {all.error && (
        <Text role="alert">
          {t('bulk.selectFailed', { message: apiFailure(all.error).message })}
        </Text>
      )}
      <span className={styles.end}>
        <ActionButton
          variant="primary"
          size="small"
          verdict={verdict}
          onPress={() => onBulk('take')}
        >
          {t('bulk.take')}
        </ActionButton>
        <ActionButton
          variant="secondary"
          size="small"
          verdict={verdict}
          onPress={() => onBulk('schedule')}
        >
          {t('bulk.schedule')}
        </ActionButton>
        <Button variant="secondary" size="small" onPress={selection.clear}>
          {t('bulk.clear')}
        </Button>
      </span>
    </div>
  );
}
