// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { idleLimit } from './idleLimit';

const count = (knex: Knex, name: 'operations') =>
  knex('counters').where({ name }).increment('value', 1);

/**
 * Next number of a gap-free counter. The counter's row stays locked until the
 * transaction ends, so whoever reads "all above N" can't miss one that commits
 * late, and a roll-back leaves no gap.
 */
export async function nextNumber(
  tx: Knex.Transaction,
  name: 'operations',
): Promise<number> {
  const [row] = await count(tx, name).returning(
    tx.client.config.client === 'pg' ? ['value', idleLimit(tx)] : 'value',
  );
  return Number(row.value);
}

/**
 * Writes with the next number, in a transaction of its own. In PostgreSQL it is
 * one statement: everybody else waits for it, and must not wait for a process
 * that is stalled between two.
 *
 * @param write - makes the statement; the number is an expression or a number
 */
export async function withNextNumber(
  knex: Knex,
  name: 'operations',
  write: (
    knex: Knex.QueryInterface,
    next: Knex.Raw | number,
  ) => Knex.QueryBuilder,
): Promise<any[]> {
  if (knex.client.config.client === 'pg') {
    return write(
      knex.with('next', count(knex, name).returning('value')),
      knex.raw('(SELECT value FROM next)'),
    );
  }
  return knex.transaction(async tx => write(tx, await nextNumber(tx, name)));
}
