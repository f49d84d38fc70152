// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_ORIGIN_LOCATION,
  Entity,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  ANNOTATION_ENTITY_REF,
  ANNOTATION_VM,
  VmRef,
  parseVmRef,
  stringifyVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { BindingConfig } from '../config/types';
import { normalizeEntityRef } from './entityRefs';
import { ownersOf } from './ownersOf';

/** Prefix of the location under which the portal itself adds VMs to the catalog. */
const ORIGIN_PREFIX = 'kubevirt:';

/**
 * Whether an entity stands for a VM.
 *
 * - `no-annotation`: it has no annotation `kubevirt-snapshots/vm`
 * - `malformed-annotation`: that isn't `<cluster>/<namespace>/<name>`
 * - `not-bound`: nothing in the cluster or from the portal's own provider
 *   confirms what the annotation says
 *
 * @public
 */
export type EntityBinding =
  | {
      bound: true;
      ref: VmRef;
      /** What proved it. */
      via: 'origin' | 'entity-ref' | 'trust';
      /** Entity refs, lower case; see {@link ownersOf}. */
      owners: string[];
    }
  | {
      bound: false;
      code: 'no-annotation' | 'malformed-annotation' | 'not-bound';
      /** Where the annotation points, when it can be read. */
      ref?: VmRef;
      /** In words, for somebody who may read the entity. */
      reason: string;
    };

/**
 * Options of {@link bindEntity}.
 *
 * @public
 */
export interface BindEntityOptions {
  /** As the catalog gave it, with relations where it has them. */
  entity: Entity;
  /** The VM that the annotation names, as the cluster has it; undefined when it has none. */
  vm?: { ref: VmRef; annotations: Record<string, string> };
  config: BindingConfig;
  /**
   * Ref of the entity that the portal's own provider made of this VM, where
   * there is one. One VM has one entity, so no other is bound then.
   */
  providedEntityRef?: string;
}

/**
 * Reads where an entity points, without asking whether it is true.
 *
 * @public
 */
export function vmRefOfEntity(
  entity: Entity,
):
  | { ref: VmRef }
  | { ref?: undefined; code: 'no-annotation' | 'malformed-annotation' } {
  const text = entity.metadata.annotations?.[ANNOTATION_VM];
  if (text === undefined) {
    return { code: 'no-annotation' };
  }
  const ref = parseVmRef(text);
  return ref ? { ref } : { code: 'malformed-annotation' };
}

function ownersOfEntity(entity: Entity): string[] {
  const related = (entity.relations ?? [])
    .filter(r => r.type === RELATION_OWNED_BY)
    .map(r => normalizeEntityRef(r.targetRef));
  if (related.length === 0 && typeof entity.spec?.owner === 'string') {
    related.push(
      normalizeEntityRef(entity.spec.owner, entity.metadata.namespace),
    );
  }
  return related.filter((r): r is string => r !== undefined);
}

function refuse(ref: VmRef, reason: string): EntityBinding {
  return { bound: false, code: 'not-bound', ref, reason };
}

/**
 * Decides whether an entity stands for a VM. The annotation on the entity is a
 * door only: anybody who may register a catalog file can write it. So one of
 * these has to confirm it:
 *
 * 1. the entity comes from the portal's own provider: its
 *    `backstage.io/managed-by-origin-location`, which the catalog overwrites
 *    on everything it reads elsewhere, is `kubevirt:<cluster>/<ns>/<name>`;
 * 2. the VM's annotation `kubevirt-snapshots/entity-ref` names the entity and
 *    one of the entity's owners is among the VM's owners;
 * 3. `binding.mode` is `trusting` for the VM's namespace, and the VM doesn't
 *    name another entity. The entity's owners then count where the cluster
 *    names none.
 *
 * Pure: the same input gives the same answer.
 *
 * @public
 */
export function bindEntity(options: BindEntityOptions): EntityBinding {
  const { entity, vm, config } = options;
  const pointer = vmRefOfEntity(entity);
  if (!pointer.ref) {
    return {
      bound: false,
      code: pointer.code,
      reason:
        pointer.code === 'no-annotation'
          ? `The entity has no annotation ${ANNOTATION_VM}`
          : `The annotation ${ANNOTATION_VM} is not <cluster>/<namespace>/<name>`,
    };
  }
  const { ref } = pointer;
  const id = stringifyVmRef(ref);
  if (vm && stringifyVmRef(vm.ref) !== id) {
    return refuse(ref, `The entity points at ${id}, not at this VM`);
  }
  const ownVm = vm ?? { ref, annotations: {} };
  const owners = ownersOf(ownVm, config);

  const origin = entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
  if (origin?.startsWith(ORIGIN_PREFIX)) {
    // Rules 2 and 3 are not for provided entities: one VM, one entity.
    return origin === `${ORIGIN_PREFIX}${id}`
      ? { bound: true, ref, via: 'origin', owners }
      : refuse(ref, `The entity was made of another VM than ${id}`);
  }

  const entityRef = stringifyEntityRef(entity);
  if (
    options.providedEntityRef &&
    normalizeEntityRef(options.providedEntityRef) !== entityRef
  ) {
    return refuse(ref, `${options.providedEntityRef} stands for VM ${id}`);
  }
  if (!vm) {
    return refuse(ref, `The cluster doesn't know a VM ${id}`);
  }

  const named = vm.annotations[ANNOTATION_ENTITY_REF];
  const entityOwners = ownersOfEntity(entity);
  if (named !== undefined) {
    if (normalizeEntityRef(named) !== entityRef) {
      return refuse(ref, `VM ${id} names another entity than this one`);
    }
    if (entityOwners.some(owner => owners.includes(owner))) {
      return { bound: true, ref, via: 'entity-ref', owners };
    }
  }
  if (
    config.mode === 'trusting' &&
    config.trustedNamespaces.includes(`${ref.cluster}/${ref.namespace}`)
  ) {
    return {
      bound: true,
      ref,
      via: 'trust',
      owners: owners.length > 0 ? owners : entityOwners,
    };
  }
  return refuse(
    ref,
    named === undefined
      ? `VM ${id} doesn't name this entity in its annotation ${ANNOTATION_ENTITY_REF}`
      : `No owner of the entity is an owner of VM ${id}`,
  );
}
