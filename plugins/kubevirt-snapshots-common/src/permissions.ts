// SPDX-License-Identifier: Apache-2.0
import { createPermission } from '@backstage/plugin-permission-common';

/**
 * Resource type of a virtual machine in permission decisions. Its resource
 * reference is `<cluster>/<namespace>/<name>`.
 *
 * @public
 */
export const RESOURCE_TYPE_KUBEVIRT_VM = 'kubevirt-vm';

/**
 * See a VM's state, its snapshots and their details.
 *
 * @public
 */
export const vmReadPermission = createPermission({
  name: 'kubevirt-snapshots.vm.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Take a snapshot of a VM, and stop a snapshot that one has started oneself.
 *
 * @public
 */
export const snapshotCreatePermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Delete a VM's snapshots, and stop a snapshot that somebody else has started.
 *
 * @public
 */
export const snapshotDeletePermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.delete',
  attributes: { action: 'delete' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * See the state of the clusters' connections and whether the portal's set-up
 * is sound. Meant for the people who operate the portal.
 *
 * @public
 */
export const bindingReadPermission = createPermission({
  name: 'kubevirt-snapshots.binding.read',
  attributes: { action: 'read' },
});

/**
 * Every permission of the plugin, as registered with the backend.
 *
 * @public
 */
export const kubevirtSnapshotsPermissions = [
  vmReadPermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  bindingReadPermission,
];
