// SPDX-License-Identifier: Apache-2.0
/**
 * What the audit trail costs: time added to each act, whether a cluster that
 * hangs slows down the others, verifying and reading a million rows.
 * BENCH_AUDIT_ROWS makes the trail smaller for a quick look.
 */
import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
// A cluster that hangs and answers at once, without one.
// eslint-disable-next-line no-restricted-imports
import { FakeCluster } from '../../plugins/kubevirt-snapshots-backend/src/__testUtils__/FakeCluster';
import { DatabaseAuditTrail } from '../../plugins/kubevirt-snapshots-backend/src/audit/DatabaseAuditTrail';
import { connect } from '../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { AuditReader } from '../../plugins/kubevirt-snapshots-backend/src/audit/reading/AuditReader';
import type { VmScope } from '../../plugins/kubevirt-snapshots-backend/src/authorization/vmScope';
import { PublicKeys } from '../../plugins/kubevirt-snapshots-backend/src/audit/signing/keys';
import { verifyDatabase } from '../../plugins/kubevirt-snapshots-backend/src/audit/verify/verifyDatabase';
import { Clock } from '../../plugins/kubevirt-snapshots-backend/src/database/Clock';
import { applyMigrations } from '../../plugins/kubevirt-snapshots-backend/src/database/openDatabase';
import { DatabaseOperationStore } from '../../plugins/kubevirt-snapshots-backend/src/operations/DatabaseOperationStore';
import { OperationWorker } from '../../plugins/kubevirt-snapshots-backend/src/operations/OperationWorker';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { fillTrail } from './lib/auditRows';
import { percentile, report, round, say } from './lib/report';

type Knex = ReturnType<typeof connect>;
type Transaction = Parameters<Parameters<Knex['transaction']>[0]>[0];

const ROWS = Number(process.env.BENCH_AUDIT_ROWS ?? 1_000_000);
const PHASE_MS = 6_000;
const broken = process.argv.includes('--break');

const silent: any = {
  child: () => silent,
  error: say,
  warn() {},
  info() {},
  debug() {},
};

function stackOn(knex: Knex) {
  const clock = new Clock({ knex });
  const trail = DatabaseAuditTrail.create({ knex, clock });
  const store = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  return { clock, trail, store };
}

let acted = 0;
const intent = (n = (acted += 1)) => ({
  action: 'snapshot.take',
  actor: `user:default/person-${n % 50}`,
  origin: 'portal' as const,
  vm: {
    cluster: 'east',
    namespace: 'shop',
    name: `vm-${n}`,
    uid: `uid-${n}`,
    owners: ['group:default/team-a'],
  },
  snapshot: { name: `s-${n}` },
  options: { description: 'Before the update', deadlineSeconds: 300 },
  decision: 'allow' as const,
});

/** Runs writers side by side; the times of their acts, ms. */
async function acts(
  writers: number,
  act: () => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + PHASE_MS;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < end) {
        const at = performance.now();
        await act();
        times.push(performance.now() - at);
      }
    }),
  );
  return times;
}

/** Two commits for each act, without the trail and with it. */
async function writing(knex: Knex) {
  const { clock, trail } = stackOn(knex);
  await knex.schema.createTable('plain', table => {
    table.uuid('id');
    table.text('body');
  });
  const body = 'x'.repeat(400);
  const figures: Record<string, number> = {};
  for (const writers of [1, 8, 32]) {
    const commit = (id: string, more?: (tx: Transaction) => Promise<unknown>) =>
      knex.transaction(async tx => {
        await tx('plain').insert({ id, body });
        await more?.(tx);
      });
    const plain = await acts(writers, async () => {
      const id = randomUUID();
      await commit(id);
      await commit(id);
    });
    const audited = await acts(writers, async () => {
      const operationId = randomUUID();
      await commit(operationId, async tx => {
        const now = await clock.now(tx);
        await trail.writeIntent(tx, { ...intent(), operationId }, now);
        // Broken on purpose: the cluster is asked while the trail is locked.
        await (broken && sleep(100));
      });
      await commit(operationId, async tx => {
        const now = await clock.now(tx);
        await trail.settle(tx, { operationId, outcome: 'success' }, now);
      });
    });
    const [p, a] = [percentile(plain, 0.95), percentile(audited, 0.95)];
    figures[`plainP95Ms${writers}`] = round(p);
    figures[`auditedP95Ms${writers}`] = round(a);
    figures[`addedP95Ms${writers}`] = round(a - p);
    figures[`auditedPerSecond${writers}`] = round(
      (audited.length / PHASE_MS) * 1000,
    );
    say(
      `${writers} writers: ${round(p)} ms plain, ${round(a)} ms with the trail`,
    );
  }
  return figures;
}

