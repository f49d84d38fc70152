// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { CommittedIntent } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Clock } from '../database/Clock';
import { isVolatile } from '../database/openDatabase';
import { unavailable } from '../errors';
import { canonicalJson } from './canonicalJson';
import { contentDigest, newSalt, rowHash } from './chain';
import { addToHead, lockHead, type AuditHead } from './head';
import { projectionsOf } from './projections';
import { TrailHealth } from './TrailHealth';
import type { AuditKind, AuditOutcome, AuditRow, AuditRowInput } from './types';

const TABLE = 'audit_events';

/** Longest text that a row takes over from a request or a cluster. */
const MAX_TEXT = 2048;

const capped = (text: string) =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;

/** Ends a transaction that was only to show that it could be committed. */
class ProbeOver extends Error {}

/**
 * The audit trail in the plugin's database.
 *
 * An act is two rows: an intent, committed together with the operation and its
 * locks before the cluster is called, and a settlement when it has ended. The
 * rows form a chain of hashes, see chain.ts.
 */
export class DatabaseAuditTrail {
  readonly #knex: Knex;
  readonly #clock: Clock;
  /** Whether the trail can be kept. */
  readonly health: TrailHealth;

  private constructor(knex: Knex, clock: Clock, health: TrailHealth) {
    this.#knex = knex;
    this.#clock = clock;
    this.health = health;
  }

  /**
   * @param options - `allowVolatile`: accept a database that forgets, for tests
   */
  static create(options: {
    knex: Knex;
    clock: Clock;
    allowVolatile?: boolean;
    health?: TrailHealth;
  }): DatabaseAuditTrail {
    const health = options.health ?? new TrailHealth();
    if (isVolatile(options.knex) && !options.allowVolatile) {
      health.refuse(
        'set-up',
        'The audit trail needs a database that keeps its rows. backend.database is in memory; give it a file or PostgreSQL. Until then nothing can be changed through the portal.',
      );
    }
    return new DatabaseAuditTrail(options.knex, options.clock, health);
  }

  /** Why acts can't be recorded, and so not done; undefined when they can. */
  get refusal(): string | undefined {
    return this.health.refusal;
  }

  /**
   * Adds the intent of an operation inside the transaction that accepts it.
   *
   * @param now - the database's time, which the transaction has read
   * @returns the row's sequence number
   * @throws ServiceUnavailableError when the trail can't be kept
   */
  async writeIntent(
    tx: Knex.Transaction,
    row: Omit<AuditRowInput, 'kind'> & { operationId: string },
    now: number,
  ): Promise<number> {
    if (this.refusal) {
      throw unavailable(this.refusal, 'audit-unavailable');
    }
    return this.#insert(tx, { ...row, kind: 'intent' }, now);
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
      .first('seq', 'actor');
    return CommittedIntent.fromCommittedRow({
      operationId,
      sequence: Number(row?.seq ?? 0),
      actor: row?.actor ?? '',
    });
  }

  /**
   * Adds the one settlement of an intent, inside the transaction that finishes
   * the operation. The table allows no second one.
   *
   * @param now - the database's time, which the transaction has read
   */
  async settle(
    tx: Knex.Transaction,
    options: {
      operationId: string;
      outcome: AuditOutcome;
      snapshotUid?: string;
      error?: { code: string; message: string };
    },
    now: number,
  ): Promise<void> {
    const intentRow = await tx(TABLE)
      .where({ operation_id: options.operationId, kind: 'intent' })
      .first('body');
    if (!intentRow) {
      throw new Error(`No intent for operation ${options.operationId}`);
    }
    const intent: AuditRow = JSON.parse(intentRow.body);
    const settled: AuditRowInput = {
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
      intent: intent.seq,
      error: options.error && {
        code: options.error.code,
        message: capped(options.error.message),
      },
      durationMs: Math.max(0, now - intent.at),
    };
    await this.#insert(tx, settled, now);
  }

  /** Adds a row that stands for itself, in a transaction of its own. */
  async write(
    kind: Exclude<AuditKind, 'intent' | 'settled'>,
    row: Omit<AuditRowInput, 'kind'>,
  ): Promise<void> {
    try {
      await this.#knex.transaction(tx => this.append(tx, kind, row));
    } catch (error) {
      this.health.noteFailure(error);
      throw error;
    }
  }

  /**
   * Adds a row that stands for itself inside a transaction.
   *
   * @param row - or a function that makes it from the locked end of the trail
   */
  async append(
    tx: Knex.Transaction,
    kind: Exclude<AuditKind, 'intent' | 'settled'>,
    row:
      | Omit<AuditRowInput, 'kind'>
      | ((head: AuditHead) => Omit<AuditRowInput, 'kind'>),
  ): Promise<number> {
    return this.#insert(
      tx,
      head => ({ ...(typeof row === 'function' ? row(head) : row), kind }),
      // Asked before the lock, which everybody else waits for.
      await this.#clock.now(tx),
    );
  }

  /**
   * Tries whether a row could be written, without leaving one, and says so to
   * {@link DatabaseAuditTrail.health}.
   */
  async probe(): Promise<void> {
    try {
      await this.#knex.transaction(async tx => {
        await this.append(tx, 'system', {
          action: 'audit.probe',
          actor: 'plugin:kubevirt-snapshots',
          origin: 'system',
        });
        throw new ProbeOver();
      });
    } catch (error) {
      if (error instanceof ProbeOver) {
        this.health.clear('writing');
      } else {
        this.health.noteFailure(error);
      }
    }
  }

  /** Rows of an operation in their order. */
  async rowsOf(operationId: string): Promise<AuditRow[]> {
    const rows = await this.#knex(TABLE)
      .where({ operation_id: operationId })
      .orderBy('seq')
      .select('body');
    return rows.map(row => JSON.parse(row.body));
  }

  async #insert(
    tx: Knex.Transaction,
    input: AuditRowInput | ((head: AuditHead) => AuditRowInput),
    now: number,
  ): Promise<number> {
    const head = await lockHead(tx);
    const seq = head.seq + 1;
    const row: AuditRow = {
      ...(typeof input === 'function' ? input(head) : input),
      seq,
      // Whoever read the time before may come after: it never goes back.
      at: Math.max(now, head.at),
    };
    const body = canonicalJson(row);
    const salt = newSalt();
    const digest = contentDigest(salt, body);
    const hash = rowHash({ seq, prev: head.hash, contentDigest: digest });
    await addToHead(
      tx,
      { seq, hash, at: row.at },
      {
        ...projectionsOf(row),
        body,
        salt,
        content_digest: digest,
        row_hash: hash,
      },
    );
    return seq;
  }
}
