// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { CommittedIntent } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Clock } from '../database/Clock';
import { isVolatile } from '../database/openDatabase';
import { nextNumber } from '../database/nextNumber';
import { unavailable } from '../errors';
import { canonicalJson } from './canonicalJson';
import type { AuditOutcome, AuditRow, AuditRowInput } from './types';

const TABLE = 'audit_events';

/** Longest text that a row takes over from a request or a cluster. */
const MAX_TEXT = 2048;

const capped = (text: string) =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;

/**
 * The audit trail in the plugin's database.
 *
 * An act is two rows: an intent, committed together with the operation and its
 * locks before the cluster is called, and a settlement when it has ended.
 */
export class DatabaseAuditTrail {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #refusal: string | undefined;

  private constructor(knex: Knex, clock: Clock, refusal: string | undefined) {
    this.#knex = knex;
    this.#clock = clock;
    this.#refusal = refusal;
  }

  /**
   * @param options - `allowVolatile`: accept a database that forgets, for tests
   */
  static create(options: {
    knex: Knex;
    clock: Clock;
    allowVolatile?: boolean;
  }): DatabaseAuditTrail {
    const refusal =
      isVolatile(options.knex) && !options.allowVolatile
        ? 'The audit trail needs a database that keeps its rows. backend.database is in memory; give it a file or PostgreSQL. Until then nothing can be changed through the portal.'
        : undefined;
    return new DatabaseAuditTrail(options.knex, options.clock, refusal);
  }

  /** Why acts can't be recorded, and so not done; undefined when they can. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /**
   * Adds the intent of an operation inside the transaction that accepts it.
   *
   * @returns the row's sequence number
   * @throws ServiceUnavailableError when the trail can't be kept
   */
  async writeIntent(
    tx: Knex.Transaction,
    row: Omit<AuditRowInput, 'kind'> & { operationId: string },
  ): Promise<number> {
    if (this.#refusal) {
      throw unavailable(this.#refusal, 'audit-unavailable');
    }
    return this.#insert(tx, { ...row, kind: 'intent' });
  }

  /**
   * Proof that the intent of an operation stands in the database, read from
   * there: with the database away nothing is sent to a cluster.
   *
   * @throws ServiceUnavailableError when there is none
   */
  async committedIntent(operationId: string): Promise<CommittedIntent> {
    const row = await this.#knex(TABLE)
      .where({ operation_id: operationId, kind: 'intent' })
      .first('seq');
    return CommittedIntent.fromCommittedRow({
      operationId,
      sequence: Number(row?.seq ?? 0),
    });
  }

  /**
   * Adds the one settlement of an intent, inside the transaction that finishes
   * the operation. The table allows no second one.
   */
  async settle(
    tx: Knex.Transaction,
    options: {
      operationId: string;
      outcome: AuditOutcome;
      snapshotUid?: string;
      error?: { code: string; message: string };
    },
  ): Promise<void> {
    const intentRow = await tx(TABLE)
      .where({ operation_id: options.operationId, kind: 'intent' })
      .first('body');
    if (!intentRow) {
      throw new Error(`No intent for operation ${options.operationId}`);
    }
    const intent: AuditRow = JSON.parse(intentRow.body);
    await this.#insert(tx, {
      kind: 'settled',
      action: intent.action,
      actor: intent.actor,
      onBehalfOf: intent.onBehalfOf,
      origin: intent.origin,
      requestId: intent.requestId,
      operationId: options.operationId,
      entityRef: intent.entityRef,
      vm: intent.vm,
      snapshot: {
        ...intent.snapshot,
        uid: options.snapshotUid ?? intent.snapshot?.uid,
      },
      outcome: options.outcome,
      error: options.error && {
        code: options.error.code,
        message: capped(options.error.message),
      },
      durationMs: Math.max(0, (await this.#clock.now(tx)) - intent.at),
    });
  }

  /** Adds a refusal, or a row about the trail itself, in a transaction of its own. */
  async write(
    kind: 'denied' | 'system',
    row: Omit<AuditRowInput, 'kind'>,
  ): Promise<void> {
    await this.#knex.transaction(tx => this.#insert(tx, { ...row, kind }));
  }

  /** Rows of an operation in their order. */
  async rowsOf(operationId: string): Promise<AuditRow[]> {
    const rows = await this.#knex(TABLE)
      .where({ operation_id: operationId })
      .orderBy('seq')
      .select('body');
    return rows.map(row => JSON.parse(row.body));
  }

  async #insert(tx: Knex.Transaction, input: AuditRowInput): Promise<number> {
    // The counter's row is locked first, so that nobody can commit an earlier
    // time under a later number.
    const seq = await nextNumber(tx, 'audit');
    const [now, last] = [
      await this.#clock.now(tx),
      await tx(TABLE)
        .where({ seq: seq - 1 })
        .first('at'),
    ];
    const row: AuditRow = {
      ...input,
      seq,
      at: Math.max(now, Number(last?.at ?? 0)),
    };
    await tx(TABLE).insert({
      seq,
      kind: row.kind,
      at: row.at,
      operation_id: row.operationId ?? null,
      action: row.action,
      actor: row.actor,
      outcome: row.outcome ?? null,
      cluster: row.vm?.cluster ?? null,
      namespace: row.vm?.namespace ?? null,
      vm_name: row.vm?.name ?? null,
      vm_uid: row.vm?.uid ?? null,
      snapshot_name: row.snapshot?.name ?? null,
      snapshot_uid: row.snapshot?.uid ?? null,
      body: canonicalJson(row),
    });
    return seq;
  }
}
