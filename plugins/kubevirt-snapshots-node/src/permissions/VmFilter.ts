// SPDX-License-Identifier: Apache-2.0
import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { VmResource } from './resource';

/**
 * One test on a VM, the query form of a permission rule. Lists are "any of";
 * an empty list matches nothing.
 *
 * @public
 */
export type VmFilter =
  | {
      key: 'owner';
      /** Entity refs, lower case. */
      values: string[];
    }
  | { key: 'cluster'; values: string[] }
  | { key: 'namespace'; values: string[] }
  | {
      key: 'label';
      label: string;
      /** Absent: any value. */
      value?: string;
    };

/**
 * Evaluates one filter. The rules' `apply` goes through it too, so that a list
 * and a single check can't come to different answers.
 *
 * @public
 */
export function matchesVmFilter(
  filter: VmFilter,
  resource: VmResource,
): boolean {
  switch (filter.key) {
    case 'owner':
      return filter.values.some(v => resource.owners.includes(v));
    case 'cluster':
      return filter.values.includes(resource.ref.cluster);
    case 'namespace':
      return filter.values.includes(resource.ref.namespace);
    case 'label':
      return (
        Object.hasOwn(resource.labels, filter.label) &&
        (filter.value === undefined ||
          resource.labels[filter.label] === filter.value)
      );
    default:
      // A filter of a newer version: refuse rather than let through.
      return false;
  }
}

/**
 * Evaluates what `createConditionTransformer` made of a conditional decision.
 *
 * @public
 */
export function matchesVmCriteria(
  criteria: PermissionCriteria<VmFilter>,
  resource: VmResource,
): boolean {
  if ('allOf' in criteria) {
    return criteria.allOf.every(c => matchesVmCriteria(c, resource));
  }
  if ('anyOf' in criteria) {
    return criteria.anyOf.some(c => matchesVmCriteria(c, resource));
  }
  if ('not' in criteria) {
    return !matchesVmCriteria(criteria.not, resource);
  }
  return matchesVmFilter(criteria, resource);
}
