// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knexFactory from 'knex';
// A cluster without work, to measure the looking alone.
// eslint-disable-next-line no-restricted-imports
import { FakeCluster } from '../../../plugins/kubevirt-snapshots-backend/src/__testUtils__/FakeCluster';
import { connect } from '../../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { applyMigrations } from '../../../plugins/kubevirt-snapshots-backend/src/database/openDatabase';
import { OperationWorker } from '../../../plugins/kubevirt-snapshots-backend/src/operations/OperationWorker';
import { openStores, silent, type Knex } from './replica';
import { percentile, round, say } from './report';

interface IdleOptions {
  /** Numbers of finished operations to compare. */
  few: number;
  many: number;
  broken: boolean;
}

/** Time of looking for work and finding none, ms, beside `count` finished operations. */
async function prepareTick(knex: Knex, count: number, broken: boolean) {
  await applyMigrations(knex);
  if (broken) {
    // Broken on purpose: every look goes through all of them.
    await knex.schema.alterTable('operations', table =>
      table.dropIndex([], 'operations_due_idx'),
    );
  }
  const numbers =
    knex.client.config.client === 'pg'
      ? `generate_series(1, ${count}) AS n(n)`
      : `(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${count}) SELECT n FROM c) AS n`;
  await knex.raw(`
    INSERT INTO operations (
      id, type, state, cluster, namespace, vm_name, vm_uid, snapshot_name,
      target, actor, request, request_digest, cancel_requested, attempts,
      created_at, updated_at, finished_at, revision
    )
    SELECT 'o' || n, 'restore', 'succeeded', 'east', 'ns', 'vm-' || n,
      'uid-' || n, 's', 'restore-' || n, 'user:default/ada', '{}', 'd', false,
      1, n, n, n, n
    FROM ${numbers}`);
  await knex('counters').update({ value: count });
  await knex.raw('ANALYZE');
  const stores = openStores(knex);
  const worker = new OperationWorker({
    ...stores,
    store: stores.operations,
    cluster: new FakeCluster(),
    logger: silent,
  });
  return async () => {
    const at = performance.now();
    await worker.poll();
    // What the index of operations looks for, as often.
    await stores.operations.changesSince(count, 200);
    return performance.now() - at;
  };
}

/** Both by turns, so that what else the machine does meets both alike. */
async function compare(
  name: string,
  knexes: [Knex, Knex],
  { few, many, broken }: IdleOptions,
) {
  const ticks = [
    await prepareTick(knexes[0], few, broken),
    await prepareTick(knexes[1], many, broken),
  ];
  const times: number[][] = [[], []];
  for (let i = 0; i < 550; i += 1) {
    for (const [j, tick] of ticks.entries()) {
      const ms = await tick();
      if (i >= 50) {
        times[j].push(ms);
      }
    }
  }
  const [ofFew, ofMany] = times.map(each => percentile(each, 0.5));
  say(
    `${name}: ${round(ofFew, 2)} ms beside ${few}, ${round(
      ofMany,
      2,
    )} ms beside ${many}`,
  );
  return {
    [`${name}IdleTickMs`]: round(ofMany, 2),
    [`${name}IdleTickRatio`]: round(ofMany / ofFew, 2),
  };
}

/** What looking for work costs when there is none, by the number of finished operations. */
export async function idleQueue(postgres: string, options: IdleOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-bench-'));
  const sqlite = (name: string) =>
    knexFactory({
      client: 'better-sqlite3',
      connection: { filename: join(folder, name) },
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
  const admin = connect(postgres);
  const server = async (name: string) => {
    await admin.raw(`CREATE DATABASE ${name}`);
    return connect(postgres.replace(/[^/]*$/, name));
  };
  const files: [Knex, Knex] = [sqlite('few'), sqlite('many')];
  const served: [Knex, Knex] = [await server('few'), await server('many')];
  try {
    return {
      ...(await compare('sqlite', files, options)),
      ...(await compare('postgres', served, options)),
    };
  } finally {
    await Promise.all([...files, ...served, admin].map(knex => knex.destroy()));
    rmSync(folder, { recursive: true, force: true });
  }
}
