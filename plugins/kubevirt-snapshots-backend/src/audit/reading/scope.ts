// SPDX-License-Identifier: Apache-2.0
import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type {
  VmFilter,
  VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Knex } from 'knex';
import { isInScope, type VmScope } from '../../authorization/vmScope';
import type { AuditRow } from '../types';

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

/**
 * Whether a row is in the scope, decided on the facts that stand in it: owners
 * then, cluster, namespace. Labels were not recorded, so HAS_LABEL is false. A
 * row about no VM is for those who may see all.
 */
export function inScope(scope: VmScope, row: AuditRow): boolean {
  const resource = resourceOf(row);
  return resource ? isInScope(scope, resource) : scope === 'everything';
}

/** The same as a condition on the rows `e` of a query. */
export function whereInScope(query: Knex.QueryBuilder, scope: VmScope): void {
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
