// SPDX-License-Identifier: Apache-2.0
import type { AuthService } from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ScheduleStateCode } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  ownersOf,
  type BindingConfig,
  type ClusterService,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { VmGate } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import { busyOf, busyReason } from '../views/vmView';
import type { SnapshotLimits } from './SnapshotLimits';
import type { Schedule } from './types';

/** Whether a run may begin now, and if not, what that means. */
export type Verdict =
  | { kind: 'go'; vm: VmRecord; owners: string[] }
  /** It recovers by itself. */
  | { kind: 'blocked'; code: string; reason: string; unbound?: boolean }
  /** It needs a person. */
  | { kind: 'suspend'; code: ScheduleStateCode; message: string }
  /** A failure of the VM's own. */
  | { kind: 'fail'; code: string; reason: string };

/** How long what the catalog said of an entity is reused, ms. */
const REUSE_MS = 60_000;

/** The catalog may lack an entity so long before that counts, ms. */
const ABSENT_LIMIT_MS = 24 * 3_600_000;

const MAX_REMEMBERED = 20_000;

/**
 * Looks whether the ground of a schedule still holds: cluster, VM, and the
 * entity that stands for it. From the caches, apart from one question to the
 * catalog for many schedules; the cluster itself is asked only before anything
 * is concluded for good.
 */
export class Standing {
  readonly #cluster: ClusterService;
  readonly #catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
  readonly #auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  readonly #gate: Pick<VmGate, 'bind'>;
  readonly #mutations: Pick<MutationSwitch, 'verdict'>;
  readonly #index: OperationIndex;
  readonly #binding: BindingConfig;
  readonly #limits: SnapshotLimits;
  readonly #entities = new Map<
    string,
    { until: number; entity: Entity | undefined }
  >();

  constructor(options: {
    cluster: ClusterService;
    catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    gate: Pick<VmGate, 'bind'>;
    mutations: Pick<MutationSwitch, 'verdict'>;
    index: OperationIndex;
    binding: BindingConfig;
    limits: SnapshotLimits;
  }) {
    this.#cluster = options.cluster;
    this.#catalog = options.catalog;
    this.#auth = options.auth;
    this.#gate = options.gate;
    this.#mutations = options.mutations;
    this.#index = options.index;
    this.#binding = options.binding;
    this.#limits = options.limits;
  }

  /** Whether a cluster can be worked with; if not, why. */
  away(cluster: string): { code: string; reason: string } | undefined {
    const status = this.#cluster
      .statuses()
      .find(({ name }) => name === cluster);
    if (!status) {
      return {
        code: 'cluster-away',
        reason: `The portal has no cluster ${cluster} any more`,
      };
    }
    if (status.state !== 'live' || !this.#cluster.hasSynced(cluster)) {
      return {
        code: 'cluster-away',
        reason: status.message ?? `Cluster ${cluster} is not answering`,
      };
    }
    return undefined;
  }

  /**
   * Asks the catalog for the entities of the schedules whose turn it is, unless
   * they are known; together with those of the others, which come next.
   *
   * @param next - whose turn it is: so many of the first
   */
  async prepare(schedules: Schedule[], next: number): Promise<void> {
    const now = performance.now();
    const unknown = ({ entityRef }: Schedule) =>
      !((this.#entities.get(entityRef)?.until ?? 0) > now);
    if (!schedules.slice(0, next).some(unknown)) {
      return;
    }
    const wanted = Array.from(
      new Set(schedules.filter(unknown).map(schedule => schedule.entityRef)),
    );
    for (const ref of wanted) {
      this.#entities.delete(ref);
    }
    const { items } = await this.#catalog.getEntitiesByRefs(
      {
        entityRefs: wanted,
        fields: ['kind', 'metadata', 'spec.owner', 'relations'],
      },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    wanted.forEach((ref, i) => {
      this.#entities.set(ref, { until: now + REUSE_MS, entity: items[i] });
    });
    while (this.#entities.size > MAX_REMEMBERED) {
      this.#entities.delete(this.#entities.keys().next().value!);
    }
  }

  /** To be asked after {@link Standing.prepare}. */
  async of(schedule: Schedule, now: number): Promise<Verdict> {
    const { vm: ref, author } = schedule;
    const away = this.away(ref.cluster);
    if (away) {
      return { kind: 'blocked', ...away };
    }
    const mutations = this.#mutations.verdict(ref.cluster, author);
    if (!mutations.allowed) {
      return {
        kind: 'blocked',
        code: mutations.code,
        reason: mutations.reason,
      };
    }
    const vm = await this.#vm(schedule);
    if ('kind' in vm) {
      return vm;
    }
    return this.#bound(schedule, vm, now) ?? this.#free(schedule, vm);
  }

  async #vm(schedule: Schedule): Promise<VmRecord | Verdict> {
    const { vm: ref, vmUid } = schedule;
    const cached = this.#cluster.vm(ref);
    if (cached?.uid === vmUid) {
      return cached;
    }
    let vm: VmRecord | undefined;
    try {
      vm = await this.#cluster.getVm(ref);
    } catch (error) {
      if (error instanceof ClusterError) {
        return { kind: 'blocked', code: error.code, reason: error.message };
      }
      throw error;
    }
    if (!vm) {
      return {
        kind: 'suspend',
        code: 'vm-gone',
        message: `VM ${ref.name} is gone from the cluster`,
      };
    }
    return vm.uid === vmUid
      ? vm
      : {
          kind: 'suspend',
          code: 'vm-changed',
          message: `Another VM bears the name ${ref.name} now`,
        };
  }

  #bound(schedule: Schedule, vm: VmRecord, now: number): Verdict | undefined {
    const { entityRef, unboundSince } = schedule;
    const known = this.#entities.get(entityRef);
    if (!known) {
      return {
        kind: 'blocked',
        code: 'catalog-away',
        reason: 'The catalog is not answering',
      };
    }
    if (!known.entity) {
      // It may be on its way back: a provider that is being restarted.
      return unboundSince !== undefined && now - unboundSince >= ABSENT_LIMIT_MS
        ? {
            kind: 'suspend',
            code: 'not-bound',
            message: `The catalog has had no entity ${entityRef} for a day`,
          }
        : {
            kind: 'blocked',
            code: 'entity-gone',
            reason: `The catalog has no entity ${entityRef}`,
            unbound: true,
          };
    }
    return this.#gate.bind(known.entity, vm).bound
      ? undefined
      : {
          kind: 'suspend',
          code: 'not-bound',
          message: `The cluster does not confirm any more that ${entityRef} stands for VM ${vm.ref.name}`,
        };
  }

  #free({ settings }: Schedule, vm: VmRecord): Verdict {
    const { ref } = vm;
    if (vm.deleting) {
      return {
        kind: 'blocked',
        code: 'vm-busy',
        reason: `VM ${ref.name} is being deleted`,
      };
    }
    const busy = busyOf(vm, this.#index.ofVm(ref), this.#cluster);
    if (busy) {
      return { kind: 'blocked', code: 'vm-busy', reason: busyReason(busy) };
    }
    const full = this.#limits.refusal(ref);
    if (full) {
      return { kind: 'blocked', code: 'snapshot-limit', reason: full };
    }
    if (
      !settings.snapshots?.configurationOnly &&
      !vm.disks.some(disk => disk.captured)
    ) {
      return {
        kind: 'fail',
        code: 'no-disk',
        reason: `No disk of ${ref.name} can be captured`,
      };
    }
    return { kind: 'go', vm, owners: ownersOf(vm, this.#binding) };
  }
}
