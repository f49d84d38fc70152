// SPDX-License-Identifier: Apache-2.0
import {
  parseVmRef,
  stringifyVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  type BindingConfig,
  type ClusterService,
  type VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';

/**
 * What the rules are told about VMs named by permission resource references;
 * undefined for those that no cluster has.
 */
export function vmResources(
  resourceRefs: string[],
  options: { cluster: ClusterService; binding: BindingConfig },
): (VmResource | undefined)[] {
  const known = new Map(
    options.cluster.vms().map(vm => [stringifyVmRef(vm.ref), vm]),
  );
  return resourceRefs.map(resourceRef => {
    const ref = parseVmRef(resourceRef);
    const vm = ref && known.get(stringifyVmRef(ref));
    return (
      vm && {
        ref: vm.ref,
        uid: vm.uid,
        owners: ownersOf(vm, options.binding),
        labels: vm.labels,
      }
    );
  });
}
