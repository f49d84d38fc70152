// SPDX-License-Identifier: Apache-2.0
import type {
  BackstageCredentials,
  BackstageUserPrincipal,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ResourcePermission } from '@backstage/plugin-permission-common';
import {
  auditReadPermission,
  diskDeletePermission,
  scheduleCreatePermission,
  scheduleDeletePermission,
  scheduleUpdatePermission,
  snapshotClonePermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  snapshotProtectPermission,
  snapshotRestorePermission,
  snapshotTemplatePermission,
  vmPowerPermission,
  vmReadPermission,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  bindEntity,
  ownersOf,
  vmRefOfEntity,
  type BindingConfig,
  type ClusterService,
  type EntityBinding,
  type ProvidedVms,
  type VmRecord,
  type VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { notFound, refused, unavailable } from '../errors';
import { denyingVm } from './deniedVm';
import { fromCluster } from './fromCluster';
import { ShortMemory } from './ShortMemory';
import { isInScope, scopeOf, type VmScope } from './vmScope';

/** Permissions that are asked for together, in one call. */
const PERMISSIONS = [
  vmReadPermission,
  snapshotCreatePermission,
  snapshotDeletePermission,
  snapshotProtectPermission,
  vmPowerPermission,
  snapshotRestorePermission,
  snapshotClonePermission,
  snapshotTemplatePermission,
  diskDeletePermission,
  scheduleCreatePermission,
  scheduleUpdatePermission,
  scheduleDeletePermission,
  auditReadPermission,
] as const;

/** How long a read may reuse what it was told before, ms. */
const REUSE_MS = 5_000;

/** Who asks. */
export interface Caller {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
  /** Something that stands for the very token, to tell callers apart by. */
  tokenDigest: string;
}

/** A VM that a caller may read, through one entity. */
export interface VmAccess {
  actor: string;
  onBehalfOf?: string;
  entityRef: string;
  ref: VmRef;
  vm: VmRecord;
  /** Entity refs, as the cluster tells them. */
  owners: string[];
  /** Decides on this VM, or on the facts recorded of a former one. */
  can(permission: ResourcePermission, former?: VmResource): boolean;
}

/** What a caller may do to all VMs. */
export interface FleetAccess {
  actor: string;
  accessTo(vm: VmRecord, entityRef?: string): VmAccess;
}

type Decide = (permission: ResourcePermission, resource: VmResource) => boolean;

interface Told {
  entity: Entity;
  decide: Decide;
}

/**
 * The way from an entity to its VM, and the only place where permissions are
 * decided: on the VM as the cluster knows it, for the person, at the moment of
 * the act.
 */
export class VmGate {
  readonly #catalog: CatalogService;
  readonly #permissions: PermissionsService;
  readonly #cluster: ClusterService;
  readonly #binding: BindingConfig;
  readonly #provided: ProvidedVms | undefined;
  readonly #registry: PermissionsRegistryService;
  /** What the cluster tells of an unchanged VM isn't read over and over. */
  readonly #resources = new WeakMap<VmRecord, VmResource>();
  readonly #memory = new ShortMemory<Told>({
    ttlMs: REUSE_MS,
    maxEntries: 5_000,
  });

  readonly #fleetMemory = new ShortMemory<Decide>({
    ttlMs: REUSE_MS,
    maxEntries: 5_000,
  });

  constructor(options: {
    catalog: CatalogService;
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
    cluster: ClusterService;
    binding: BindingConfig;
    /** Entities that the portal's own provider makes; one VM, one entity. */
    provided?: ProvidedVms;
  }) {
    this.#catalog = options.catalog;
    this.#permissions = options.permissions;
    this.#cluster = options.cluster;
    this.#binding = options.binding;
    this.#provided = options.provided;
    this.#registry = options.permissionsRegistry;
  }

  /**
   * For a read: VM from the cache, entity and decision not older than 5 s.
   *
   * @throws NotFoundError when there is no such entity for the caller, or it
   *   doesn't stand for a VM; NotAllowedError when `vm.read` is denied;
   *   ServiceUnavailableError while the cluster has never been seen
   */
  async forRead(entityRef: string, caller: Caller): Promise<VmAccess> {
    const { entity, decide } = await this.#memory.get(
      `${caller.tokenDigest} ${entityRef}`,
      () => this.#ask(entityRef, caller),
    );
    const ref = this.#refOf(entity);
    return this.#admit(
      entityRef,
      entity,
      decide,
      ref,
      this.#cluster.vm(ref),
      caller,
    );
  }

  /**
   * For a write, or to decide anew on a stream: nothing is reused, and with
   * `live` the VM is read from the cluster itself.
   */
  async afresh(
    entityRef: string,
    caller: Caller,
    options: { live: boolean },
  ): Promise<VmAccess> {
    const { entity, decide } = await this.#ask(entityRef, caller);
    const ref = this.#refOf(entity);
    const vm = options.live
      ? await fromCluster(ref.cluster, () => this.#cluster.getVm(ref))
      : this.#cluster.vm(ref);
    return this.#admit(entityRef, entity, decide, ref, vm, caller);
  }

  /**
   * For a list over all VMs: one conditional decision, applied to each VM by
   * its own facts. One call to the permission backend, however many VMs.
   */
  async forFleet(caller: Caller): Promise<FleetAccess> {
    const decide = await this.#fleetMemory.get(caller.tokenDigest, () =>
      this.#decide(caller),
    );
    const { principal } = caller.credentials;
    return {
      actor: principal.userEntityRef,
      accessTo: (vm, entityRef) => {
        const resource = this.#resourceOf(vm);
        return {
          actor: principal.userEntityRef,
          onBehalfOf: principal.actor?.subject,
          entityRef: entityRef ?? '',
          ref: vm.ref,
          vm,
          owners: resource.owners,
          can: (permission, former) => decide(permission, former ?? resource),
        };
      },
    };
  }

  /** Whether an entity stands for a VM that its annotation points at. */
  bind(entity: Entity, vm: VmRecord): EntityBinding {
    return bindEntity({
      entity,
      vm,
      config: this.#binding,
      providedEntityRef: this.#provided?.entityRefOf(vm),
    });
  }

  #resourceOf(vm: VmRecord): VmResource {
    let resource = this.#resources.get(vm);
    if (!resource) {
      const { ref, uid, labels } = vm;
      resource = { ref, uid, owners: ownersOf(vm, this.#binding), labels };
      this.#resources.set(vm, resource);
    }
    return resource;
  }

  async #decide({ credentials }: Caller): Promise<Decide> {
    const decisions = await this.#permissions.authorizeConditional(
      PERMISSIONS.map(permission => ({ permission })),
      { credentials },
    );
    const scopes = new Map<string, VmScope | undefined>();
    return ({ name }, resource) => {
      if (!scopes.has(name)) {
        const i = PERMISSIONS.findIndex(permission => permission.name === name);
        scopes.set(name, scopeOf(decisions[i], this.#registry));
      }
      return isInScope(scopes.get(name), resource);
    };
  }

  async #ask(entityRef: string, caller: Caller): Promise<Told> {
    const { credentials } = caller;
    const [entity, decide] = await Promise.all([
      this.#catalog.getEntityByRef(entityRef, { credentials }),
      this.#decide(caller),
    ]);
    if (!entity) {
      throw notFound(
        `There is no entity ${entityRef} that you may read`,
        'entity-not-found',
      );
    }
    return { entity, decide };
  }

  #refOf(entity: Entity): VmRef {
    const pointer = vmRefOfEntity(entity);
    if (!pointer.ref) {
      throw notFound(
        pointer.code === 'no-annotation'
          ? 'The entity has no annotation kubevirt-snapshots/vm'
          : 'The annotation kubevirt-snapshots/vm has to be <cluster>/<namespace>/<name>',
        pointer.code,
      );
    }
    const { ref } = pointer;
    const status = this.#cluster.statuses().find(s => s.name === ref.cluster);
    if (!status) {
      throw notFound(
        `The portal has no cluster ${ref.cluster}`,
        'unknown-cluster',
      );
    }
    if (!this.#cluster.hasSynced(ref.cluster)) {
      throw unavailable(
        status.message ??
          `The portal has not reached cluster ${ref.cluster} since it was started`,
        status.code === 'snapshot-crds-missing'
          ? status.code
          : 'cluster-never-synced',
      );
    }
    return ref;
  }

  #admit(
    entityRef: string,
    entity: Entity,
    decide: Decide,
    ref: VmRef,
    vm: VmRecord | undefined,
    caller: Caller,
  ): VmAccess {
    if (!vm) {
      throw notFound(
        `Cluster ${ref.cluster} has no VM ${ref.name} in namespace ${ref.namespace}`,
        'vm-gone',
      );
    }
    const binding = this.bind(entity, vm);
    if (!binding.bound) {
      // The reason would tell a stranger about the VM.
      throw denyingVm(
        notFound(
          `The cluster does not confirm that ${entityRef} stands for this VM`,
          'not-bound',
        ),
        { ...ref, uid: vm.uid, owners: ownersOf(vm, this.#binding) },
      );
    }
    const { owners } = binding;
    const resource: VmResource = {
      ref,
      uid: vm.uid,
      owners,
      labels: vm.labels,
    };
    const can = (permission: ResourcePermission, former?: VmResource) =>
      decide(permission, former ?? resource);
    const { principal } = caller.credentials;
    if (!can(vmReadPermission)) {
      throw denyingVm(
        refused(`You may not see VM ${ref.name}. ${askWhom(owners)}`, {
          code: 'permission',
          owners,
        }),
        { ...ref, uid: vm.uid, owners },
      );
    }
    return {
      actor: principal.userEntityRef,
      onBehalfOf: principal.actor?.subject,
      entityRef,
      ref,
      vm,
      owners,
      can,
    };
  }
}

/** Whom to ask, as a sentence. */
export function askWhom(owners: string[]): string {
  return owners.length > 0
    ? `Ask ${owners.join(' or ')}.`
    : 'It names no owner; ask the people who run the portal.';
}
