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
 * Protect a snapshot from deletion, and release it.
 *
 * @public
 */
export const snapshotProtectPermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.protect',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Start and stop a VM.
 *
 * @public
 */
export const vmPowerPermission = createPermission({
  name: 'kubevirt-snapshots.vm.power',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Bring a VM back to a snapshot, with the safety snapshot and the stopping and
 * starting that go with it; stop or clear a restore.
 *
 * @public
 */
export const snapshotRestorePermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.restore',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Make a new VM from a snapshot.
 *
 * @public
 */
export const snapshotClonePermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.clone',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Make a VM template from a snapshot.
 *
 * @public
 */
export const snapshotTemplatePermission = createPermission({
  name: 'kubevirt-snapshots.snapshot.template',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Delete claims that a restore of ours left behind.
 *
 * @public
 */
export const diskDeletePermission = createPermission({
  name: 'kubevirt-snapshots.disk.delete',
  attributes: { action: 'delete' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Put a VM under a schedule.
 *
 * @public
 */
export const scheduleCreatePermission = createPermission({
  name: 'kubevirt-snapshots.schedule.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Edit, run, pause, resume and adopt a schedule. A retention rule that can
 * remove something needs `snapshot.delete` as well.
 *
 * @public
 */
export const scheduleUpdatePermission = createPermission({
  name: 'kubevirt-snapshots.schedule.update',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Delete a schedule.
 *
 * @public
 */
export const scheduleDeletePermission = createPermission({
  name: 'kubevirt-snapshots.schedule.delete',
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
 * See who did what to a VM: its history, and the rows of the audit trail about
 * it. Without a condition: the whole trail and whether it is intact.
 *
 * @public
 */
export const auditReadPermission = createPermission({
  name: 'kubevirt-snapshots.audit.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Take rows of the audit trail away as a file, with the same limits.
 *
 * @public
 */
export const auditExportPermission = createPermission({
  name: 'kubevirt-snapshots.audit.export',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});

/**
 * Have the audit trail verified. Meant for the people who operate the portal.
 *
 * @public
 */
export const auditAdministerPermission = createPermission({
  name: 'kubevirt-snapshots.audit.administer',
  attributes: { action: 'update' },
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
  snapshotProtectPermission,
  vmPowerPermission,
  snapshotRestorePermission,
  snapshotClonePermission,
  snapshotTemplatePermission,
  diskDeletePermission,
  scheduleCreatePermission,
  scheduleUpdatePermission,
  scheduleDeletePermission,
  bindingReadPermission,
  auditReadPermission,
  auditExportPermission,
  auditAdministerPermission,
];
