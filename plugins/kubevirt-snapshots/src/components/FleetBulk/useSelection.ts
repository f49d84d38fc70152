// SPDX-License-Identifier: Apache-2.0
import {
  stringifyVmRef,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useMemo, useState } from 'react';

/** Most VMs of one bulk. */
export const MAX_SELECTED = 200;

/** VMs that a person has chosen, on whichever page. */
export interface Selection {
  vms: readonly VmListItem[];
  keys: ReadonlySet<string>;
  /** Takes over what was chosen among the rows of the page; others stay. */
  choose: (page: readonly VmListItem[], chosen: 'all' | Set<unknown>) => void;
  /** Adds these, as far as there is room. */
  add: (vms: readonly VmListItem[]) => void;
  clear: () => void;
}

function added(
  current: ReadonlyMap<string, VmListItem>,
  vms: readonly VmListItem[],
): Map<string, VmListItem> {
  const next = new Map(current);
  for (const vm of vms) {
    const key = stringifyVmRef(vm.ref);
    if (next.size < MAX_SELECTED || next.has(key)) {
      next.set(key, vm);
    }
  }
  return next;
}

/** VMs chosen by a person. They stay chosen on other pages and filters. */
export function useSelection(): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, VmListItem>>(
    () => new Map(),
  );
  const choose = useCallback<Selection['choose']>(
    (page, keys) =>
      setChosen(current => {
        const isChosen = (vm: VmListItem) =>
          keys === 'all' || keys.has(stringifyVmRef(vm.ref));
        const others = new Map(current);
        page
          .filter(vm => !isChosen(vm))
          .forEach(vm => others.delete(stringifyVmRef(vm.ref)));
        return added(others, page.filter(isChosen));
      }),
    [],
  );
  const add = useCallback<Selection['add']>(
    vms => setChosen(current => added(current, vms)),
    [],
  );
  const clear = useCallback(() => setChosen(new Map()), []);
  return useMemo(
    () => ({
      vms: [...chosen.values()],
      keys: new Set(chosen.keys()),
      choose,
      add,
      clear,
    }),
    [chosen, choose, add, clear],
  );
}
