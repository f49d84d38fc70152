// SPDX-License-Identifier: Apache-2.0
/**
 * Schedules that are all due at once, over clusters of which one is dead, with
 * two replicas of which one is killed; and what looking for due schedules
 * costs when none is, by the number of schedules.
 *
 * BENCH_SCHEDULES and BENCH_IDLE make it smaller for a quick look.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import knexFactory from 'knex';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
// Clusters without work, to measure the looking alone.
// eslint-disable-next-line no-restricted-imports
import { FakeCluster } from '../../plugins/kubevirt-snapshots-backend/src/__testUtils__/FakeCluster';
import { connect } from '../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { Clock } from '../../plugins/kubevirt-snapshots-backend/src/database/Clock';
import { applyMigrations } from '../../plugins/kubevirt-snapshots-backend/src/database/openDatabase';
import { RunStore } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/RunStore';
import { scheduleIdOf } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleService';
import { ScheduleRunner } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleRunner';
import { ScheduleStore } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleStore';
import { AuthorChore } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/AuthorChore';
import { Notifier } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/Notifier';
import { RetentionChore } from '../../plugins/kubevirt-snapshots-backend/src/scheduling/RetentionChore';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { listOf } from './lib/clusterApi';
import { startCluster } from './lib/portal';
import { freePort, start, type Process } from './lib/processes';
import { openStores, silent, type Knex } from './lib/replica';
import { percentile, report, round, say } from './lib/report';
import type { ReplicaArguments } from './processes/schedules';

const CLUSTERS = 5;
const PER_CLUSTER = Number(process.env.BENCH_SCHEDULES ?? 10_000) / CLUSTERS;
const IDLE = Number(process.env.BENCH_IDLE ?? 1_000_000);
const AT_ONCE = 10;
/**
 * So that a snapshot takes some seconds, as it does in reality: with 40 at once
 * they are what is waited for, not these two cores.
 */
const SPEED = 1;
const broken = process.argv.includes('--break');

const SETTINGS = JSON.stringify({
  name: 'nightly',
  rule: { kind: 'daily', hour: 3, minute: 0 },
  timeZone: 'UTC',
  retention: {},
  // Nothing may be skipped for being late: all are counted.
  catchUpMinutes: 12 * 60,
});

interface VmObject {
  metadata: { name: string; uid: string };
}

/** Schedules of every VM, all due at one moment. */
async function addSchedules(
  knex: Knex,
  name: string,
  vms: { name: string; uid: string }[],
  dueAt: number,
) {
  for (let i = 0; i < vms.length; i += 200) {
    await knex('schedules').insert(
      vms.slice(i, i + 200).map((vm, j) => ({
        id: scheduleIdOf(randomUUID()),
        cluster: name,
        namespace: FLEET_NAMESPACE,
        vm_name: vm.name,
        vm_uid: vm.uid,
        owners: '["group:default/team-a"]',
        entity_ref: `resource:default/${vm.name}`,
        name: 'nightly',
        settings: SETTINGS,
        settings_revision: 1,
        state: 'active',
        next_due_at: dueAt,
        effective_from: 0,
        created_by: 'user:default/ada',
        created_at: 0,
        author: 'user:default/ada',
        author_basis: 'known',
        failures: 0,
        revision: i + j,
      })),
    );
  }
}

