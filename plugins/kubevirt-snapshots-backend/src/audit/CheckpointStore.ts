// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { canonicalJson } from './canonicalJson';
import {
  asSignedCheckpoint,
  type SignedCheckpoint,
} from './signing/checkpoints';

const TABLE = 'audit_checkpoints';

/** A row of the table, whatever somebody may have made of it. */
export interface StoredCheckpoint {
  number: number;
  seq: number;
  /** undefined when the row holds something else, or its columns lie. */
  signed?: SignedCheckpoint;
}

function fromRow(row: any): StoredCheckpoint {
  const number = Number(row.number);
  const seq = Number(row.seq);
  let signed: SignedCheckpoint | undefined;
  try {
    signed = asSignedCheckpoint({
      checkpoint: JSON.parse(row.body),
      signature: row.signature,
    });
  } catch {
    // Not even JSON.
  }
  const honest =
    signed?.checkpoint.number === number && signed.checkpoint.seq === seq;
  return { number, seq, signed: honest ? signed : undefined };
}

/** Checkpoints in the database. */
export class CheckpointStore {
  readonly #knex: Knex;

  constructor(options: { knex: Knex }) {
    this.#knex = options.knex;
  }

  async last(): Promise<StoredCheckpoint | undefined> {
    const row = await this.#knex(TABLE).orderBy('number', 'desc').first();
    return row && fromRow(row);
  }

  async after(number: number, limit: number): Promise<StoredCheckpoint[]> {
    const rows = await this.#knex(TABLE)
      .where('number', '>', number)
      .orderBy('number')
      .limit(limit);
    return rows.map(fromRow);
  }

  async atSeq(seq: number): Promise<StoredCheckpoint | undefined> {
    const row = await this.#knex(TABLE).where({ seq }).first();
    return row && fromRow(row);
  }

  /**
   * Adds one, unless there is one with that number or for that row already:
   * then another replica was first.
   *
   * @returns whether it was added
   */
  async add({ checkpoint, signature }: SignedCheckpoint): Promise<boolean> {
    const added = await this.#knex(TABLE)
      .insert({
        number: checkpoint.number,
        seq: checkpoint.seq,
        body: canonicalJson(checkpoint),
        signature,
      })
      .onConflict()
      .ignore()
      .returning('number');
    return added.length > 0;
  }
}
