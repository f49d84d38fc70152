// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { AuditOutcome, AuditRowInput } from '../audit/types';
import type { Clock } from '../database/Clock';
import {
  nextNumber,
  withNextNumber,
  type Numbered,
} from '../database/nextNumber';
import { conflict, detailsOf, unavailable } from '../errors';
import { protectionInForce } from '../protection/ProtectionStore';
import { lockOf, refuseHeldLocks, type LockWanted } from './locks';
import type { Operation, OperationPatch } from './types';

const TABLE = 'operations';

/** How long a replica holds an operation without renewing, ms. */
export const LEASE_MS = 60_000;

const optional = (value: unknown) =>
  value === null || value === undefined ? undefined : Number(value);

function fromRow(row: any): Operation {
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    vm: { cluster: row.cluster, namespace: row.namespace, name: row.vm_name },
    vmUid: row.vm_uid,
    snapshotName: row.snapshot_name,
    snapshotUid: row.snapshot_uid ?? undefined,
    target: row.target ?? undefined,
    actor: row.actor,
    request: JSON.parse(row.request),
    requestDigest: row.request_digest,
    progress: row.progress ? JSON.parse(row.progress) : undefined,
    cancelRequested: Boolean(row.cancel_requested),
    retrying: Boolean(row.retrying),
    attempts: row.attempts,
    lastSentAt: optional(row.last_sent_at),
    leaseOwner: row.lease_owner ?? undefined,
    leaseUntil: optional(row.lease_until),
    error: row.error_code
      ? { code: row.error_code, message: row.error_message ?? '' }
      : undefined,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    finishedAt: optional(row.finished_at),
    revision: Number(row.revision),
  };
}

function toColumns(patch: OperationPatch) {
  const columns: Record<string, unknown> = {};
  const put = (key: string, value: unknown) => {
    columns[key] = value ?? null;
  };
  if ('state' in patch) put('state', patch.state);
  if ('snapshotUid' in patch) put('snapshot_uid', patch.snapshotUid);
  if ('retrying' in patch) put('retrying', patch.retrying);
  if ('attempts' in patch) put('attempts', patch.attempts);
  if ('lastSentAt' in patch) put('last_sent_at', patch.lastSentAt);
  if ('cancelRequested' in patch)
    put('cancel_requested', patch.cancelRequested);
  if ('progress' in patch) {
    put('progress', patch.progress && JSON.stringify(patch.progress));
  }
  if ('error' in patch) {
    put('error_code', patch.error?.code);
    put('error_message', patch.error?.message);
  }
  return columns;
}

/** What is needed to accept an operation. */
export interface AcceptOptions {
  operation: Pick<
    Operation,
    | 'id'
    | 'type'
    | 'vm'
    | 'vmUid'
    | 'snapshotName'
    | 'snapshotUid'
    | 'target'
    | 'actor'
    | 'request'
    | 'requestDigest'
  >;
  /** Held until the operation is finished. */
  locks: LockWanted[];
  /** Must not be held by anybody, but aren't taken. */
  mustBeFree?: LockWanted[];
  /** UID of a snapshot that must not be protected. */
  unlessProtected?: string;
  /** Open operation that is asked to stop, if it can. */
  cancels?: string;
  intent: Omit<AuditRowInput, 'kind' | 'operationId'>;
}

async function refuseProtected(
  tx: Knex.Transaction,
  snapshotUid: string,
  now: number,
): Promise<void> {
  const protection = await protectionInForce(tx, snapshotUid, now);
  if (protection) {
    throw conflict(
      `It is protected by ${protection.by}: ${protection.reason}. Release it first.`,
      { code: 'snapshot-protected' },
    );
  }
}

/**
 * Operations and their locks.
 */
export class DatabaseOperationStore {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #trail: DatabaseAuditTrail;
  readonly #logger: LoggerService;
  readonly #listeners = new Set<(operation: Operation) => void>();

