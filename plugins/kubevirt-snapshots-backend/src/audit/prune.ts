// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { lostBranches } from './AnchorCheck';
import { CheckpointStore } from './CheckpointStore';
import type { DatabaseAuditTrail } from './DatabaseAuditTrail';
import { lockHead, readHead } from './head';
import {
  checkpointDigest,
  isSigned,
  type SignedCheckpoint,
} from './signing/checkpoints';
import { PublicKeys, type Signer } from './signing/keys';
import { signStatement } from './signing/statements';
import { verifyDatabase } from './verify/verifyDatabase';

/** Triggers that stand in the way, by table. */
const GUARDS = {
  audit_events: ['audit_events_no_delete', 'audit_events_no_change'],
  audit_head: ['audit_head_no_return'],
};

/**
 * Takes the triggers away for the rest of the transaction and gives back how
 * to restore them. Only the tables' owner can: the role that the portal runs
 * with in a hardened set-up is refused right here. On PostgreSQL the change is
 * part of the transaction and locks the tables, so that nobody else ever
 * meets them unguarded; on SQLite the transaction is the only writer.
 */
async function liftGuards(tx: Knex.Transaction): Promise<() => Promise<void>> {
  if (tx.client.config.client === 'pg') {
    const set = async (verb: 'DISABLE' | 'ENABLE') => {
      await tx.raw(
        `ALTER TABLE audit_events ${verb} TRIGGER audit_events_no_change`,
      );
      await tx.raw(
        `ALTER TABLE audit_head ${verb} TRIGGER audit_head_no_return`,
      );
    };
    await set('DISABLE');
    return () => set('ENABLE');
  }
  const lifted: string[] = [];
  for (const trigger of Object.values(GUARDS).flat()) {
    const row = await tx('sqlite_master')
      .where({ type: 'trigger', name: trigger })
      .first('sql');
    if (row) {
      await tx.raw(`DROP TRIGGER ${trigger}`);
      lifted.push(row.sql);
    }
  }
  return async () => {
    for (const sql of lifted) {
      await tx.raw(sql);
    }
  };
}

/** The newest signed checkpoint that covers no row after the limit. */
async function checkpointBefore(
  knex: Knex,
  keys: PublicKeys,
  options: { throughSeq?: number; before?: number },
): Promise<SignedCheckpoint | undefined> {
  let query = knex('audit_checkpoints').orderBy('seq', 'desc');
  if (options.throughSeq !== undefined) {
    query = query.where('seq', '<=', options.throughSeq);
  }
  if (options.before !== undefined) {
    const first = await knex('audit_events')
      .where('at', '>=', options.before)
      .orderBy([{ column: 'at' }, { column: 'seq' }])
      .first('seq');
    if (first) {
      query = query.where('seq', '<', first.seq);
    }
  }
  const row = await query.first();
  const stored =
    row && (await new CheckpointStore({ knex }).atSeq(Number(row.seq)));
  return stored?.signed && isSigned(stored.signed, keys)
    ? stored.signed
    : undefined;
}

/**
 * Takes away the rows up to a signed checkpoint and says so in a signed row.
 * An operator's command: it needs the signing key and the database role that
 * owns the tables. The trail is verified first.
 *
 * @throws InputError when there is nothing to prune or a rule stands against it
 */
export async function prune(options: {
  knex: Knex;
  trail: DatabaseAuditTrail;
  signer: Signer;
  keys: PublicKeys;
  actor: string;
  reason: string;
  /** Rows up to this one at most ... */
  throughSeq?: number;
  /** ... and older than this, ms since 1970. */
  before?: number;
}): Promise<{ through: number; count: number }> {
  const { knex, trail, signer, keys } = options;
  const verified = await verifyDatabase({ knex, keys });
  if (verified.status !== 'ok') {
    throw new InputError(`Nothing was pruned. ${verified.message}`);
  }
  const signed = await checkpointBefore(knex, keys, options);
  const { base } = await readHead(knex);
  if (!signed || signed.checkpoint.seq <= base.seq) {
    throw new InputError(
      'Nothing was pruned: no signed checkpoint lies before that limit.',
    );
  }
  const { seq, hash } = signed.checkpoint;
  const open = await knex('operations')
    .join('audit_events', 'audit_events.operation_id', 'operations.id')
    .whereNull('operations.finished_at')
    .andWhere('audit_events.seq', '<=', seq)
    .first('operations.id');
  if (open) {
    throw new InputError(
      `Nothing was pruned: operation ${open.id}, which is asked for in one of these rows, is not finished.`,
    );
  }
  return knex.transaction(async tx => {
    await lockHead(tx);
    const lost = await lostBranches(tx, keys);
    const restore = await liftGuards(tx);
    const count = await tx('audit_events').where('seq', '<=', seq).delete();
    await tx('audit_head')
      .where({ id: 1 })
      .update({ base_seq: seq, base_hash: hash });
    await restore();
    await trail.append(tx, 'system', head => ({
      action: 'audit.prune',
      actor: options.actor,
      origin: 'operator',
      reason: options.reason,
      options: { through: seq, rows: count },
      statement: signStatement(
        {
          type: 'prune',
          logId: head.logId,
          head: { seq: head.seq, hash: head.hash },
          through: { seq, hash },
          checkpoint: checkpointDigest(signed),
          count,
          lost,
        },
        signer,
      ),
    }));
    return { through: seq, count };
  });
}
