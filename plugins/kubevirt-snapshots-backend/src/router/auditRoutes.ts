// SPDX-License-Identifier: Apache-2.0
import {
  auditAdministerPermission,
  auditExportPermission,
  auditReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { RouteDefinition } from './routes';

/** Routes that read the audit trail. */
export const auditRoutes = [
  {
    id: 'getHistory',
    method: 'get',
    path: '/entities/:kind/:namespace/:name/history',
    door: 'entity',
    effect: 'read',
    permissions: [auditReadPermission.name],
    summary: 'Who did what to this VM, newest first',
  },
  {
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    door: 'user',
    effect: 'read',
    permissions: [auditReadPermission.name],
    summary: 'The audit trail, newest first, as far as one may see it',
  },
  {
    id: 'getAuditRow',
    method: 'get',
    path: '/audit/rows/:seq',
    door: 'user',
    effect: 'read',
    permissions: [auditReadPermission.name],
    summary: 'One act of the audit trail with its rows',
  },
  {
    id: 'exportAudit',
    method: 'get',
    path: '/audit/export',
    door: 'user',
    effect: 'read',
    permissions: [auditExportPermission.name],
    summary: 'The audit trail as a file',
  },
  {
    id: 'getAuditVerification',
    method: 'get',
    path: '/audit/verification',
    door: 'user',
    effect: 'read',
    permissions: [auditReadPermission.name],
    summary: 'Whether the audit trail is whole, as last verified',
  },
  {
    id: 'verifyAudit',
    method: 'post',
    path: '/audit/verify',
    door: 'user',
    effect: 'write',
    permissions: [auditAdministerPermission.name],
    summary: 'Begins to verify the audit trail',
  },
] as const satisfies readonly RouteDefinition[];
