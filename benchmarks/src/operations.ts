// SPDX-License-Identifier: Apache-2.0
/**
 * Restores of a hundred VMs at once, over five clusters, by two replicas on
 * PostgreSQL: first undisturbed, for the time from an event in the cluster to
 * the next step, then with replicas that are killed and stopped at every step
 * and write; and what looking for work costs when there is none, by the number
 * of finished operations.
 *
 * While replicas are struck the plugin's time (leases, waits, limits) runs
 * BENCH_PACE times faster than the clusters'; BENCH_PACE=1 is the world's own
 * pace and takes accordingly.
 * BENCH_RESTORES, BENCH_IDLE and BENCH_FAULTS (a regular expression) make it
 * smaller for a quick look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { PublicKeys } from '../../plugins/kubevirt-snapshots-backend/src/audit/signing/keys';
import { verifyDatabase } from '../../plugins/kubevirt-snapshots-backend/src/audit/verify/verifyDatabase';
import { applyMigrations } from '../../plugins/kubevirt-snapshots-backend/src/database/openDatabase';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { BEGINS_WITH, ClusterEvents } from './lib/clusterEvents';
import { idleQueue } from './lib/idleQueue';
import { offsetOf, type Pace } from './lib/pace';
import { startCluster } from './lib/portal';
import { openStores, type Knex } from './lib/replica';
import { Replicas } from './lib/replicas';
import { percentile, report, round, say } from './lib/report';
import {
  accept,
  countAgainstWish,
  countWrites,
  prepare,
  stopIt,
  switchOff,
  type Named,
  type Restore,
} from './lib/restores';

const broken = process.argv.includes('--break');
const CLUSTERS = 5;
const EACH = Math.ceil(
  Number(process.env.BENCH_RESTORES ?? (broken ? 10 : 100)) / CLUSTERS,
);
const IDLE = Number(process.env.BENCH_IDLE ?? 100_000);
const FEW = 100;
const PACE = Number(process.env.BENCH_PACE ?? 6);
/** Storage and guests are so much faster than in the demo. */
const SPEED = 5;

/**
 * Each step of a restore and each of its writes, one stage after the other: an
 * operation must not meet all of them within the limit of one step.
 */
const STAGES = [
  ['entered wait-off', 'entered power-off', 'before stop', 'after stop'],
  ['entered safety', 'before createSnapshot', 'after createSnapshot'],
  [
    ...['entered check', 'entered claims', 'entered switch'],
    ...['before createRestore', 'after createRestore'],
  ],
  [
    ...['entered power-on', 'before start', 'after start', 'entered undo'],
    ...['before deleteSnapshot', 'after deleteSnapshot'],
    ...['before it is finished', 'in the transaction that finishes it'],
  ],
];
const FAULTS = broken
  ? [['before stop.SIGSTOP']]
  : STAGES.map(points =>
      points
        .flatMap(point => [`${point}.SIGKILL`, `${point}.SIGSTOP`])
        .filter(fault =>
          new RegExp(process.env.BENCH_FAULTS ?? '').test(fault),
        ),
    );

/** One that was stopped wakes up when its operation is over, or after this, ms. */
const STALL_MS = 240_000 / PACE;
/** The owner's acts and those of people who stop a restore are so far apart, ms. */
const PERSON_MS = 4_000;
/** A stage that nobody comes by any more is followed by the next after this, ms. */
const STAGE_MS = 45_000;
const LIMIT_MS = 12 * 60_000;

/** A cluster as replicas are told of it. */
const asTold = ({ name, cluster: { url, folder } }: Named) => ({
  name,
  url,
  folder,
});

interface Batch {
  restores: Restore[];
  /** ms since 1970. */
  since: number;
}

