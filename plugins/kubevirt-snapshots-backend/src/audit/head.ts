// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { idleLimit } from '../database/idleLimit';
import { inLine } from '../database/inLine';
import type { ChainPoint } from './chain';

/** The end of the trail, and where it begins since it was last pruned. */
export interface AuditHead extends ChainPoint {
  logId: string;
  /** Time of the last row, ms since 1970. */
  at: number;
  base: ChainPoint;
}

const HEAD = 'audit_head';

function fromRow(row: any): AuditHead {
  return {
    logId: row.log_id,
    seq: Number(row.seq),
    hash: row.hash,
    at: Number(row.at),
    base: { seq: Number(row.base_seq), hash: row.base_hash },
  };
}

/** The end of the trail as it is committed. */
export async function readHead(knex: Knex): Promise<AuditHead> {
  const row = await knex(HEAD).where({ id: 1 }).first();
  if (!row) {
    throw new Error('The audit trail has lost its head row (audit_head)');
  }
  return fromRow(row);
}

/** Locks the end of the trail until the transaction ends. */
export async function lockHead(tx: Knex.Transaction): Promise<AuditHead> {
  const [row] =
    tx.client.config.client === 'pg'
      ? await tx(HEAD)
          .where({ id: 1 })
          .andWhere(inLine(tx, 'trail'))
          .forUpdate()
          .select('*', idleLimit(tx))
      : // SQLite locks by writing.
        await tx(HEAD)
          .where({ id: 1 })
          .update({ seq: tx.ref('seq') })
          .returning('*');
  if (!row) {
    throw new Error('The audit trail has lost its head row (audit_head)');
  }
  return fromRow(row);
}

/** Adds a row and moves the end of the trail to it, which has to be locked. */
export async function addToHead(
  tx: Knex.Transaction,
  to: ChainPoint & { at: number },
  row: object,
): Promise<void> {
  const moving = tx(HEAD)
    .where({ id: 1 })
    .update({ seq: to.seq, hash: to.hash, at: to.at });
  if (tx.client.config.client === 'pg') {
    // In one round trip: everybody else waits meanwhile.
    await tx.with('moved', moving).insert(row).into('audit_events');
  } else {
    await tx('audit_events').insert(row);
    await moving;
  }
}
