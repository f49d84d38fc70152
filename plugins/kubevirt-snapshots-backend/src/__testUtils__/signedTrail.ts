// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { AuditState } from '../audit/AuditState';
import { canonicalJson } from '../audit/canonicalJson';
import { contentDigest, rowHash } from '../audit/chain';
import { CheckpointKeeper } from '../audit/CheckpointKeeper';
import { projectionsOf } from '../audit/projections';
import { PublicKeys, Signer } from '../audit/signing/keys';
import type { CheckpointSink } from '../audit/sinks/CheckpointSink';
import { FileSink } from '../audit/sinks/FileSink';
import type { AuditRow } from '../audit/types';
import { verifyDatabase } from '../audit/verify/verifyDatabase';
import { acceptOptions, setUp } from './databases';

/** A key as an operator makes one. */
export function makeKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = Signer.fromPem(pem);
  const keys = PublicKeys.fromPem([]);
  keys.add(signer.publicKey);
  return { pem, signer, keys };
}

/** A trail with a key, a file outside, and whatever rows are asked for. */
export async function signedTrail(
  databaseId: Parameters<typeof setUp>[0],
  options: {
    offsetMs?: () => number;
    key?: Pick<ReturnType<typeof makeKey>, 'pem' | 'signer' | 'keys'>;
    file?: string;
  } = {},
) {
  const base = await setUp(databaseId, options.offsetMs);
  const { knex, clock, trail, store } = base;
  const key = options.key ?? makeKey();
  const file =
    options.file ??
    join(mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-audit-')), 'outside');
  const sink = new FileSink({ path: file });
  const state = new AuditState({ knex, clock });
  const logger = mockServices.logger.mock();
  const newKeeper = (sinks: CheckpointSink[] = [sink]) =>
    new CheckpointKeeper({
      knex,
      clock,
      logger,
      signer: key.signer,
      config: { checkpointRows: 1, checkpointMs: 60_000, keys: key.keys },
      state,
      health: trail.health,
      sinks,
    });
  return {
    ...base,
    pem: key.pem,
    signer: key.signer,
    keys: key.keys,
    file,
    sink,
    state,
    logger,
    newKeeper,
    /** Signs the end of the trail, as another replica would after a start. */
    checkpoint: () => newKeeper().tick(),
    verify: async (more: { outside?: 'none' } = {}) =>
      verifyDatabase({
        knex,
        keys: key.keys,
        outside: more.outside === 'none' ? [] : await sink.all(),
      }),
    /** Writes an act of two rows and a refusal. */
    async act(name: string, vm: object = {}) {
      const accept = acceptOptions('take', name, {});
      accept.intent.vm = { ...accept.intent.vm!, ...vm };
      accept.intent.options = { description: `why ${name}` };
      accept.intent.reason = 'because';
      accept.intent.requestId = `req-${name}`;
      const { operation } = await store.accept(accept);
      await knex('operations')
        .where({ id: operation.id })
        .update({ lease_owner: 'a' });
      await store.finish(operation.id, 'a', {
        state: 'failed',
        error: { code: 'deadline', message: 'too late' },
      });
      await trail.write('denied', {
        action: 'snapshot.take',
        actor: 'user:default/eve',
        origin: 'portal',
        vm: accept.intent.vm,
        decision: 'deny',
        count: 1,
      });
      return operation.id;
    },
  };
}

/** Takes away every trigger, as the tables' owner can. */
export async function unguard(knex: Knex): Promise<void> {
  for (const table of ['audit_events', 'audit_checkpoints', 'audit_head']) {
    if (knex.client.config.client === 'pg') {
      await knex.raw(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    } else {
      const triggers = await knex('sqlite_master')
        .where({ type: 'trigger', tbl_name: table })
        .select('name');
      for (const { name } of triggers) {
        await knex.raw(`DROP TRIGGER ${name}`);
      }
    }
  }
}

/** Makes every hash from a row on anew, as somebody who knows how would. */
export async function rehash(knex: Knex, from: number): Promise<void> {
  const rows = await knex('audit_events')
    .where('seq', '>=', from)
    .orderBy('seq');
  const before = await knex('audit_events')
    .where({ seq: from - 1 })
    .first();
  const head = await knex('audit_head').first();
  let prev: string = before?.row_hash ?? head.base_hash;
  for (const row of rows) {
    const digest = contentDigest(row.salt, row.body);
    const seq = Number(row.seq);
    prev = rowHash({ seq, prev, contentDigest: digest });
    await knex('audit_events')
      .where({ seq })
      .update({ content_digest: digest, row_hash: prev });
  }
  const last = rows[rows.length - 1] ?? before;
  await knex('audit_head').update({
    seq: last ? Number(last.seq) : 0,
    hash: last ? prev : head.base_hash,
    at: last ? last.at : 0,
  });
}

/** Rewrites a row's content and its columns. */
export async function rewrite(
  knex: Knex,
  seq: number,
  change: (row: any) => unknown,
): Promise<void> {
  const { body } = await knex('audit_events').where({ seq }).first();
  const row: AuditRow = JSON.parse(body);
  change(row);
  await knex('audit_events')
    .where({ seq })
    .update({ ...projectionsOf(row), body: canonicalJson(row) });
}

/** Everything in the tables, to be put back later. */
export async function dump(knex: Knex) {
  const tables = ['audit_events', 'audit_checkpoints', 'audit_head'];
  const rows: Record<string, any[]> = {};
  for (const table of tables) {
    rows[table] = await knex(table);
  }
  return async () => {
    for (const table of tables) {
      await knex(table).delete();
      if (rows[table].length > 0) {
        await knex.batchInsert(table, rows[table], 20);
      }
    }
  };
}
