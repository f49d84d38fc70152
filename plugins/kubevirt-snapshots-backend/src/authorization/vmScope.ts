// SPDX-License-Identifier: Apache-2.0
import type { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  type PermissionCriteria,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import { createConditionTransformer } from '@backstage/plugin-permission-node';
import {
  kubevirtVmResourceRef,
  matchesVmCriteria,
  type VmFilter,
  type VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';

/** The VMs for which a policy's decision allows something. */
export type VmScope = 'everything' | { criteria: PermissionCriteria<VmFilter> };

/**
 * Turns a policy's decision into a scope. The parameters of its rules are
 * checked here, once, and not again for each VM of a list.
 *
 * @returns undefined when it denies
 * @throws InputError when the parameters of a rule aren't what it takes
 */
export function scopeOf(
  decision: PolicyDecision,
  registry: PermissionsRegistryService,
): VmScope | undefined {
  if (decision.result === AuthorizeResult.ALLOW) {
    return 'everything';
  }
  if (
    decision.result !== AuthorizeResult.CONDITIONAL ||
    decision.resourceType !== kubevirtVmResourceRef.resourceType
  ) {
    return undefined;
  }
  const transform = createConditionTransformer<VmFilter>(
    registry.getPermissionRuleset(kubevirtVmResourceRef),
  );
  return {
    criteria: transform(decision.conditions) as PermissionCriteria<VmFilter>,
  };
}

/** Whether a VM is in a scope. */
export function isInScope(
  scope: VmScope | undefined,
  resource: VmResource,
): boolean {
  return (
    scope === 'everything' ||
    (scope !== undefined && matchesVmCriteria(scope.criteria, resource))
  );
}
