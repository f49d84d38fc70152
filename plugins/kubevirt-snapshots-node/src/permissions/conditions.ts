// SPDX-License-Identifier: Apache-2.0
import { createConditionExports } from '@backstage/plugin-permission-node';
import { kubevirtVmResourceRef } from './resource';
import { kubevirtVmRules } from './rules';

const { conditions, createConditionalDecision } = createConditionExports({
  resourceRef: kubevirtVmResourceRef,
  rules: kubevirtVmRules,
});

/**
 * Conditions for the authors of permission policies.
 *
 * @example
 * ```ts
 * createKubevirtVmConditionalDecision(
 *   permission,
 *   kubevirtVmConditions.isVmOwner({ claims: ownershipEntityRefs }),
 * );
 * ```
 *
 * @public
 */
export const kubevirtVmConditions = conditions;

/**
 * Makes the conditional decision that a permission policy returns for a
 * permission on `kubevirt-vm`.
 *
 * @public
 */
export const createKubevirtVmConditionalDecision = createConditionalDecision;
