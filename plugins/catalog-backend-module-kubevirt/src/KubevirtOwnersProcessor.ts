// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_ORIGIN_LOCATION,
  RELATION_OWNED_BY,
  RELATION_OWNER_OF,
  getCompoundEntityRef,
  parseEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import {
  processingResult,
  type CatalogProcessor,
  type CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';
import { ANNOTATION_OWNER } from 'backstage-plugin-kubevirt-snapshots-common';
import { LOCATION_TYPE } from './keys';

/**
 * A VM may belong to several people or groups, `spec.owner` takes one. This
 * gives a provided entity the relation `ownedBy` to the others as well, so
 * that each of them finds the VM among their own.
 *
 * @public
 */
export class KubevirtOwnersProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'KubevirtOwnersProcessor';
  }

  async postProcessEntity(
    entity: Entity,
    _location: unknown,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    const annotations = entity.metadata.annotations ?? {};
    // In a catalog file the annotation would be anybody's word.
    if (
      !annotations[ANNOTATION_ORIGIN_LOCATION]?.startsWith(`${LOCATION_TYPE}:`)
    ) {
      return entity;
    }
    const source = getCompoundEntityRef(entity);
    // The first one is spec.owner.
    const others = (annotations[ANNOTATION_OWNER] ?? '').split(',').slice(1);
    for (const other of others) {
      const target = parseEntityRef(other);
      emit(
        processingResult.relation({ source, type: RELATION_OWNED_BY, target }),
      );
      emit(
        processingResult.relation({
          source: target,
          type: RELATION_OWNER_OF,
          target: source,
        }),
      );
    }
    return entity;
  }
}
