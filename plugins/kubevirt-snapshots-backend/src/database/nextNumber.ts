// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';

/**
 * Next number of a gap-free counter. The counter's row stays locked until the
 * transaction ends, so whoever reads "all above N" can't miss one that commits
 * late, and a roll-back leaves no gap.
 */
export async function nextNumber(
  tx: Knex.Transaction,
  name: 'operations',
): Promise<number> {
  const [row] = await tx('counters')
    .where({ name })
    .increment('value', 1)
    .returning('value');
  return Number(row.value);
}
