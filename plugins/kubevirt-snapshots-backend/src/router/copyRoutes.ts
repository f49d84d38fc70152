// SPDX-License-Identifier: Apache-2.0
import {
  snapshotClonePermission,
  snapshotTemplatePermission,
} from 'backstage-plugin-kubevirt-snapshots-common';

import type { RouteDefinition } from './routes';

const ENTITY = '/entities/:kind/:namespace/:name';

/** Routes of Create VM and Create VM template. */
export const copyRoutes = [
  {
    id: 'reviewClone',
    method: 'get',
    path: `${ENTITY}/snapshots/:snapshot/clone`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotClonePermission.name],
    summary: 'What making a VM from a snapshot would do',
  },
  {
    id: 'cloneSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/clone`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotClonePermission.name],
    summary: 'Makes a VM from a snapshot',
  },
  {
    id: 'checkVmName',
    method: 'get',
    path: `${ENTITY}/vm-names/:target`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotClonePermission.name],
    summary: 'Whether a new VM may have a name',
  },
  {
    id: 'reviewTemplate',
    method: 'get',
    path: `${ENTITY}/snapshots/:snapshot/template`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotTemplatePermission.name],
    summary: 'What making a template from a snapshot would do',
  },
  {
    id: 'templateSnapshot',
    method: 'post',
    path: `${ENTITY}/snapshots/:snapshot/template`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotTemplatePermission.name],
    summary: 'Makes a template from a snapshot',
  },
  {
    id: 'checkTemplateName',
    method: 'get',
    path: `${ENTITY}/template-names/:target`,
    door: 'entity',
    effect: 'read',
    permissions: [snapshotTemplatePermission.name],
    summary: 'Whether a new template may have a name',
  },
  {
    id: 'stopClone',
    method: 'post',
    path: `${ENTITY}/clones/:operation/stop`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotClonePermission.name],
    summary: 'Stops a VM that is being made',
  },
  {
    id: 'stopTemplate',
    method: 'post',
    path: `${ENTITY}/templates/:operation/stop`,
    door: 'entity',
    effect: 'write',
    permissions: [snapshotTemplatePermission.name],
    summary: 'Stops a template that is being made',
  },
] as const satisfies readonly RouteDefinition[];