/** All due at once, two replicas, one of them killed on the way. */
async function dueAtOnce(database: string) {
  const knex = connect(database, undefined, 10);
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-bench-'));
  const living = await Promise.all(
    Array.from({ length: CLUSTERS - 1 }, () =>
      startCluster({
        snapshots: Array(PER_CLUSTER).fill(0),
        speed: SPEED,
      }),
    ),
  );
  const replicas: Process[] = [];
  try {
    await applyMigrations(knex);
    const clock = new Clock({ knex });
    const clusters: ReplicaArguments['clusters'] = [
      { name: 'dead', url: `http://127.0.0.1:${await freePort()}` },
      ...living.map(({ url, folder: at }, i) => ({
        name: `c${i}`,
        url,
        folder: at,
      })),
    ];
    const replica = async (name: string) => {
      const { process: started } = await start({
        file: 'benchmarks/src/processes/schedules.ts',
        args: [JSON.stringify({ database, clusters, atOnce: AT_ONCE })],
        log: join(folder, `${name}.log`),
        ready: line => (line === 'ready' ? true : undefined),
      });
      replicas.push(started);
      return started;
    };
    const [first] = await Promise.all([replica('first'), replica('second')]);
    const dueAt = (await clock.now()) + 15_000;
    await addSchedules(
      knex,
      'dead',
      Array.from({ length: PER_CLUSTER }, (_, i) => ({
        name: fleetName(i),
        uid: `dead-${i}`,
      })),
      dueAt,
    );
    for (const [i, cluster] of living.entries()) {
      const vms = await listOf<VmObject>(
        cluster,
        `kubevirt.io/v1/namespaces/${FLEET_NAMESPACE}/virtualmachines`,
      );
      await addSchedules(
        knex,
        `c${i}`,
        vms.map(({ metadata }) => metadata),
        dueAt,
      );
    }
    say(`${PER_CLUSTER * CLUSTERS} schedules due in one moment`);
    const wanted = PER_CLUSTER * living.length;
    let killed = false;
    for (;;) {
      await sleep(1_000);
      const [{ count }] = await knex('schedule_runs')
        .where({ state: 'succeeded' })
        .count({ count: '*' });
      const done = Number(count);
      if (!killed && done >= wanted / 3) {
        process.kill(first.pid, 'SIGKILL');
        killed = true;
        say(`${done} done, one replica killed`);
      }
      if (done >= wanted) {
        break;
      }
      if ((await clock.now()) - dueAt > 30 * 60_000) {
        say(`Only ${done} of ${wanted} after half an hour`);
        break;
      }
    }
    let duplicates = 0;
    let losses = 0;
    let ratio = 0;
    for (const [i, cluster] of living.entries()) {
      const snapshots = await listOf<{
        metadata: { labels?: Record<string, string> };
      }>(
        cluster,
        `snapshot.kubevirt.io/v1beta1/namespaces/${FLEET_NAMESPACE}/virtualmachinesnapshots`,
      );
      const bySchedule = new Map<string, number>();
      for (const { metadata } of snapshots) {
        const schedule = metadata.labels?.['kubevirt-snapshots/schedule'] ?? '';
        bySchedule.set(schedule, (bySchedule.get(schedule) ?? 0) + 1);
      }
      for (const { id } of await knex('schedules')
        .where({ cluster: `c${i}` })
        .select('id')) {
        const made = bySchedule.get(id) ?? 0;
        losses += made === 0 ? 1 : 0;
        duplicates += Math.max(0, made - 1);
      }
      // Of the snapshots themselves: that a run is called finished may lag.
      const takes = await knex('operations')
        .where({ cluster: `c${i}`, type: 'take', state: 'succeeded' })
        .select('created_at', 'finished_at');
      // Those of the killed replica wait for another: the median is what one
      // takes.
      const service = percentile(
        takes.map(take => Number(take.finished_at) - Number(take.created_at)),
        0.5,
      );
      const last = Math.max(...takes.map(take => Number(take.finished_at)));
      const minimum = (takes.length * service) / AT_ONCE;
      say(
        `c${i}: ${round((last - dueAt) / 1000)} s, at least ${round(
          minimum / 1000,
        )} s at ${round(service)} ms each`,
      );
      ratio = Math.max(ratio, (last - dueAt) / minimum);
    }
    const delays = (
      await knex('schedule_runs')
        .where({ state: 'succeeded' })
        .select('due_at', 'started_at')
    ).map(run => Number(run.started_at) - Number(run.due_at));
    const [{ count: waiting }] = await knex('schedule_runs')
      .where({ cluster: 'dead', state: 'blocked' })
      .count({ count: '*' });
    return {
      duplicates,
      losses,
      startDelayRatio: round(ratio, 2),
      startDelayP99S: round(percentile(delays, 0.99) / 1000),
      waitingForDead: Number(waiting),
    };
  } finally {
    await Promise.all(replicas.map(replica => replica.stop()));
    await Promise.all(living.map(cluster => cluster.process.stop()));
    await knex.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Clusters extends FakeCluster {
  statuses() {
    return Array.from({ length: CLUSTERS }, (_, i) => ({
      ...this.status('east'),
      name: `c${i}`,
    }));
  }
}

/** Median time of a tick that finds nothing, ms. */
async function idleTick(knex: Knex, count: number): Promise<number> {
  const far = Date.now() + 365 * 24 * 3_600_000;
  const numbers =
    knex.client.config.client === 'pg'
      ? `generate_series(1, ${count}) AS n(n)`
      : `(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${count}) SELECT n FROM c) AS n`;
  await knex('schedules').delete();
  await knex.raw(`
    INSERT INTO schedules (
      id, cluster, namespace, vm_name, vm_uid, owners, entity_ref, name,
      settings, settings_revision, state, next_due_at, effective_from,
      created_by, created_at, author, author_basis, author_due_at, failures,
      revision
    )
    SELECT 'i' || n, 'c' || (n % ${CLUSTERS}), 'ns', 'vm-' || n, 'uid-' || n,
      '[]', 'resource:default/vm', 'nightly', '{}', 1, 'active', ${far} + n, 0,
      'user:default/ada', 0, 'user:default/ada', 'known', ${far}, 0, n
    FROM ${numbers}`);
  await knex.raw('ANALYZE');
  const cluster = new Clusters();
  const { clock, trail, operations } = openStores(knex);
  const store = new ScheduleStore({ knex, clock, trail, logger: silent });
  const runs = new RunStore({ knex, clock, operations, trail });
  const standing: any = { away: () => undefined };
  const options: any = { store, runs, operations, cluster, standing, knex };
  const runner = new ScheduleRunner({
    ...options,
    clock,
    logger: silent,
    atOnce: AT_ONCE,
    chores: [
      new RetentionChore(options),
      new AuthorChore(options),
      new Notifier(options),
    ],
  });
  const times: number[] = [];
  for (let i = 0; i < 220; i += 1) {
    const at = performance.now();
    await runner.tick();
    if (i >= 20) {
      times.push(performance.now() - at);
    }
  }
  return percentile(times, 0.5);
}

async function idle(name: string, knex: Knex) {
  await applyMigrations(knex);
  if (broken) {
    // Broken on purpose: every look goes through all of them.
    await knex.schema.alterTable('schedules', table =>
      table.dropIndex([], 'schedules_due_idx'),
    );
  }
  const few = await idleTick(knex, 1_000);
  const many = await idleTick(knex, IDLE);
  say(
    `${name}: ${round(few, 2)} ms with 1,000, ${round(
      many,
      2,
    )} ms with ${IDLE}`,
  );
  await knex('schedules').delete();
  return {
    [`${name}IdleTickMs`]: round(many, 2),
    [`${name}IdleTickRatio`]: round(many / few, 2),
  };
}

async function main() {
  const postgres = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-bench-'));
  const sqlite = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: join(folder, 'idle.sqlite') },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const pg = connect(postgres.connectionString, undefined, 10);
  try {
    const figures = {
      ...(await idle('sqlite', sqlite)),
      ...(await idle('postgres', pg)),
      ...(broken ? {} : await dueAtOnce(postgres.connectionString)),
    };
    report('schedules', figures as Record<string, number>, {
      duplicates: { atMost: 0 },
      losses: { atMost: 0 },
      startDelayRatio: { atMost: 1.2 },
      sqliteIdleTickRatio: { atMost: 1.5 },
      postgresIdleTickRatio: { atMost: 1.5 },
    });
  } finally {
    await sqlite.destroy();
    await pg.destroy();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().then(() => process.exit());