const HUNG = 100;
const USERS = 16;

/** Takes per second on a cluster that is well, alone and beside one that hangs. */
async function hanging(knex: Knex) {
  const base = stackOn(knex);
  const cluster = new FakeCluster();
  const hang =
    <A extends any[], T>(
      call: (...args: A) => Promise<T>,
      of: (...args: A) => string,
    ) =>
    async (...args: A) => {
      if (of(...args) === 'hung') {
        await sleep(10_000);
        throw new ClusterError('unreachable', 'no answer in 10 s');
      }
      return call(...args);
    };
  const create = cluster.createSnapshot.bind(cluster);
  cluster.getVm = hang(cluster.getVm.bind(cluster), ref => ref.cluster);
  cluster.getSnapshot = hang(
    cluster.getSnapshot.bind(cluster),
    at => at.cluster,
  );
  cluster.createSnapshot = async (proof, input) => {
    const record = await create(proof, input);
    cluster.changeSnapshot(input.name, {
      facts: { phase: 'Succeeded', readyToUse: true },
    });
    return record;
  };
  const worker = new OperationWorker({ ...base, cluster, logger: silent });
  const finished = new Map<string, () => void>();
  base.store.onChange(operation => {
    if (operation.finishedAt !== undefined) {
      finished.get(operation.id)?.();
    }
  });
  const take = async (where: string, vmName: string) => {
    const id = randomUUID();
    const vm = { cluster: where, namespace: 'shop', name: vmName };
    const over = new Promise<void>(done => finished.set(id, done));
    await base.store.accept({
      operation: {
        id,
        type: 'take',
        vm,
        vmUid: vmName,
        snapshotName: `s-${id}`,
        actor: 'user:default/ada',
        request: {},
        requestDigest: id,
      },
      locks: [`vm:${where}/${vmName}`],
      intent: { ...intent(0), vm },
    });
    if (where !== 'hung') {
      await over;
    }
    finished.delete(id);
  };
  const users = Array.from({ length: USERS }, (_, i) => `vm-${i}`);
  users.forEach(name =>
    cluster.addVm({
      ref: { cluster: 'east', namespace: 'shop', name },
      uid: name,
    }),
  );
  worker.start();
  const throughput = async () => {
    let count = 0;
    const end = performance.now() + PHASE_MS;
    await Promise.all(
      users.map(async name => {
        while (performance.now() < end) {
          await Promise.race([take('east', name), sleep(PHASE_MS)]);
          count += performance.now() < end ? 1 : 0;
        }
      }),
    );
    return (count / PHASE_MS) * 1000;
  };
  await throughput();
  const alone = await throughput();
  for (let i = 0; i < HUNG; i += 1) {
    await take('hung', `vm-${i}`);
  }
  await sleep(1_000);
  const beside = await throughput();
  say(
    `takes: ${round(alone)}/s alone, ${round(
      beside,
    )}/s beside ${HUNG} that hang`,
  );
  await worker.stop();
  return {
    takesPerSecondAlone: round(alone),
    takesPerSecondBesideHung: round(beside),
    besideHungToAlone: round(beside / alone, 2),
  };
}

const heapMb = () => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Verifying beside fetching the same rows and hashing the same bytes. */
async function verifying(knex: Knex) {
  const fetchAndHash = async () => {
    const at = performance.now();
    let last = 0;
    for (;;) {
      const rows = await knex('audit_events')
        .where('seq', '>', last)
        .orderBy('seq')
        .limit(1000);
      for (const row of rows) {
        // Content and link, as a verification has to.
        hash('sha256', row.salt + row.body, 'hex');
        hash('sha256', row.seq + row.row_hash + row.content_digest, 'hex');
      }
      if (rows.length < 1000) {
        return performance.now() - at;
      }
      last = Number(rows[rows.length - 1].seq);
    }
  };
  const heaps: number[] = [];
  let next = 0;
  let looking = 0;
  // Before and after, as other things happen on the machine.
  const before = await fetchAndHash();
  const result = await verifyDatabase({
    knex,
    keys: PublicKeys.fromPem([]),
    onProgress: seq => {
      if (seq >= next) {
        // Collecting garbage to see what is kept is no part of verifying.
        const at = performance.now();
        heaps.push(heapMb());
        looking += performance.now() - at;
        next += ROWS / 10;
      }
    },
  });
  const verifyMs = result.durationMs - looking;
  const floor = (before + (await fetchAndHash())) / 2;
  if (result.status !== 'unsigned') {
    throw new Error(result.message);
  }
  say(`verify: ${round(verifyMs)} ms, fetching and hashing ${round(floor)} ms`);
  return {
    verifyMs: round(verifyMs),
    verifyRowsPerSecond: round((result.rows / verifyMs) * 1000),
    verifyToFetchAndHash: round(verifyMs / floor, 2),
    verifyHeapGrowthMb: round(heaps[heaps.length - 1] - heaps[1]),
  };
}

