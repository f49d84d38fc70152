// SPDX-License-Identifier: Apache-2.0
import type { connect } from '../../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { canonicalJson } from '../../../plugins/kubevirt-snapshots-backend/src/audit/canonicalJson';
import {
  contentDigest,
  newSalt,
  rowHash,
} from '../../../plugins/kubevirt-snapshots-backend/src/audit/chain';
import { readHead } from '../../../plugins/kubevirt-snapshots-backend/src/audit/head';
import { projectionsOf } from '../../../plugins/kubevirt-snapshots-backend/src/audit/projections';
import type { AuditRow } from '../../../plugins/kubevirt-snapshots-backend/src/audit/types';

type Knex = ReturnType<typeof connect>;

const BATCH = 5_000;

/** Rows of one act each, as the plugin would write them over three years. */
function rowsOfAct(n: number, seq: number, at: number): AuditRow[] {
  const vm = {
    cluster: n % 2 ? 'east' : 'west',
    namespace: `team-${n % 50}`,
    name: `vm-${n % 500}`,
    uid: `uid-${n % 500}`,
    owners: [`group:default/team-${n % 50}`],
  };
  const common = {
    action: n % 10 ? 'snapshot.take' : 'snapshot.delete',
    actor: `user:default/person-${n % 211}`,
    origin: 'portal' as const,
    requestId: `request-${n}`,
    entityRef: `resource:default/vm-${n % 500}`,
    vm,
  };
  if (n % 100 === 99) {
    return [{ ...common, seq, at, kind: 'denied', decision: 'deny', count: 1 }];
  }
  const operationId = `${String(n).padStart(
    8,
    '0',
  )}-0000-4000-8000-000000000000`;
  return [
    {
      ...common,
      seq,
      at,
      kind: 'intent',
      operationId,
      snapshot: { name: `snapshot-${n}` },
      options: {
        description: 'Before the update of the operating system',
        deadlineSeconds: 300,
      },
      decision: 'allow',
    },
    {
      ...common,
      seq: seq + 1,
      at: at + 4_000,
      kind: 'settled',
      operationId,
      snapshot: { name: `snapshot-${n}`, uid: `snapshot-uid-${n}` },
      intent: seq,
      outcome: n % 37 ? 'success' : 'failure',
      durationMs: 4_000,
    },
  ];
}

/** Fills the trail, whose hashes all fit. Indexes are made afterwards. */
export async function fillTrail(knex: Knex, rows: number): Promise<void> {
  const head = await readHead(knex);
  const { rows: indexes } = await knex.raw(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_events' AND indexname LIKE '%\\_idx'`,
  );
  for (const { indexname } of indexes) {
    await knex.raw(`DROP INDEX ${indexname}`);
  }
  // Nobody minds when these rows are lost with the power.
  await knex.raw('ALTER TABLE audit_events SET UNLOGGED');
  let { seq, hash, at } = head;
  at = Math.max(at, Date.now() - 3 * 365 * 86_400_000);
  let batch: Record<string, unknown>[] = [];
  const flush = async () => {
    // One array a column: PostgreSQL takes that quickest.
    const columns = Object.keys(batch[0]);
    const types: Record<string, string> = {
      seq: 'bigint',
      at: 'bigint',
      act_seq: 'bigint',
    };
    const list = columns.map(name => `"${name}"`).join(', ');
    const arrays = columns.map(name => `?::${types[name] ?? 'text'}[]`);
    await knex.raw(
      `INSERT INTO audit_events (${list}) SELECT * FROM unnest(${arrays.join(
        ', ',
      )})`,
      columns.map(name => batch.map(row => row[name])) as any,
    );
    batch = [];
  };
  for (let n = 0; seq - head.seq < rows; n += 1) {
    for (const row of rowsOfAct(n, seq + 1, at)) {
      const body = canonicalJson(row);
      const salt = newSalt();
      const digest = contentDigest(salt, body);
      seq = row.seq;
      at = row.at;
      hash = rowHash({ seq, prev: hash, contentDigest: digest });
      batch.push({
        ...projectionsOf(row),
        body,
        salt,
        content_digest: digest,
        row_hash: hash,
      });
    }
    if (batch.length >= BATCH) {
      await flush();
    }
  }
  if (batch.length) {
    await flush();
  }
  await knex('audit_head').update({ seq, hash, at });
  for (const { indexdef } of indexes) {
    await knex.raw(indexdef);
  }
  await knex.raw('VACUUM ANALYZE audit_events');
}
