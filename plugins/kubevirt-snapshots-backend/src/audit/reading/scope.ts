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
import type { Knex } from 'knex';
import type { AuditRow } from '../types';

/**
 * Which rows somebody may see, decided on the facts that stand in them: owners
 * then, cluster, namespace. Labels were not recorded, so HAS_LABEL is false.
 */
export type AuditScope =
  | 'everything'
  | { criteria: PermissionCriteria<VmFilter> };

/**
 * Turns a policy's decision into a scope.
 *
 * @returns undefined when it denies
 */
export function scopeOf(
  decision: PolicyDecision,
  registry: PermissionsRegistryService,
): AuditScope | undefined {
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
    registry.getPermissionRuleset(kubevirtVmResourceRef) as any,
  );
  return {
    criteria: transform(decision.conditions) as PermissionCriteria<VmFilter>,
  };
}

/** The facts of a row, as rules get them; undefined when it is about no VM. */
export function resourceOf(row: AuditRow): VmResource | undefined {
  const { vm } = row;
  return (
    vm && {
      ref: { cluster: vm.cluster, namespace: vm.namespace, name: vm.name },
      uid: vm.uid,
      owners: vm.owners ?? [],
      labels: {},
    }
  );
}

/** Whether a row is in the scope. One about no VM is for those who may see all. */
export function inScope(scope: AuditScope, row: AuditRow): boolean {
  if (scope === 'everything') {
    return true;
  }
  const resource = resourceOf(row);
  return resource !== undefined && matchesVmCriteria(scope.criteria, resource);
}

/** The same as a condition on the rows `e` of a query. */
export function whereInScope(
  query: Knex.QueryBuilder,
  scope: AuditScope,
): void {
  if (scope !== 'everything') {
    query.whereNotNull('e.cluster');
    query.andWhere(builder => where(builder, scope.criteria));
  }
}

function where(
  query: Knex.QueryBuilder,
  criteria: PermissionCriteria<VmFilter>,
): void {
  if ('allOf' in criteria) {
    criteria.allOf.forEach(one => query.andWhere(b => where(b, one)));
  } else if ('anyOf' in criteria) {
    criteria.anyOf.forEach(one => query.orWhere(b => where(b, one)));
  } else if ('not' in criteria) {
    query.whereNot(b => where(b, criteria.not));
  } else {
    whereFilter(query, criteria);
  }
}

function whereFilter(query: Knex.QueryBuilder, filter: VmFilter): void {
  switch (filter.key) {
    case 'owner':
      whereOwner(query, filter.values);
      break;
    case 'cluster':
    case 'namespace':
      query.whereIn(`e.${filter.key}`, filter.values);
      break;
    default:
      query.whereRaw('1 = 0');
  }
}

function whereOwner(query: Knex.QueryBuilder, owners: string[]): void {
  if (owners.length === 0) {
    query.whereRaw('1 = 0');
  } else if (query.client.config.client === 'pg') {
    // jsonb ?| text[]: has any of them; answered from an index.
    query.whereRaw('e.owners::jsonb \\?| ?::text[]', [owners as any]);
  } else {
    query.whereRaw(
      `EXISTS (SELECT 1 FROM json_each(e.owners) WHERE value IN (${owners
        .map(() => '?')
        .join(', ')}))`,
      owners,
    );
  }
}
