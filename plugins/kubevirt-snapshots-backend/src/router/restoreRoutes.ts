// SPDX-License-Identifier: Apache-2.0
import {
  diskDeletePermission,
  snapshotRestorePermission,
  vmPowerPermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { RouteDefinition } from './routes';

const ENTITY = '/entities/:kind/:namespace/:name';

/** Routes of restores, of what they leave, and of power. */
export const restoreRoutes = [
  {
    id: 'getRestorePlan',
    method: 'get',
    path: `${ENTITY}/snapshots/:snapshot/restore-plan`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotRestorePermission.name],
    summary: 'What a restore would do, from the cluster as it is now',
  },
  {
    id: 'restoreSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/restore`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotRestorePermission.name],
    summary: 'Brings the VM back to a snapshot, as reviewed',
  },
  {
    id: 'listRestores',
    method: 'get',
    path: `${ENTITY}/restores`,
    door: 'entity',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'Restores of the VM, newest first',
  },
  {
    id: 'stopRestore',
    method: 'post',
    path: `${ENTITY}/restores/:restore/stop`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotRestorePermission.name],
    summary: 'Stops a restore while that is safe',
  },
  {
    id: 'clearRestore',
    method: 'post',
    path: `${ENTITY}/restores/:restore/clear`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotRestorePermission.name],
    summary: 'Removes a failed restore that stands in the way of the next',
  },
  {
    id: 'changePower',
    method: 'post',
    path: `${ENTITY}/power`,
    door: 'entity',
    effect: 'write',
    permissions: [vmPowerPermission.name],
    summary: 'Starts or stops the VM',
  },
  {
    id: 'listLeftOverClaims',
    method: 'get',
    path: `${ENTITY}/left-over-claims`,
    door: 'entity',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'Claims that restores of the portal made and nothing uses',
  },
  {
    id: 'deleteClaim',
    method: 'post',
    path: `${ENTITY}/left-over-claims/:claim/delete`,
    door: 'entity',
    effect: 'write',
    permissions: [diskDeletePermission.name],
    summary: 'Deletes such a claim',
  },
] as const satisfies readonly RouteDefinition[];
