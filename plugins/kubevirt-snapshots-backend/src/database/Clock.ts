// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';

/**
 * The one clock of the plugin: the database's, so that replicas agree on
 * leases and deadlines whatever their own clocks say.
 */
export class Clock {
  readonly #knex: Knex;
  readonly #offsetMs: () => number;

  /**
   * @param options - `offsetMs` is added to every reading; tests move time with it
   */
  constructor(options: { knex: Knex; offsetMs?: () => number }) {
    this.#knex = options.knex;
    this.#offsetMs = options.offsetMs ?? (() => 0);
  }

  /**
   * Milliseconds since 1970.
   *
   * @param tx - has to be given inside a transaction: SQLite has one connection
   */
  async now(tx?: Knex.Transaction): Promise<number> {
    const knex = tx ?? this.#knex;
    const answer = await knex.select({ ms: this.reading(knex) });
    return Number(answer[0].ms);
  }

  /** The same as a part of a statement, which saves asking before. */
  reading(knex: Knex = this.#knex): Knex.Raw {
    return knex.raw(
      knex.client.config.client === 'pg'
        ? '((extract(epoch FROM clock_timestamp()) * 1000)::bigint + ?::bigint)'
        : "(CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER) + ?)",
      [this.#offsetMs()],
    );
  }
}