/** Lets the replicas do it, and plays the people beside them. */
async function carryOut(
  batch: Restore[],
  stores: ReturnType<typeof openStores>,
  replicas: Replicas,
  stages: string[][],
): Promise<Batch> {
  const { knex, operations } = stores;
  const since = Date.now();
  await Promise.all(batch.map(restore => accept(operations, restore)));
  const open = new Set(batch.map(({ id }) => id));
  const acted = new Set<string>();
  let actedAt = 0;
  let stage = 0;
  let stageSince = Date.now();
  // While replicas are struck people take their time, for later stages.
  const mayAct = () =>
    stages.length === 0 || (stage > 0 && Date.now() - actedAt >= PERSON_MS);
  replicas.arm(stages[0] ?? []);
  while (open.size > 0) {
    await sleep(250);
    if (
      stage < stages.length &&
      (replicas.left.length === 0 || Date.now() - stageSince > STAGE_MS)
    ) {
      stage += 1;
      stageSince = Date.now();
      replicas.arm(stages[stage] ?? []);
    }
    const rows = await knex('operations')
      .whereIn('id', [...open])
      .select('id', 'progress', 'finished_at');
    for (const { id, progress, finished_at } of rows) {
      if (finished_at !== null) {
        open.delete(id);
        continue;
      }
      const restore = batch.find(each => each.id === id)!;
      const { step, notes } = JSON.parse(progress ?? '{}');
      const waits = step === 'wait-off';
      const stuck = restore.kind.stuck && step === 'safety' && notes.safetyUid;
      if ((waits || stuck) && !acted.has(id) && mayAct()) {
        acted.add(id);
        actedAt = Date.now();
        await (waits ? switchOff(restore) : stopIt(operations, restore));
      }
    }
    await replicas.wake(
      stalled =>
        Date.now() - stalled.since > STALL_MS ||
        (!open.has(stalled.operation) && Date.now() - stalled.since > 3_000),
    );
    if (Date.now() - since > LIMIT_MS) {
      say(`${open.size} restores are not finished`);
      break;
    }
  }
  say(
    `${batch.length} restores in ${round((Date.now() - since) / 1_000)} s, ${
      replicas.struck.length
    } faults`,
  );
  return { restores: batch, since };
}

/** What is wrong in the database, and in the clusters, after a batch. */
async function judge(knex: Knex, { restores, since }: Batch) {
  const ids = restores.map(({ id }) => id);
  let wrongEnds = 0;
  for (const row of await knex('operations').whereIn('id', ids)) {
    const { kind } = restores.find(({ id }) => id === row.id)!;
    const end = kind.stuck ? 'failed stopped' : 'succeeded ';
    const found = `${row.state} ${row.error_code ?? ''}`;
    if (found !== end) {
      wrongEnds += 1;
      say(
        `${row.id} ${row.cluster} ${row.vm_name} ${found}: ${row.error_message}`,
      );
    }
  }
  const [{ count: openIntents }] = await knex('audit_events as intents')
    .where({ kind: 'intent' })
    .whereNotExists(
      knex('audit_events as settled')
        .where({ kind: 'settled' })
        .whereRaw('settled.operation_id = intents.operation_id'),
    )
    .count({ count: '*' });
  const [{ count: locks }] = await knex('locks').count({ count: '*' });
  const { problem } = await verifyDatabase({
    knex,
    keys: PublicKeys.fromPem([]),
  });
  const writes = await countWrites(restores, since);
  const against = await countAgainstWish(restores);
  return {
    doubledWrites: writes.doubled,
    missingWrites: writes.missing,
    offAgainstWish: against.off,
    onAgainstWish: against.on,
    wrongEnds,
    openIntents: Number(openIntents),
    locksLeft: Number(locks),
    trailProblems: problem ? 1 : 0,
  };
}

/** Undisturbed, at the world's own pace. */
async function calm(database: string, knex: Knex, clusters: Named[]) {
  const restores = await prepare(clusters, 0, EACH);
  const events = new ClusterEvents();
  await events.start(clusters);
  const entered: { restore: Restore; step: string; at: number }[] = [];
  const replicas = new Replicas(
    {
      database,
      clusters: clusters.map(asTold),
      pace: { factor: 1, since: 0 },
      broken,
    },
    ({ operation, step, at }) => {
      const restore = restores.find(({ id }) => id === operation);
      if (restore) {
        entered.push({ restore, step, at });
      }
    },
  );
  try {
    await replicas.start(0);
    const stores = openStores(knex);
    const batch = await carryOut(restores, stores, replicas, []);
    await sleep(500);
    const delays = entered.flatMap(({ restore, step, at }) => {
      const { kind, clusterName, name } = restore;
      const last = kind.startAfterwards ? 'on' : 'restored';
      const milestone = step === 'finished' ? last : BEGINS_WITH[step];
      const event = milestone && events.at(clusterName, name, milestone);
      return event ? [{ step, ms: Math.max(0, at - event) }] : [];
    });
    for (const step of new Set(delays.map(each => each.step))) {
      const of = delays.filter(each => each.step === step).map(({ ms }) => ms);
      say(
        `to ${step}: ${of.length}, median ${percentile(
          of,
          0.5,
        )} ms, p95 ${percentile(of, 0.95)} ms`,
      );
    }
    const all = delays.map(({ ms }) => ms);
    return {
      batch,
      figures: {
        eventToStepCount: all.length,
        eventToStepP50Ms: percentile(all, 0.5),
        eventToStepP95Ms: percentile(all, 0.95),
      },
    };
  } finally {
    events.stop();
    await replicas.stop();
  }
}

