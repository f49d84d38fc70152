// SPDX-License-Identifier: Apache-2.0
import { createPermissionRule } from '@backstage/plugin-permission-node';
import { z } from 'zod';
import { kubevirtVmResourceRef, VmResource } from './resource';
import { matchesVmFilter, VmFilter } from './VmFilter';

function owner(params: { claims: string[] }): VmFilter {
  return {
    key: 'owner',
    values: params.claims.map(c => c.toLocaleLowerCase('en-US')),
  };
}

/**
 * The VM is owned by one of the claims, told by the cluster: by annotation
 * `kubevirt-snapshots/owner` or the operator's namespace map.
 *
 * @public
 */
export const isVmOwner = createPermissionRule({
  name: 'IS_VM_OWNER',
  description:
    'Allow virtual machines that are owned, as the cluster tells it, by one of the claims',
  resourceRef: kubevirtVmResourceRef,
  paramsSchema: z.object({
    claims: z
      .array(z.string())
      .describe('Entity refs of which at least one has to be an owner'),
  }),
  apply: (resource: VmResource, params) =>
    matchesVmFilter(owner(params), resource),
  toQuery: owner,
});

/**
 * The VM is in one of the clusters.
 *
 * @public
 */
export const inCluster = createPermissionRule({
  name: 'IN_CLUSTER',
  description: 'Allow virtual machines of the named clusters',
  resourceRef: kubevirtVmResourceRef,
  paramsSchema: z.object({
    clusters: z
      .array(z.string())
      .describe('Names as configured under kubevirtSnapshots.clusters'),
  }),
  apply: (resource: VmResource, { clusters }) =>
    matchesVmFilter({ key: 'cluster', values: clusters }, resource),
  toQuery: ({ clusters }): VmFilter => ({ key: 'cluster', values: clusters }),
});

/**
 * The VM is in one of the namespaces, whatever the cluster.
 *
 * @public
 */
export const inNamespace = createPermissionRule({
  name: 'IN_NAMESPACE',
  description:
    'Allow virtual machines in the named namespaces, whatever the cluster',
  resourceRef: kubevirtVmResourceRef,
  paramsSchema: z.object({
    namespaces: z.array(z.string()).describe('Names of Kubernetes namespaces'),
  }),
  apply: (resource: VmResource, { namespaces }) =>
    matchesVmFilter({ key: 'namespace', values: namespaces }, resource),
  toQuery: ({ namespaces }): VmFilter => ({
    key: 'namespace',
    values: namespaces,
  }),
});

function label(params: { key: string; value?: string }): VmFilter {
  return params.value === undefined
    ? { key: 'label', label: params.key }
    : { key: 'label', label: params.key, value: params.value };
}

/**
 * The VM carries a label, with a certain value or any. False on rows about the
 * past, whose labels nobody recorded.
 *
 * @public
 */
export const hasLabel = createPermissionRule({
  name: 'HAS_LABEL',
  description: 'Allow virtual machines that carry the label',
  resourceRef: kubevirtVmResourceRef,
  paramsSchema: z.object({
    key: z.string().describe('Key of the label'),
    value: z
      .string()
      .optional()
      .describe('Value the label must have; any value when absent'),
  }),
  apply: (resource: VmResource, params) =>
    matchesVmFilter(label(params), resource),
  toQuery: label,
});

/**
 * The plugin's permission rules, to be registered with its backend.
 *
 * @public
 */
export const kubevirtVmRules = { isVmOwner, inCluster, inNamespace, hasLabel };
