// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import type { Clock } from '../database/Clock';

const TABLE = 'audit_state';

/**
 * What replicas tell each other about the trail. It is no evidence: whoever
 * may write to the database may write here.
 */
export class AuditState {
  readonly #knex: Knex;
  readonly #clock: Clock;

  constructor(options: { knex: Knex; clock: Clock }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
  }

  async get<T>(key: string): Promise<{ value: T; at: number } | undefined> {
    const row = await this.#knex(TABLE).where({ key }).first();
    return row && { value: JSON.parse(row.value), at: Number(row.at) };
  }

  async set(key: string, value: unknown): Promise<void> {
    const row = {
      key,
      value: JSON.stringify(value),
      at: await this.#clock.now(),
    };
    await this.#knex(TABLE).insert(row).onConflict('key').merge();
  }

  async remove(key: string): Promise<void> {
    await this.#knex(TABLE).where({ key }).delete();
  }

  /**
   * Takes a turn that comes once per period over all replicas.
   *
   * @returns false when somebody had it within the period
   */
  async claim(key: string, periodMs: number): Promise<boolean> {
    const at = await this.#clock.now();
    const row = { key, value: 'null', at };
    const inserted = await this.#knex(TABLE)
      .insert(row)
      .onConflict('key')
      .ignore()
      .returning('key');
    if (inserted.length > 0) {
      return true;
    }
    const moved = await this.#knex(TABLE)
      .where({ key })
      .andWhere('at', '<=', at - periodMs)
      .update({ at });
    return moved === 1;
  }
}