/** Replicas are killed and stopped at every step and write. */
async function stormy(database: string, knex: Knex, clusters: Named[]) {
  const restores = await prepare(clusters, EACH, EACH);
  const pace: Pace = { factor: PACE, since: Date.now() };
  say(
    `From here on the plugin's time runs ${PACE} times faster: a lease of 60 s lasts ${round(
      60 / PACE,
    )} s, a request is sent again after ${round(150 / PACE)} s`,
  );
  const replicas = new Replicas({
    database,
    clusters: clusters.map(asTold),
    pace,
    broken,
  });
  try {
    await replicas.start();
    const stores = openStores(knex, offsetOf(pace));
    const batch = await carryOut(restores, stores, replicas, FAULTS);
    await replicas.wake(() => true);
    // Those that woke up last send what they were about to.
    await sleep(5_000);
    const { left, struck } = replicas;
    left.forEach(fault => say(`Nobody came by ${fault}`));
    const of = (wanted: string) =>
      struck.filter(({ signal }) => signal === wanted).length;
    return {
      batch,
      figures: {
        kills: of('SIGKILL'),
        stalls: of('SIGSTOP'),
        faultsLeft: left.length,
      },
    };
  } finally {
    await replicas.stop();
  }
}

async function atOnce(database: string) {
  const clusters: Named[] = await Promise.all(
    Array.from({ length: CLUSTERS }, async (_, i) => ({
      name: `c${i}`,
      cluster: await startCluster({
        snapshots: Array(EACH * 2).fill(1),
        speed: SPEED,
      }),
    })),
  );
  const knex = connect(database, undefined, 10);
  try {
    await applyMigrations(knex);
    const quiet = await calm(database, knex, clusters);
    const before = await judge(knex, quiet.batch);
    const rough = await stormy(database, knex, clusters);
    const after = await judge(knex, rough.batch);
    return {
      restores: EACH * CLUSTERS,
      pace: PACE,
      ...quiet.figures,
      ...rough.figures,
      ...Object.fromEntries(
        Object.entries(after).map(([key, value]) => [
          key,
          value + before[key as keyof typeof before],
        ]),
      ),
    };
  } finally {
    await knex.destroy();
    await Promise.all(clusters.map(({ cluster }) => cluster.process.stop()));
  }
}

async function main() {
  const postgres = await startPostgres();
  try {
    const figures = {
      ...(await idleQueue(postgres.connectionString, {
        few: FEW,
        many: IDLE,
        broken,
      })),
      ...(await atOnce(postgres.connectionString)),
    };
    report('operations', figures as Record<string, number>, {
      doubledWrites: { atMost: 0 },
      missingWrites: { atMost: 0 },
      offAgainstWish: { atMost: 0 },
      onAgainstWish: { atMost: 0 },
      wrongEnds: { atMost: 0 },
      openIntents: { atMost: 0 },
      locksLeft: { atMost: 0 },
      trailProblems: { atMost: 0 },
      faultsLeft: { atMost: 0 },
      eventToStepP95Ms: { atMost: 1_000 },
      sqliteIdleTickRatio: { atMost: 1.2 },
      postgresIdleTickRatio: { atMost: 1.2 },
    });
  } finally {
    await postgres.stop();
  }
}

main()
  .catch(error => {
    say(String(error.stack ?? error));
    process.exitCode = 1;
  })
  .finally(() => process.exit());
