// SPDX-License-Identifier: Apache-2.0
import type {
  SnapshotItem,
  SnapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useEffect, useRef } from 'react';
import { useAnnounce } from '../components/Announcer';
import { statusLook } from '../components/StatusBadge';
import { useTexts } from '../translations';

/**
 * Tells screen readers when a snapshot on the screen changes its state, comes
 * or goes. Nothing is told when another list was asked for.
 *
 * @param listId - changes with filter, order and page
 */
export function useStateAnnouncements(items: SnapshotItem[], listId: string) {
  const t = useTexts();
  const announce = useAnnounce();
  const last = useRef<{ listId: string; states: Map<string, SnapshotState> }>();

  useEffect(() => {
    const states = new Map(items.map(item => [item.name, item.state]));
    const before = last.current;
    last.current = { listId, states };
    if (!before || before.listId !== listId) {
      return;
    }
    for (const [name, state] of states) {
      if (before.states.get(name) !== state) {
        announce(
          t('announce.state', { name, state: t(statusLook(state).label) }),
        );
      }
    }
    for (const [name, state] of before.states) {
      // Others may just have moved to another page.
      if (!states.has(name) && (state === 'stopping' || state === 'deleting')) {
        announce(t('announce.gone', { name }));
      }
    }
  }, [items, listId, announce, t]);
}
