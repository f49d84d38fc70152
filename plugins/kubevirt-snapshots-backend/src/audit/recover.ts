// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import { CheckpointStore } from './CheckpointStore';
import type { DatabaseAuditTrail } from './DatabaseAuditTrail';
import { readHead, type AuditHead } from './head';
import {
  checkpointDigest,
  isSigned,
  signCheckpoint,
  type SignedCheckpoint,
} from './signing/checkpoints';
import type { PublicKeys, Signer } from './signing/keys';
import { signStatement } from './signing/statements';

async function agrees(
  knex: Knex,
  head: AuditHead,
  { checkpoint }: SignedCheckpoint,
): Promise<boolean> {
  if (checkpoint.logId !== head.logId) {
    return false;
  }
  if (checkpoint.seq === head.base.seq) {
    return checkpoint.hash === head.base.hash;
  }
  const row = await knex('audit_events')
    .where({ seq: checkpoint.seq })
    .first('row_hash');
  return row?.row_hash === checkpoint.hash;
}

/**
 * Lets a trail go on that is older than what is kept outside, or another one:
 * writes a signed row that says so, and signs a checkpoint on top. An
 * operator's command, after a database was restored from a backup.
 *
 * @returns the number of the row, and up to where both histories are the same
 * @throws InputError when there is nothing to recover from
 */
export async function recover(options: {
  knex: Knex;
  trail: DatabaseAuditTrail;
  signer: Signer;
  keys: PublicKeys;
  /** All checkpoints that are kept outside. */
  outside: SignedCheckpoint[];
  actor: string;
  reason: string;
  /** ms since 1970, database clock. */
  now: number;
}): Promise<{ row: number; common: number; lost: number }> {
  const { knex, trail, signer, keys } = options;
  const head = await readHead(knex);
  const outside = options.outside
    .filter(signed => isSigned(signed, keys))
    .sort((a, b) => a.checkpoint.number - b.checkpoint.number);
  const last = outside[outside.length - 1];
  if (!last) {
    throw new InputError(
      'None of the checkpoints given is signed by a key at hand, so there is nothing to recover from.',
    );
  }
  let common = 0;
  let met = false;
  for (const signed of outside) {
    met = await agrees(knex, head, signed);
    if (met) {
      common = Math.max(common, signed.checkpoint.seq);
    }
  }
  const store = new CheckpointStore({ knex });
  const known = (await store.after(last.checkpoint.number - 1, 1))[0];
  if (
    met &&
    known?.signed &&
    checkpointDigest(known.signed) === checkpointDigest(last)
  ) {
    throw new InputError(
      'The trail reaches the last outside checkpoint and agrees with it. There is nothing to recover from.',
    );
  }
  const { checkpoint } = last;
  const lost = Math.max(0, checkpoint.seq - common);
  const row = await knex.transaction(tx =>
    trail.append(tx, 'system', at => ({
      action: 'audit.recover',
      actor: options.actor,
      origin: 'operator',
      reason: options.reason,
      options: { common, outsideRow: checkpoint.seq },
      statement: signStatement(
        {
          type: 'recover',
          logId: at.logId,
          head: { seq: at.seq, hash: at.hash },
          outside: {
            seq: checkpoint.seq,
            hash: checkpoint.hash,
            number: checkpoint.number,
            digest: checkpointDigest(last),
          },
          common,
        },
        signer,
      ),
    })),
  );
  const now = await readHead(knex);
  // Signed at once, with a number that no lost one has.
  await store.add(
    signCheckpoint(
      {
        number: checkpoint.number + 1,
        logId: now.logId,
        seq: now.seq,
        hash: now.hash,
        count: now.seq - now.base.seq,
        at: options.now,
        previous: checkpointDigest(last),
      },
      signer,
    ),
  );
  return { row, common, lost };
}
