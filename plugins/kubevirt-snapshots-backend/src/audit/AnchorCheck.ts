// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { AuditState } from './AuditState';
import type { CheckpointStore } from './CheckpointStore';
import { readHead } from './head';
import {
  asSignedCheckpoint,
  checkpointDigest,
  isSigned,
  type SignedCheckpoint,
} from './signing/checkpoints';
import type { PublicKeys } from './signing/keys';
import {
  isSignedStatement,
  lostBy,
  type LostBranch,
} from './signing/statements';
import type { CheckpointSink } from './sinks/CheckpointSink';
import type { TrailHealth } from './TrailHealth';
import type { AuditRow } from './types';

/** Where replicas tell each other which outside checkpoint is not met. */
const STATE = 'anchor';

/** What signed rows of the trail declare lost. */
export async function lostBranches(
  knex: Knex,
  keys: PublicKeys,
): Promise<LostBranch[]> {
  const rows = await knex('audit_events')
    .whereIn('action', ['audit.recover', 'audit.prune'])
    .orderBy('seq')
    .select('body');
  return rows
    .map(row => (JSON.parse(row.body) as AuditRow).statement)
    .filter(statement => statement && isSignedStatement(statement, keys))
    .flatMap(statement => lostBy(statement!.content));
}

/**
 * Compares the trail with the latest checkpoint outside the database. A trail
 * that is older, or another one, means that the database was restored or cut:
 * nothing is recorded on top of that until an operator says what happened.
 */
export class AnchorCheck {
  readonly #knex: Knex;
  readonly #keys: PublicKeys;
  readonly #store: CheckpointStore;
  readonly #state: AuditState;
  readonly #health: TrailHealth;
  readonly #logger: LoggerService;

  constructor(options: {
    knex: Knex;
    keys: PublicKeys;
    store: CheckpointStore;
    state: AuditState;
    health: TrailHealth;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
    this.#store = options.store;
    this.#state = options.state;
    this.#health = options.health;
    this.#logger = options.logger;
  }

  /**
   * Sets or clears the refusal.
   *
   * @returns the checkpoint that the trail doesn't meet
   */
  async run(sinks: CheckpointSink[]): Promise<SignedCheckpoint | undefined> {
    const told = asSignedCheckpoint(
      (await this.#state.get<unknown>(STATE))?.value,
    );
    const candidates = told ? [told] : [];
    let unread = false;
    for (const sink of sinks) {
      try {
        const last = await sink.last?.();
        if (last) {
          candidates.push(last);
        }
      } catch (error) {
        // One that is away must not keep the others from being compared.
        unread = true;
        this.#logger.warn(
          `Could not read audit checkpoints from ${sink.name}`,
          error as Error,
        );
      }
    }
    if (unread && candidates.length === 0) {
      throw new Error(
        'Nothing is signed before the checkpoints outside the database could be read',
      );
    }
    for (const signed of candidates) {
      // Somebody who can write to the file could otherwise stop the portal.
      if (isSigned(signed, this.#keys) && !(await this.#isMet(signed))) {
        await this.#refuse(signed, signed === told);
        return signed;
      }
    }
    if (unread && !told) {
      return undefined;
    }
    this.#health.clear('anchor');
    if (told) {
      await this.#state.remove(STATE);
    }
    return undefined;
  }

  async #refuse(signed: SignedCheckpoint, known: boolean): Promise<void> {
    const { number, seq } = signed.checkpoint;
    this.#health.refuse(
      'anchor',
      `The audit trail in the database doesn't reach checkpoint ${number} (row ${seq}) that is kept outside of it, or contradicts it. The database was restored from a backup or changed. Nothing can be changed through the portal until an operator has looked at it and run "audit recover".`,
    );
    if (!known) {
      await this.#state.set(STATE, signed);
    }
  }

  async #isMet(signed: SignedCheckpoint): Promise<boolean> {
    const { checkpoint } = signed;
    const head = await readHead(this.#knex);
    return (
      (checkpoint.logId === head.logId &&
        (await this.#isKnown(signed)) &&
        (await this.#hashAt(checkpoint.seq, head.base)) === checkpoint.hash) ||
      (await lostBranches(this.#knex, this.#keys)).some(
        ({ number }) => number >= checkpoint.number,
      )
    );
  }

  /** Checkpoints reach the outside only after they are in the database. */
  async #isKnown(signed: SignedCheckpoint): Promise<boolean> {
    const [stored] = await this.#store.after(signed.checkpoint.number - 1, 1);
    return (
      stored?.signed !== undefined &&
      checkpointDigest(stored.signed) === checkpointDigest(signed)
    );
  }

  async #hashAt(
    seq: number,
    base: { seq: number; hash: string },
  ): Promise<string | undefined> {
    if (seq === base.seq) {
      return base.hash;
    }
    if (seq < base.seq) {
      // Its rows are pruned; that it is known has been checked.
      return (await this.#store.atSeq(seq))?.signed?.checkpoint.hash;
    }
    const row = await this.#knex('audit_events').where({ seq }).first();
    return row?.row_hash;
  }
}
