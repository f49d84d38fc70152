// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';

/**
 * A condition for the statement that locks a row for which everybody waits:
 * with it they wait in line, and each commit lets the next one in. Waiting for
 * the row itself, PostgreSQL would wake all of them with each commit, to find
 * out that they have to wait on (docs/decisions/0012-waiting-in-line.md).
 *
 * @param name - of the line; held until the transaction ends
 */
export function inLine(knex: Knex, name: string): Knex.Raw {
  return knex.raw(
    '(SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(?, 0))) = 1',
    [`kubevirt-snapshots ${name}`],
  );
}
