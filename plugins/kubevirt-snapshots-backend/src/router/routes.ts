// SPDX-License-Identifier: Apache-2.0
import {
  bindingReadPermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  snapshotProtectPermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { auditRoutes } from './auditRoutes';
import { restoreRoutes } from './restoreRoutes';
import { scheduleRoutes } from './scheduleRoutes';
import { copyRoutes } from './copyRoutes';

const ENTITY = '/entities/:kind/:namespace/:name';

/**
 * A route as data. The router, the API description and the permission test all
 * read this table: a route that isn't in it doesn't exist, and one that is new
 * in it fails the test until its answers are written down.
 */
export interface RouteDefinition {
  id: string;
  method: 'get' | 'post';
  path: string;
  /**
   * `open`: without credentials. `user`: a signed-in user. `entity`: a user
   * who may read the VM behind the entity.
   */
  door: 'open' | 'user' | 'entity';
  effect: 'read' | 'write' | 'stream';
  /** Permissions of which the handler needs one; none for `open`. */
  permissions: string[];
  summary: string;
}

/** All routes of the plugin, apart from the permission integration's own. */
export const routes = [
  {
    id: 'health',
    method: 'get',
    path: '/health',
    door: 'open',
    effect: 'read',
    permissions: [],
    summary: 'Tells that the plugin answers and whether acts can be recorded',
  },
  {
    id: 'listClusters',
    method: 'get',
    path: '/clusters',
    door: 'user',
    effect: 'read',
    permissions: [bindingReadPermission.name],
    summary: 'State of the connections to the clusters, for operators',
  },
  {
    id: 'listBindings',
    method: 'get',
    path: '/bindings',
    door: 'user',
    effect: 'read',
    permissions: [bindingReadPermission.name],
    summary: 'Entities whose claim to be a VM nobody confirms, for operators',
  },
  {
    id: 'listVms',
    method: 'get',
    path: '/vms',
    door: 'user',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'The VMs that one may read, over all clusters',
  },
  {
    id: 'streamVms',
    method: 'get',
    path: '/vms/events',
    door: 'user',
    effect: 'stream',
    permissions: [vmReadPermission.name],
    summary: 'Tells when one of the VMs that one may read changes',
  },
  {
    id: 'listSnapshots',
    method: 'get',
    path: `${ENTITY}/snapshots`,
    door: 'entity',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'The VM and a page of its snapshots, from the live cache',
  },
  {
    id: 'getSnapshot',
    method: 'get',
    path: `${ENTITY}/snapshots/:snapshot`,
    door: 'entity',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'Everything about one snapshot',
  },
  {
    id: 'checkSnapshotName',
    method: 'get',
    path: `${ENTITY}/snapshot-names/:snapshot`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotCreatePermission.name],
    summary: 'Whether a name is free',
  },
  {
    id: 'getOperation',
    method: 'get',
    path: `${ENTITY}/operations/:operation`,
    door: 'entity',
    effect: 'read',
    permissions: [vmReadPermission.name],
    summary: 'State of an operation on this VM',
  },
  {
    id: 'streamEvents',
    method: 'get',
    path: `${ENTITY}/events`,
    door: 'entity',
    effect: 'stream',
    permissions: [vmReadPermission.name],
    summary: 'Tells when something about the VM changes',
  },
  {
    id: 'takeSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotCreatePermission.name],
    summary: 'Takes a snapshot',
  },
  {
    id: 'stopSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/stop`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotCreatePermission.name, snapshotDeletePermission.name],
    summary: 'Stops a snapshot that is being taken',
  },
  {
    id: 'deleteSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/delete`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotDeletePermission.name],
    summary: 'Deletes a finished snapshot that nobody uses',
  },
  {
    id: 'protectSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/protect`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotProtectPermission.name],
    summary: 'Protects a snapshot from deletion',
  },
  {
    id: 'unprotectSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/unprotect`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotProtectPermission.name],
    summary: 'Releases a protected snapshot',
  },
  ...copyRoutes,
  ...auditRoutes,
  ...restoreRoutes,
  ...scheduleRoutes,
] as const satisfies readonly RouteDefinition[];

/** Ids of the routes. */
export type RouteId = (typeof routes)[number]['id'];
