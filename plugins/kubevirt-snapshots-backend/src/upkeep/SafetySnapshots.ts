// SPDX-License-Identifier: Apache-2.0
import {
  LABEL_OPERATION,
  LABEL_ORIGIN,
  OPERATION_ACTIONS,
  planRetention,
  snapshotConsistency,
  snapshotState,
  type RemovedSnapshot,
  type RetentionSnapshot,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  type BindingConfig,
  type ClusterService,
  type SnapshotRecord,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { snapshotLock, vmLock } from '../operations/locks';
import type { OperationIndex } from '../operations/OperationIndex';
import { notesOf } from '../operations/restore/notes';
import type { ProtectionStore } from '../protection/ProtectionStore';
import { isInUse, stateOf } from '../scheduling/RetentionPlanner';
import { PLUGIN_ACTOR } from '../scheduling/types';
import type { CaptureRecorder } from '../views/CaptureRecorder';
import { acceptByItself } from './acceptByItself';
import type { Task } from './Upkeep';

/** Stands for the good snapshots that the VM has besides. */
const OTHERS = 'others';

/**
 * The VM has good snapshots besides, however old they are, so that the newest
 * safety snapshot is not its last way back.
 */
const othersAt = (now: number): RetentionSnapshot => ({
  id: OTHERS,
  createdAt: now,
  state: 'ready',
  complete: true,
  protected: true,
});

/**
 * Lets safety snapshots expire by the same planner as those of schedules. A
 * safety snapshot is one whose UID an operation has noted when it took it, of
 * the VM that it took it of: labels and names count nothing. Protected ones,
 * ones in use and the last good one of the VM stay.
 */
export class SafetySnapshots implements Task {
  readonly #days: number;
  readonly #cluster: ClusterService;
  readonly #store: DatabaseOperationStore;
  readonly #index: Pick<OperationIndex, 'ofVm'>;
  readonly #captures: Pick<CaptureRecorder, 'of'>;
  readonly #protections: Pick<ProtectionStore, 'of'>;
  readonly #mutations: Pick<MutationSwitch, 'verdict'>;
  readonly #binding: BindingConfig;
  /** Whether it is a safety snapshot of ours, by UID; it stays so. */
  readonly #ours = new Map<string, boolean>();

  constructor(options: {
    safetySnapshotDays: number;
    cluster: ClusterService;
    operations: DatabaseOperationStore;
    index: Pick<OperationIndex, 'ofVm'>;
    captures: Pick<CaptureRecorder, 'of'>;
    protections: Pick<ProtectionStore, 'of'>;
    mutations: Pick<MutationSwitch, 'verdict'>;
    binding: BindingConfig;
  }) {
    this.#days = options.safetySnapshotDays;
    this.#cluster = options.cluster;
    this.#store = options.operations;
    this.#index = options.index;
    this.#captures = options.captures;
    this.#protections = options.protections;
    this.#mutations = options.mutations;
    this.#binding = options.binding;
  }

  async look(vm: VmRecord, now: number): Promise<void> {
    const all = this.#cluster.snapshots(vm.ref);
    const own: SnapshotRecord[] = [];
    for (const record of all) {
      if (await this.#isOurs(vm, record)) {
        own.push(record);
      }
    }
    if (
      own.length === 0 ||
      !this.#mutations.verdict(vm.ref.cluster, PLUGIN_ACTOR).allowed
    ) {
      return;
    }
    const hasOthers = all.some(
      record =>
        !own.includes(record) &&
        this.#captures.of(record)?.vmUid === vm.uid &&
        snapshotState(record.facts) === 'ready' &&
        !snapshotConsistency(record.facts).partial,
    );
    const plan = planRetention({
      rule: { maxAgeDays: this.#days },
      timeZone: 'UTC',
      now,
      newestRunSucceeded: true,
      snapshots: [
        ...own.map(record => this.#describe(record)),
        ...(hasOthers ? [othersAt(now)] : []),
      ],
    });
    for (const removed of plan.remove) {
      const record = own.find(({ uid }) => uid === removed.id)!;
      await this.#remove(vm, record, removed, now);
    }
  }

  async #isOurs(vm: VmRecord, record: SnapshotRecord): Promise<boolean> {
    const id = record.labels[LABEL_OPERATION];
    if (record.labels[LABEL_ORIGIN] !== 'safety' || !id) {
      return false;
    }
    const known = this.#ours.get(record.uid);
    if (known !== undefined) {
      return known;
    }
    const operation = await this.#store.get(id);
    if (operation && operation.finishedAt === undefined) {
      return false;
    }
    const ours =
      operation?.type === 'restore' &&
      operation.vmUid === vm.uid &&
      notesOf(operation).safetyUid === record.uid;
    this.#ours.set(record.uid, ours);
    return ours;
  }

  #describe(record: SnapshotRecord): RetentionSnapshot {
    return {
      id: record.uid,
      createdAt: Date.parse(record.cutAt ?? record.createdAt),
      state: stateOf(record, this.#captures.of(record)?.vmUid),
      complete: !snapshotConsistency(record.facts).partial,
      protected: this.#protections.of(record.uid) !== undefined,
      inUse: isInUse(record, { cluster: this.#cluster, index: this.#index }),
    };
  }

  async #remove(
    vm: VmRecord,
    record: SnapshotRecord,
    removed: RemovedSnapshot,
    now: number,
  ): Promise<void> {
    await acceptByItself(this.#store, {
      kind: 'safety',
      uid: record.uid,
      ageMs: now - Date.parse(record.createdAt),
      act: {
        operation: {
          type: 'delete',
          vm: vm.ref,
          vmUid: vm.uid,
          snapshotName: record.name,
          snapshotUid: record.uid,
          request: { keepsGood: true },
        },
        locks: [snapshotLock(vm.ref, record.name)],
        mustBeFree: [vmLock(vm.ref)],
        unlessProtected: record.uid,
        intent: {
          action: OPERATION_ACTIONS.delete,
          vm: { ...vm.ref, uid: vm.uid, owners: ownersOf(vm, this.#binding) },
          snapshot: { name: record.name, uid: record.uid },
          options: {
            origin: 'safety',
            rule: removed.rule,
            cause: removed.cause,
          },
        },
      },
    });
  }
}
