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
    const row =
      knex.client.config.client === 'pg'
        ? (
            await knex.raw(
              'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
            )
          ).rows[0]
        : (
            await knex.raw(
              "SELECT CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER) AS ms",
            )
          )[0];
    return Number(row.ms) + this.#offsetMs();
  }
}
