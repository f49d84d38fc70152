// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { useQuery } from '@tanstack/react-query';
import {
  MAX_NAMED_VMS,
  stringifyVmRef,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtSnapshotsApiRef } from '../../api';
import { queryKeys } from '../../hooks/queries';

/**
 * VMs as they are now, in their order. They may have been chosen some time ago
 * and pages away. One that may not be read any longer, or isn't the same VM any
 * more, is missing.
 */
export function useFreshVms(vms: readonly VmListItem[]) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const keys = vms.map(({ ref }) => stringifyVmRef(ref));
  return useQuery({
    queryKey: queryKeys.namedVms(keys),
    queryFn: async ({ signal }) => {
      const fresh = new Map<string, VmListItem>();
      for (let i = 0; i < keys.length; i += MAX_NAMED_VMS) {
        const part = keys.slice(i, i + MAX_NAMED_VMS);
        const { items } = await api.listVms(
          { vms: part, limit: MAX_NAMED_VMS },
          { signal },
        );
        items.forEach(vm => fresh.set(stringifyVmRef(vm.ref), vm));
      }
      return vms.flatMap(({ ref, uid }) => {
        const vm = fresh.get(stringifyVmRef(ref));
        return vm && vm.uid === uid ? [vm] : [];
      });
    },
    // A preview of what is about to be done doesn't come from memory.
    gcTime: 0,
    staleTime: Infinity,
  });
}