  constructor(options: {
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#trail = options.trail;
    this.#logger = options.logger;
  }

  /** Calls back with each change that this replica makes, after its commit. */
  onChange(listener: (operation: Operation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Accepts an operation: locks, operation and audit intent in one
   * transaction, or nothing. The same id with the same request again gives
   * the operation that stands there already.
   *
   * @throws ConflictError naming the holder of a lock, or when the id was used
   *   for something else
   * @throws ServiceUnavailableError when the intent can't be recorded
   */
  async accept(
    options: AcceptOptions,
  ): Promise<{ operation: Operation; created: boolean }> {
    const result = await this.#recording(tx => this.acceptIn(tx, options));
    if (
      !result.created &&
      result.operation.requestDigest !== options.operation.requestDigest
    ) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    if (result.created) {
      this.announce(result.operation);
    }
    return result;
  }

  /**
   * The same as a part of a transaction of somebody else's, who calls
   * {@link DatabaseOperationStore.announce} after the commit.
   *
   * @param taken - the number that the transaction has taken, if it has
   */
  async acceptIn(
    tx: Knex.Transaction,
    options: AcceptOptions,
    taken?: Numbered,
  ): Promise<{ operation: Operation; created: boolean }> {
    const { operation, locks } = options;
    // Taken first, it makes concurrent repeats of one id wait for each other.
    const { revision, now } = taken ?? (await nextNumber(tx, this.#clock));
    const row = {
      id: operation.id,
      type: operation.type,
      state: 'queued',
      cluster: operation.vm.cluster,
      namespace: operation.vm.namespace,
      vm_name: operation.vm.name,
      vm_uid: operation.vmUid,
      snapshot_name: operation.snapshotName,
      snapshot_uid: operation.snapshotUid ?? null,
      target: operation.target ?? null,
      actor: operation.actor,
      request: JSON.stringify(operation.request),
      request_digest: operation.requestDigest,
      cancel_requested: false,
      retrying: false,
      attempts: 0,
      not_before: 0,
      created_at: now,
      updated_at: now,
      revision,
    };
    const inserted = await tx(TABLE)
      .insert(row)
      .onConflict('id')
      .ignore()
      .returning('id');
    if (inserted.length === 0) {
      const existing = await tx(TABLE).where({ id: operation.id }).first();
      return { operation: fromRow(existing), created: false };
    }
    // The counter's row is held to the end, so nobody else takes a lock
    // between this look and the insert.
    await refuseHeldLocks(tx, [...locks, ...(options.mustBeFree ?? [])]);
    if (options.unlessProtected) {
      await refuseProtected(tx, options.unlessProtected, now);
    }
    if (locks.length > 0) {
      await tx('locks').insert(
        locks.map(lockOf).map(({ resource, shared = false }) => ({
          resource,
          shared,
          operation_id: operation.id,
          created_at: now,
        })),
      );
    }
    if (options.cancels) {
      await tx(TABLE)
        .where({ id: options.cancels })
        .whereNull('finished_at')
        .update({ cancel_requested: true });
    }
    const intent = { ...options.intent, operationId: operation.id };
    await this.#trail.writeIntent(tx, intent, now);
    return { operation: fromRow(row), created: true };
  }

  /**
   * Runs the transaction that accepts something. When the database can't take
   * it nothing has been done, and that is what the person is told.
   */
  async #recording<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.#knex.transaction(work);
    } catch (error) {
      if (detailsOf(error)) {
        throw error;
      }
      this.#trail.health.noteFailure(error);
      this.#logger.error('An operation could not be recorded', error as Error);
      throw unavailable(
        'It could not be recorded, so nothing was done. Try again later.',
        'audit-unavailable',
      );
    }
  }

  /**
   * Leases unfinished operations that nobody works on. The lease reaches the
   * database only; what a late holder might still send to the cluster is
   * guarded there, by names, UIDs and resource versions.
   */
  async lease(
    owner: string,
    limit: number,
    options: {
      /** Clusters of which enough is held already. */
      full?: string[];
      /** How many more of a cluster may be held. */
      room?: (cluster: string) => number;
    } = {},
  ): Promise<Operation[]> {
    const now = await this.#clock.now();
    const due = await this.#knex(TABLE)
      .whereNull('finished_at')
      .whereNotIn('cluster', options.full ?? [])
      .andWhere(free =>
        free.whereNull('lease_until').orWhere('lease_until', '<', now),
      )
      .orderBy('created_at')
      .limit(limit)
      .select('id', 'cluster');
    const leased: Operation[] = [];
    for (const { id, cluster } of due) {
      const more = leased.filter(other => other.vm.cluster === cluster).length;
      if (more >= (options.room?.(cluster) ?? limit)) {
        continue;
      }
      const [row] = await this.#knex(TABLE)
        .where({ id })
        .whereNull('finished_at')
        .andWhere(free =>
          free.whereNull('lease_until').orWhere('lease_until', '<', now),
        )
        .update({ lease_owner: owner, lease_until: now + LEASE_MS })
        .returning('*');
      if (row) {
        leased.push(fromRow(row));
      }
    }
    return leased;
  }

  /**
   * Makes sure that the lease lasts at least LEASE_MS from now.
   *
   * @returns false when somebody else has it
   */
  async renewLease(id: string, owner: string): Promise<boolean> {
    const now = await this.#clock.now();
    const changed = await this.#knex(TABLE)
      .where({ id, lease_owner: owner })
      .whereNull('finished_at')
      .update({ lease_until: now + LEASE_MS });
    return changed === 1;
  }

  /** Ids of what this owner holds and somebody asked to stop. */
  async cancelledOf(owner: string): Promise<string[]> {
    const rows = await this.#knex(TABLE)
      .whereNull('finished_at')
      .where({ lease_owner: owner, cancel_requested: true })
      .select('id');
    return rows.map(row => row.id);
  }

  /** Gives leases back, so that another replica goes on at once. */
  async releaseLeases(owner: string): Promise<void> {
    await this.#knex(TABLE)
      .where({ lease_owner: owner })
      .whereNull('finished_at')
      .update({ lease_until: null });
  }

  /**
   * Changes an unfinished operation that this owner holds.
   *
   * @returns undefined when it is finished or somebody else holds it
   */
  async update(
    id: string,
    owner: string,
    patch: OperationPatch,
  ): Promise<Operation | undefined> {
    const [row] = await withNextNumber(this.#knex, (knex, revision) =>
      knex
        .from(TABLE)
        .where({ id, lease_owner: owner })
        .whereNull('finished_at')
        .update({
          ...toColumns(patch),
          updated_at: this.#clock.reading(),
          revision,
        })
        .returning('*'),
    );
    const updated = row && fromRow(row);
    if (updated) {
      this.announce(updated);
    }
    return updated;
  }

  /**
   * Finishes an operation: state, locks and the settlement of its intent in
   * one transaction.
   *
   * @returns undefined when it was finished already or somebody else holds it
   */
  async finish(
    id: string,
    owner: string,
    result: {
      state: 'succeeded' | 'failed' | 'unknown';
      error?: { code: string; message: string };
    },
  ): Promise<Operation | undefined> {
    const outcome: AuditOutcome = (
      { succeeded: 'success', failed: 'failure', unknown: 'unknown' } as const
    )[result.state];
    const finished = await this.#knex.transaction(async tx => {
      const { revision, now } = await nextNumber(tx, this.#clock);
      const [row] = await tx(TABLE)
        .where({ id, lease_owner: owner })
        .whereNull('finished_at')
        .update({
          ...toColumns({
            state: result.state,
            error: result.error,
            retrying: false,
          }),
          finished_at: now,
          updated_at: now,
          revision,
        })
        .returning('*');
      if (!row) {
        return undefined;
      }
      await tx('locks').where({ operation_id: id }).delete();
      const operation = fromRow(row);
      const { snapshotUid } = operation;
      await this.#trail.settle(
        tx,
        { operationId: id, outcome, snapshotUid, error: result.error },
        now,
      );
      return operation;
    });
    if (finished) {
      this.announce(finished);
    }
    return finished;
  }

  async get(id: string): Promise<Operation | undefined> {
    const row = await this.#knex(TABLE).where({ id }).first();
    return row && fromRow(row);
  }

  /** An operation and the time, ms since 1970, in one question. */
  async getNow(
    id: string,
  ): Promise<{ operation: Operation; now: number } | undefined> {
    const row = await this.#knex(TABLE)
      .where({ id })
      .first('*', this.#knex.raw('? as now', [this.#clock.reading()]));
    return row && { operation: fromRow(row), now: Number(row.now) };
  }

  /** Unfinished operations on a snapshot, by its name. */
  async openOnSnapshot(vm: VmRef, snapshotName: string): Promise<Operation[]> {
    const rows = await this.#knex(TABLE)
      .where({
        cluster: vm.cluster,
        namespace: vm.namespace,
        snapshot_name: snapshotName,
      })
      .whereNull('finished_at')
      .orderBy('created_at');
    return rows.map(fromRow);
  }

  /** The operation that took a snapshot, told by the object's UID. */
  async takeOf(snapshotUid: string): Promise<Operation | undefined> {
    const row = await this.#knex(TABLE)
      .where({ type: 'take', snapshot_uid: snapshotUid })
      .first();
    return row && fromRow(row);
  }

  /** Whether somebody asked through the portal to stop this snapshot. */
  async wasStopped(snapshotUid: string): Promise<boolean> {
    const row = await this.#knex(TABLE)
      .where({ type: 'stop', snapshot_uid: snapshotUid })
      .first('id');
    return row !== undefined;
  }

  /** Restores of a VM, newest first; all of them when no snapshot is named. */
  async restoresOf(
    vm: VmRef,
    vmUid: string,
    limit: number,
    snapshotName?: string,
  ): Promise<Operation[]> {
    const rows = await this.#knex(TABLE)
      .where({
        cluster: vm.cluster,
        namespace: vm.namespace,
        vm_name: vm.name,
        vm_uid: vmUid,
        type: 'restore',
        ...(snapshotName !== undefined && { snapshot_name: snapshotName }),
      })
      .orderBy('created_at', 'desc')
      .limit(limit);
    return rows.map(fromRow);
  }

  /** Changes after a revision, in their order. */
  async changesSince(revision: number, limit: number): Promise<Operation[]> {
    const rows = await this.#knex(TABLE)
      .where('revision', '>', revision)
      .orderBy('revision')
      .limit(limit);
    return rows.map(fromRow);
  }

  /** Everything unfinished, every take that made a snapshot, every restore. */
  async forIndex(): Promise<{ operations: Operation[]; revision: number }> {
    return this.#knex.transaction(async tx => {
      const counter = await tx('counters')
        .where({ name: 'operations' })
        .first();
      const rows = await tx(TABLE)
        .whereNull('finished_at')
        .orWhere(made =>
          made.where({ type: 'take' }).whereNotNull('snapshot_uid'),
        )
        .orWhere({ type: 'restore' });
      return { operations: rows.map(fromRow), revision: Number(counter.value) };
    });
  }

  /** Tells the listeners of a change that is committed. */
  announce(operation: Operation): void {
    for (const listener of this.#listeners) {
      listener(operation);
    }
  }
}
