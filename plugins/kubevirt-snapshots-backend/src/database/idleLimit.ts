// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';

/** How long a transaction that others wait for may be idle, ms. */
export const IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * To be selected together with a lock that all replicas wait for: PostgreSQL
 * ends the transaction when its process is stalled (a paused machine, a stopped
 * process), whose connection stays open and would hold up everybody else.
 * Between two statements of a healthy one there are milliseconds.
 */
export function idleLimit(tx: Knex.Transaction): Knex.Raw {
  return tx.raw("set_config('idle_in_transaction_session_timeout', ?, true)", [
    String(IDLE_IN_TRANSACTION_MS),
  ]);
}
