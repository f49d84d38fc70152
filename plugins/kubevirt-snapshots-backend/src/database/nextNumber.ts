// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import type { Clock } from './Clock';
import { idleLimit } from './idleLimit';
import { inLine } from './inLine';

function count(knex: Knex) {
  const counting = knex('counters')
    .where({ name: 'operations' })
    .increment('value', 1);
  return knex.client.config.client === 'pg'
    ? counting.andWhere(inLine(knex, 'counter'))
    : counting;
}

/** A number, and the time at which it was taken, ms since 1970. */
export interface Numbered {
  revision: number;
  now: number;
}

/**
 * Next number of the gap-free counter of all changes. The counter's row stays
 * locked until the transaction ends, so whoever reads "all above N" can't miss
 * one that commits late, and a roll-back leaves no gap.
 *
 * With the time, in one round trip: everybody else waits meanwhile.
 */
export async function nextNumber(
  tx: Knex.Transaction,
  clock: Clock,
): Promise<Numbered> {
  const [row] = await count(tx).returning([
    'value',
    tx.raw('? as now', [clock.reading(tx)]),
    ...(tx.client.config.client === 'pg' ? [idleLimit(tx)] : []),
  ]);
  return { revision: Number(row.value), now: Number(row.now) };
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
  write: (
    knex: Knex.QueryInterface,
    next: Knex.Raw | number,
  ) => Knex.QueryBuilder,
): Promise<any[]> {
  if (knex.client.config.client === 'pg') {
    return write(
      knex.with('next', count(knex).returning('value')),
      knex.raw('(SELECT value FROM next)'),
    );
  }
  return knex.transaction(async tx => {
    const [{ value }] = await count(tx).returning('value');
    return write(tx, Number(value));
  });
}
