// SPDX-License-Identifier: Apache-2.0
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_VM,
  type BindingList,
  type UnconfirmedEntity,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  vmRefOfEntity,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { VmGate } from '../authorization/VmGate';

const PAGE = 500;

/** Entities that are looked at; a portal with more gets the first of them. */
const MAX_ENTITIES = 10_000;

/** Why an entity isn't believed; undefined when it is. */
function doubt(
  entity: Entity,
  cluster: ClusterService,
  gate: VmGate,
): Pick<UnconfirmedEntity, 'code' | 'reason'> | undefined {
  const { ref } = vmRefOfEntity(entity);
  if (!ref) {
    return {
      code: 'malformed-annotation',
      reason: 'It has to be <cluster>/<namespace>/<name>',
    };
  }
  if (!cluster.statuses().some(status => status.name === ref.cluster)) {
    return {
      code: 'unknown-cluster',
      reason: `kubevirtSnapshots.clusters has no ${ref.cluster}`,
    };
  }
  if (!cluster.hasSynced(ref.cluster)) {
    return {
      code: 'cluster-never-synced',
      reason: `Cluster ${ref.cluster} has not been reached yet`,
    };
  }
  const vm = cluster.vm(ref);
  if (!vm) {
    return { code: 'vm-gone', reason: 'The cluster has no such VM' };
  }
  const binding = gate.bind(entity, vm);
  return binding.bound
    ? undefined
    : { code: 'not-bound', reason: binding.reason };
}

/**
 * Entities that carry the annotation, and why those of them aren't believed
 * that aren't. The catalog shows what the person may read.
 */
export async function listBindings(options: {
  catalog: CatalogService;
  cluster: ClusterService;
  gate: VmGate;
  credentials: BackstageCredentials;
}): Promise<BindingList> {
  const { catalog, cluster, gate, credentials } = options;
  const unconfirmed: UnconfirmedEntity[] = [];
  let seen = 0;
  let cursor: string | undefined;
  do {
    const page = await catalog.queryEntities(
      cursor
        ? { cursor, limit: PAGE }
        : {
            filter: {
              [`metadata.annotations.${ANNOTATION_VM}`]: CATALOG_FILTER_EXISTS,
            },
            fields: ['kind', 'metadata', 'spec.owner', 'relations'],
            orderFields: [{ field: 'metadata.name', order: 'asc' }],
            limit: PAGE,
          },
      { credentials },
    );
    for (const entity of page.items) {
      const reason = doubt(entity, cluster, gate);
      if (reason) {
        unconfirmed.push({
          entityRef: stringifyEntityRef(entity),
          annotation: entity.metadata.annotations?.[ANNOTATION_VM] ?? '',
          ...reason,
        });
      }
    }
    seen += page.items.length;
    cursor = page.pageInfo.nextCursor;
  } while (cursor && seen < MAX_ENTITIES);
  return {
    confirmed: seen - unconfirmed.length,
    unconfirmed,
    truncated: cursor !== undefined,
  };
}
