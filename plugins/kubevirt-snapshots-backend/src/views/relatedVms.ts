// SPDX-License-Identifier: Apache-2.0
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  parseEntityRef,
  RELATION_DEPENDS_ON,
  RELATION_HAS_PART,
  RELATION_MEMBER_OF,
  RELATION_PARENT_OF,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  ANNOTATION_VM,
  parseVmRef,
  stringifyVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** Most entities of one that are looked at; a system has rarely more. */
const MAX_RELATED = 1_000;

/** Most levels of groups below one that are looked at. */
const MAX_LEVELS = 10;

/** What VMs have to do with an entity of the catalog. */
export interface RelatedVms {
  /** Entity refs; VMs of one of them belong. */
  owners: Set<string>;
  /** Entities that say of themselves that they are this VM, by its ref. */
  entities: Map<string, Entity[]>;
}

const targetsOf = (entity: Entity, type: string): string[] =>
  (entity.relations ?? [])
    .filter(relation => relation.type === type)
    .map(relation => relation.targetRef);

/**
 * A group and those below it, as the catalog's own ownership card counts them:
 * one question for each level.
 */
async function withChildren(
  group: Entity,
  options: { catalog: CatalogService; credentials: BackstageCredentials },
): Promise<Set<string>> {
  const { catalog, credentials } = options;
  const known = new Set([stringifyEntityRef(group)]);
  let level: Entity[] = [group];
  for (let depth = 0; level.length > 0 && depth < MAX_LEVELS; depth += 1) {
    const children = level
      .flatMap(parent => targetsOf(parent, RELATION_PARENT_OF))
      // Groups may be arranged in a circle.
      .filter(ref => !known.has(ref));
    const refs = [...new Set(children)].slice(0, MAX_RELATED);
    refs.forEach(ref => known.add(ref));
    const { items } =
      refs.length > 0
        ? await catalog.getEntitiesByRefs(
            { entityRefs: refs, fields: ['kind', 'metadata', 'relations'] },
            { credentials },
          )
        : { items: [] };
    level = items.flatMap(item => item ?? []);
  }
  return known;
}

/**
 * Finds out what of the catalog belongs to an entity, as far as the person may
 * read it, by a few questions whatever the number of VMs. It is a filter and
 * gives no right: VMs that the person may not read were left out before.
 */
export async function relatedVms(
  entityRef: string,
  options: { catalog: CatalogService; credentials: BackstageCredentials },
): Promise<RelatedVms> {
  const { catalog, credentials } = options;
  const related: RelatedVms = { owners: new Set(), entities: new Map() };
  const entity = await catalog.getEntityByRef(entityRef, { credentials });
  if (!entity) {
    return related;
  }
  const targets = (type: string) => targetsOf(entity, type);
  switch (entity.kind.toLowerCase()) {
    case 'group':
      related.owners = await withChildren(entity, options);
      return related;
    case 'user':
      related.owners.add(stringifyEntityRef(entity));
      targets(RELATION_MEMBER_OF).forEach(ref => related.owners.add(ref));
      return related;
    default:
  }
  const refs = [
    ...targets(RELATION_HAS_PART),
    ...targets(RELATION_DEPENDS_ON),
  ].filter(ref => parseEntityRef(ref).kind === 'resource');
  if (refs.length === 0) {
    return related;
  }
  const { items } = await catalog.getEntitiesByRefs(
    {
      entityRefs: refs.slice(0, MAX_RELATED),
      fields: ['kind', 'metadata', 'spec.owner', 'relations'],
    },
    { credentials },
  );
  for (const item of items) {
    const ref = parseVmRef(item?.metadata.annotations?.[ANNOTATION_VM] ?? '');
    if (item && ref) {
      const key = stringifyVmRef(ref);
      related.entities.set(key, [...(related.entities.get(key) ?? []), item]);
    }
  }
  return related;
}
