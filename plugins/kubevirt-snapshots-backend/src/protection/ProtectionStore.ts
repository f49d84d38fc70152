// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import {
  stringifyVmRef,
  type Protection,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { AuditRowInput } from '../audit/types';
import { ChangePoll } from '../database/ChangePoll';
import type { Clock } from '../database/Clock';
import { nextNumber } from '../database/nextNumber';
import { refuseHeldLocks, shared, snapshotLock } from '../operations/locks';

const TABLE = 'protections';

interface Entry {
  vmKey: string;
  protection: Protection;
  untilMs?: number;
}

/** What is to be protected or released. */
export interface ProtectionTarget {
  vm: VmRef;
  snapshotName: string;
  snapshotUid: string;
}

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Which snapshots are protected. Protecting reaches the database only: the
 * intent and its settlement are committed with it.
 */
export class ProtectionStore {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #trail: DatabaseAuditTrail;
  readonly #entries = new Map<string, Entry>();
  readonly #vmRevisions = new Map<string, number>();
  readonly #listeners = new Set<(vmKey: string) => void>();
  readonly #poll: ChangePoll;
  #revision = 0;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#trail = options.trail;
    this.#poll = new ChangePoll({
      read: () => this.#read(),
      logger: options.logger,
      what: 'protections',
    });
  }

  /** Loads what is there and follows changes. */
  async start(): Promise<void> {
    await this.#poll.now();
    this.#poll.start();
  }

  stop(): void {
    this.#poll.stop();
  }

  /** The protection of a snapshot that is in force. */
  of(snapshotUid: string): Protection | undefined {
    const entry = this.#entries.get(snapshotUid);
    return entry && (entry.untilMs ?? Infinity) > Date.now()
      ? entry.protection
      : undefined;
  }

  /** Grows with each change on this VM's snapshots. */
  revisionOf(vm: VmRef): number {
    return this.#vmRevisions.get(stringifyVmRef(vm)) ?? 0;
  }

  /** Calls back with `<cluster>/<namespace>/<name>` of the VM. */
  subscribe(listener: (vmKey: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what has been committed up to now. */
  async catchUp(revision: number): Promise<void> {
    if (this.#revision < revision) {
      await this.#poll.fresh();
    }
  }

  /**
   * Protects a snapshot, or changes why and how long.
   *
   * @throws ConflictError while it is being deleted
   */
  async protect(
    target: ProtectionTarget,
    options: {
      operationId: string;
      actor: string;
      reason: string;
      untilMs?: number;
      intent: Omit<AuditRowInput, 'kind' | 'operationId'>;
    },
  ): Promise<number> {
    return this.#change(target, options, {
      reason: options.reason,
      until: options.untilMs ?? null,
      set_by: options.actor,
      released: false,
    });
  }

  /** Releases a snapshot. */
  async unprotect(
    target: ProtectionTarget,
    options: {
      operationId: string;
      intent: Omit<AuditRowInput, 'kind' | 'operationId'>;
    },
  ): Promise<number> {
    return this.#change(target, options, { released: true });
  }

  async #change(
    { vm, snapshotName, snapshotUid }: ProtectionTarget,
    options: {
      operationId: string;
      intent: Omit<AuditRowInput, 'kind' | 'operationId'>;
    },
    columns: Record<string, unknown>,
  ): Promise<number> {
    const revision = await this.#knex.transaction(async tx => {
      // Taken first: a deletion that is being accepted waits here, or we do.
      const taken = await nextNumber(tx, this.#clock);
      const { now } = taken;
      await refuseHeldLocks(tx, [shared(snapshotLock(vm, snapshotName))]);
      const changes = { ...columns, revision: taken.revision };
      if (columns.released) {
        await tx(TABLE).where({ snapshot_uid: snapshotUid }).update(changes);
      } else {
        await tx(TABLE)
          .insert({
            snapshot_uid: snapshotUid,
            cluster: vm.cluster,
            namespace: vm.namespace,
            vm_name: vm.name,
            snapshot_name: snapshotName,
            set_at: now,
            ...changes,
          })
          .onConflict('snapshot_uid')
          .merge();
      }
      const { intent, operationId } = options;
      await this.#trail.writeIntent(tx, { ...intent, operationId }, now);
      await this.#trail.settle(
        tx,
        { operationId, outcome: 'success', snapshotUid },
        now,
      );
      return taken.revision;
    });
    await this.#poll.fresh();
    return revision;
  }

  async #read(): Promise<void> {
    const rows = await this.#knex(TABLE)
      .where('revision', '>', this.#revision)
      .orderBy('revision');
    for (const row of rows) {
      this.#take(row);
    }
  }

  #take(row: any): void {
    const revision = Number(row.revision);
    const vmKey = `${row.cluster}/${row.namespace}/${row.vm_name}`;
    const untilMs = row.until === null ? undefined : Number(row.until);
    if (row.released) {
      this.#entries.delete(row.snapshot_uid);
    } else {
      this.#entries.set(row.snapshot_uid, {
        vmKey,
        untilMs,
        protection: {
          reason: row.reason,
          until: untilMs === undefined ? undefined : iso(untilMs),
          by: row.set_by,
          at: iso(Number(row.set_at)),
        },
      });
    }
    this.#revision = Math.max(this.#revision, revision);
    this.#vmRevisions.set(
      vmKey,
      Math.max(this.#vmRevisions.get(vmKey) ?? 0, revision),
    );
    this.#listeners.forEach(listener => listener(vmKey));
  }
}

/**
 * Refuses inside the transaction that accepts a deletion: whoever protects the
 * snapshot at the same moment takes the same counter first, or waits for us.
 *
 * @returns the protection in force, by the database's clock
 */
export async function protectionInForce(
  tx: Knex.Transaction,
  snapshotUid: string,
  now: number,
): Promise<{ reason: string; by: string } | undefined> {
  const row = await tx(TABLE)
    .where({ snapshot_uid: snapshotUid, released: false })
    .andWhere(open => open.whereNull('until').orWhere('until', '>', now))
    .first();
  return row && { reason: row.reason, by: row.set_by };
}
