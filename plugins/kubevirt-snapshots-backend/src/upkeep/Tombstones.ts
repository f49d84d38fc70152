// SPDX-License-Identifier: Apache-2.0
import { OPERATION_ACTIONS } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  type BindingConfig,
  type ClusterService,
  type RestoreRecord,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { vmLock } from '../operations/locks';
import { notesOf } from '../operations/restore/notes';
import type { Operation } from '../operations/types';
import { PLUGIN_ACTOR } from '../scheduling/types';
import { acceptByItself } from './acceptByItself';
import type { Task } from './Upkeep';

/**
 * So long a finished VirtualMachineRestore stays, ms: while it is there a late
 * repeat of the request that made it is refused for its name, instead of
 * rolling the VM back once more.
 */
export const TOMBSTONE_MS = 3_600_000;

/**
 * Removes VirtualMachineRestores that are over. Only those that an operation of
 * the portal has made, told by the UID that stands in its row: a label can be
 * written by anybody with rights in the namespace.
 */
export class Tombstones implements Task {
  readonly #cluster: ClusterService;
  readonly #store: DatabaseOperationStore;
  readonly #mutations: Pick<MutationSwitch, 'verdict'>;
  readonly #binding: BindingConfig;
  /** Not ours, by UID; it stays so. */
  readonly #foreign = new Set<string>();

  constructor(options: {
    cluster: ClusterService;
    operations: DatabaseOperationStore;
    mutations: Pick<MutationSwitch, 'verdict'>;
    binding: BindingConfig;
  }) {
    this.#cluster = options.cluster;
    this.#store = options.operations;
    this.#mutations = options.mutations;
    this.#binding = options.binding;
  }

  async look(vm: VmRecord, now: number): Promise<void> {
    for (const record of this.#cluster.restores(vm.ref)) {
      if (
        record.state !== 'running' &&
        !record.deleting &&
        record.operationId &&
        !this.#foreign.has(record.uid)
      ) {
        await this.#remove(vm, record, now);
      }
    }
  }

  async #remove(
    vm: VmRecord,
    record: RestoreRecord,
    now: number,
  ): Promise<void> {
    const made = await this.#store.get(record.operationId!);
    if (made && made.finishedAt === undefined) {
      return;
    }
    if (!made || !isMadeBy(record, made) || made.vmUid !== vm.uid) {
      this.#foreign.add(record.uid);
      return;
    }
    const age = now - made.finishedAt!;
    if (
      age < TOMBSTONE_MS ||
      !this.#mutations.verdict(vm.ref.cluster, PLUGIN_ACTOR).allowed
    ) {
      return;
    }
    await acceptByItself(this.#store, {
      kind: 'tombstone',
      uid: record.uid,
      ageMs: age,
      act: {
        operation: {
          type: 'clear-restore',
          vm: vm.ref,
          vmUid: vm.uid,
          snapshotName: '',
          target: record.name,
          request: { targetUid: record.uid, tombstone: true },
        },
        locks: [],
        mustBeFree: [vmLock(vm.ref)],
        intent: {
          action: OPERATION_ACTIONS['clear-restore'],
          vm: { ...vm.ref, uid: vm.uid, owners: ownersOf(vm, this.#binding) },
          options: {
            restore: record.name,
            uid: record.uid,
            rule: `finished for ${TOMBSTONE_MS / 3_600_000} h`,
          },
        },
      },
    });
  }
}

function isMadeBy(record: RestoreRecord, operation: Operation): boolean {
  return (
    operation.type === 'restore' &&
    operation.target === record.name &&
    operation.vm.namespace === record.namespace &&
    notesOf(operation).restoreUid === record.uid
  );
}