/** Filtered pages beside a plain SELECT of the same rows, both of each act. */
async function reading(knex: Knex) {
  const reader = new AuditReader({ knex });
  const owner: VmScope = {
    criteria: { key: 'owner', values: ['group:default/team-7'] },
  };
  const nobody: VmScope = {
    criteria: { key: 'owner', values: ['group:default/none'] },
  };
  const half = Math.round(ROWS / 2);
  const { at } = await knex('audit_events').where({ seq: half }).first('at');
  const to = new Date(Number(at)).toISOString();
  // What, the scope, the query, and the same by hand.
  const pages: [string, VmScope, object, string][] = [
    [
      'vm',
      'everything',
      { vm: 'east/team-7/vm-7' },
      `cluster = 'east' AND namespace = 'team-7' AND vm_name = 'vm-7' AND kind <> 'settled'`,
    ],
    [
      'actor',
      'everything',
      { actor: 'user:default/person-7' },
      `actor = 'user:default/person-7' AND kind <> 'settled'`,
    ],
    [
      'failures',
      'everything',
      { outcomes: ['failure'] },
      `outcome = 'failure'`,
    ],
    ['denied', 'everything', { outcomes: ['denied'] }, `kind = 'denied'`],
    [
      'pending',
      'everything',
      { outcomes: ['pending'] },
      `kind = 'intent' AND operation_id IN (SELECT id FROM operations WHERE finished_at IS NULL)`,
    ],
    ['time', 'everything', { to }, `at < ${at} AND kind <> 'settled'`],
    [
      'owner',
      owner,
      {},
      `owners::jsonb \\?| array['group:default/team-7'] AND kind <> 'settled'`,
    ],
    [
      'ownerAndFailures',
      owner,
      { actions: ['snapshot.take'], outcomes: ['failure'] },
      `owners::jsonb \\?| array['group:default/team-7'] AND outcome = 'failure' AND action = 'snapshot.take'`,
    ],
    [
      'nobody',
      nobody,
      {},
      `owners::jsonb \\?| array['group:default/none'] AND kind <> 'settled'`,
    ],
  ];
  const figures: Record<string, number> = {};
  const ratios: number[] = [];
  const all: number[] = [];
  const timed = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let i = 0; i < 25; i += 1) {
      const begun = performance.now();
      await work();
      times.push(performance.now() - begun);
    }
    return { p50: percentile(times, 0.5) };
  };
  for (const [name, scope, query, where] of pages) {
    const { items } = await reader.list(scope, query);
    const ours = await timed(() => reader.list(scope, query));
    const plain = await timed(() =>
      knex.raw(
        `SELECT e.*, o.* FROM audit_events e
         LEFT JOIN audit_events o ON o.operation_id = e.operation_id AND o.kind <> e.kind
         WHERE ${where.replace(
           /\b(kind|outcome|at|actor|action|owners|cluster|namespace|vm_name|operation_id)\b(?= |::)/g,
           'e.$1',
         )}
         ORDER BY e.seq DESC LIMIT 51`,
      ),
    );
    figures[`${name}PageMs`] = round(ours.p50);
    all.push(ours.p50);
    ratios.push(ours.p50 / plain.p50);
    say(
      `${name}: ${items.length} acts, ${round(ours.p50)} ms, plain ${round(
        plain.p50,
      )} ms`,
    );
  }
  return {
    ...figures,
    pageToPlainSelect: round(Math.max(...ratios), 2),
    slowestPageMs: round(Math.max(...all)),
  };
}

async function main() {
  const postgres = await startPostgres();
  const knex = connect(postgres.connectionString, undefined, 40);
  try {
    await applyMigrations(knex);
    const written = await writing(knex);
    const hung = await hanging(knex);
    await knex('operations').update({ finished_at: 1 });
    say(`Filling ${ROWS} rows`);
    await fillTrail(knex, ROWS);
    const verified = await verifying(knex);
    const read = await reading(knex);
    report(
      'audit',
      { rows: ROWS, ...written, ...hung, ...verified, ...read },
      {
        addedP95Ms1: { atMost: 15 },
        addedP95Ms8: { atMost: 250 },
        addedP95Ms32: { atMost: 1000 },
        besideHungToAlone: { atLeast: 0.9 },
        verifyToFetchAndHash: { atMost: 2 },
        verifyHeapGrowthMb: { atMost: 20 },
        pageToPlainSelect: { atMost: 2 },
        slowestPageMs: { atMost: 100 },
      },
    );
  } finally {
    await knex.destroy();
    await postgres.stop();
  }
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
