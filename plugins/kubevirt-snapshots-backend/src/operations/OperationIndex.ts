// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { ChangePoll } from '../database/ChangePoll';
import type { DatabaseOperationStore } from './DatabaseOperationStore';
import { notesOf } from './restore/notes';
import type { Operation } from './types';

/** How long a finished operation still shows beside its VM, ms. */
const LINGER_MS = 60_000;

/**
 * The operations that reads need, in memory: those that are unfinished or just
 * finished by VM, and the author of each snapshot by its UID. Other replicas'
 * changes come in by revision.
 */
export class OperationIndex {
  readonly #store: DatabaseOperationStore;
  readonly #byVm = new Map<string, Map<string, Operation>>();
  readonly #authors = new Map<string, string>();
  readonly #safety = new Set<string>();
  readonly #restores = new Set<string>();
  /** The last restore of each VM that ended well. */
  readonly #restored = new Map<string, Operation>();
  readonly #scheduled = new Set<string>();
  readonly #vmRevisions = new Map<string, number>();
  readonly #listeners = new Set<(operation: Operation) => void>();
  readonly #poll: ChangePoll;
  #revision = 0;

  constructor(options: {
    store: DatabaseOperationStore;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#poll = new ChangePoll({
      read: () => this.#read(),
      logger: options.logger,
      what: 'operations',
    });
  }

  /** Loads what is there and begins to follow changes. */
  async start(): Promise<void> {
    const { operations, revision } = await this.#store.forIndex();
    this.#revision = revision;
    operations.forEach(operation => this.#take(operation));
    // Own changes show at once; the revision is left to the poll, since lower
    // numbers of other replicas may not have been read yet.
    this.#store.onChange(operation => this.#take(operation));
    this.#poll.start();
  }

  stop(): void {
    this.#poll.stop();
  }

  /** Unfinished and just finished operations of a VM. */
  ofVm(vm: VmRef): Operation[] {
    const operations = this.#byVm.get(stringifyVmRef(vm));
    return operations ? Array.from(operations.values()) : [];
  }

  /** Entity ref of who took the snapshot through the portal. */
  authorOf(snapshotUid: string): string | undefined {
    return this.#authors.get(snapshotUid);
  }

  /** Whether a restore of the portal took it as its safety snapshot. */
  isSafety(snapshotUid: string): boolean {
    return this.#safety.has(snapshotUid);
  }

  /** Whether the portal made the VirtualMachineRestore of this UID. */
  isRestoreOfOurs(restoreUid: string): boolean {
    return this.#restores.has(restoreUid);
  }

  /** The last restore of a VM that ended well. */
  lastRestoreOf(vm: VmRef): Operation | undefined {
    return this.#restored.get(stringifyVmRef(vm));
  }

  /** Whether a schedule took it, told by the object's UID. */
  isScheduled(snapshotUid: string): boolean {
    return this.#scheduled.has(snapshotUid);
  }

  /** Grows with each change of an operation on this VM. */
  revisionOf(vm: VmRef): number {
    return this.#vmRevisions.get(stringifyVmRef(vm)) ?? 0;
  }

  /** Calls back with each change, whichever replica made it. */
  subscribe(listener: (operation: Operation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads what has been committed up to now, so that a person who was told by
   * one replica that an operation is accepted finds it on every other one.
   */
  async catchUp(revision: number): Promise<void> {
    if (this.#revision < revision) {
      await this.#poll.fresh();
    }
  }

  async #read(): Promise<void> {
    for (;;) {
      const changes = await this.#store.changesSince(this.#revision, 200);
      for (const operation of changes) {
        this.#take(operation);
        this.#revision = operation.revision;
      }
      if (changes.length < 200) {
        return;
      }
    }
  }

  #take(operation: Operation): void {
    const key = stringifyVmRef(operation.vm);
    const operations = this.#byVm.get(key) ?? new Map<string, Operation>();
    if ((operations.get(operation.id)?.revision ?? 0) >= operation.revision) {
      return;
    }
    if (operation.type === 'take' && operation.snapshotUid) {
      this.#authors.set(operation.snapshotUid, operation.actor);
      if (operation.request.schedule) {
        this.#scheduled.add(operation.snapshotUid);
      }
    }
    if (operation.type === 'restore') {
      this.#takeRestore(key, operation);
    }
    const age =
      operation.finishedAt === undefined
        ? 0
        : Date.now() - operation.finishedAt;
    if (age < LINGER_MS) {
      this.#byVm.set(key, operations.set(operation.id, operation));
      if (operation.finishedAt !== undefined) {
        setTimeout(() => this.#forget(key, operation.id), LINGER_MS).unref();
      }
    } else {
      operations.delete(operation.id);
    }
    this.#vmRevisions.set(
      key,
      Math.max(this.#vmRevisions.get(key) ?? 0, operation.revision),
    );
    for (const listener of this.#listeners) {
      listener(operation);
    }
  }

  #takeRestore(key: string, operation: Operation): void {
    const { safetyUid, restoreUid } = notesOf(operation);
    if (safetyUid) {
      this.#authors.set(safetyUid, operation.actor);
      this.#safety.add(safetyUid);
    }
    if (restoreUid) {
      this.#restores.add(restoreUid);
    }
    const last = this.#restored.get(key)?.finishedAt ?? 0;
    if (operation.state === 'succeeded' && operation.finishedAt! >= last) {
      this.#restored.set(key, operation);
    }
  }

  #forget(key: string, id: string): void {
    const operations = this.#byVm.get(key);
    operations?.delete(id);
    if (operations?.size === 0) {
      this.#byVm.delete(key);
    }
  }
}
