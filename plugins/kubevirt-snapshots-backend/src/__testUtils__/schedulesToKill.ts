// SPDX-License-Identifier: Apache-2.0
/**
 * A replica in a process of its own, reduced to what carries out schedules,
 * that kills itself with SIGKILL at a named point. Only tests start it; the
 * product knows nothing of these points.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { DefaultClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import knexFactory from 'knex';
import { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import { Clock } from '../database/Clock';
import { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { OperationIndex } from '../operations/OperationIndex';
import { OperationWorker } from '../operations/OperationWorker';
import { RunStore } from '../scheduling/RunStore';
import { ScheduleRunner } from '../scheduling/ScheduleRunner';
import { ScheduleStore } from '../scheduling/ScheduleStore';
import { SnapshotLimits } from '../scheduling/SnapshotLimits';
import { Standing } from '../scheduling/Standing';
import type { BedOptions } from './KillBed';

/** Where it may die, in the order of a run. */
export const SCHEDULE_KILL_POINTS = [
  'before it is claimed',
  'inside the transaction that claims it',
  'claimed',
  'before the call',
  'after the call',
  'when the operation has ended',
  'inside the transaction that ends the run',
  'ended',
] as const;

type KillPoint = (typeof SCHEDULE_KILL_POINTS)[number];

export interface SchedulesToKill extends BedOptions {
  offsetMs: number;
  killAt?: KillPoint;
}

const silent: LoggerService = {
  child: () => silent,
  error() {},
  warn() {},
  info() {},
  debug() {},
};

/** Runs until every schedule's run has ended. */
export async function runSchedules(options: SchedulesToKill): Promise<void> {
  const die = (point: KillPoint) => {
    if (options.killAt === point) {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  const around = (
    target: any,
    method: string,
    before: KillPoint | undefined,
    after: KillPoint | undefined,
  ) => {
    const original = target[method].bind(target);
    target[method] = async (...args: unknown[]) => {
      if (before) die(before);
      const result = await original(...args);
      if (after) die(after);
      return result;
    };
  };
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: options.database },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const clock = new Clock({ knex, offsetMs: () => options.offsetMs });
  const trail = DatabaseAuditTrail.create({ knex, clock });
  const operations = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  const cluster = DefaultClusterService.create({
    config: new ConfigReader({
      kubevirtSnapshots: {
        clusters: [
          {
            name: options.cluster,
            url: options.url,
            serviceAccountTokenFile: options.tokenFile,
          },
        ],
      },
    }),
    logger: silent,
  });
  await cluster.start();
  while (!cluster.hasSynced(options.cluster)) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  const index = new OperationIndex({ store: operations, logger: silent });
  const store = new ScheduleStore({ knex, clock, trail, logger: silent });
  const runs = new RunStore({ knex, clock, operations, trail });
  const standing = new Standing({
    cluster,
    catalog: {
      getEntitiesByRefs: async ({ entityRefs }) => ({
        items: entityRefs.map(ref => ({
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: { name: ref.split('/')[1] },
        })),
      }),
    },
    auth: {
      getOwnServiceCredentials: async () => ({
        $$type: '@backstage/BackstageCredentials',
        principal: { type: 'service', subject: 'plugin:kubevirt-snapshots' },
      }),
    },
    gate: {
      bind: (_, { ref }) => ({ bound: true, ref, via: 'origin', owners: [] }),
    },
    mutations: { verdict: () => ({ allowed: true }) },
    index,
    binding: { mode: 'strict', trustedNamespaces: [], namespaceOwners: [] },
    limits: new SnapshotLimits({ cluster }),
  });
  around(runs, 'claim', 'before it is claimed', 'claimed');
  around(
    trail,
    'writeIntent',
    undefined,
    'inside the transaction that claims it',
  );
  around(cluster, 'createSnapshot', 'before the call', 'after the call');
  around(operations, 'finish', undefined, 'when the operation has ended');
  around(runs, 'end', undefined, 'ended');
  knex.on('query-response', (_, { sql, bindings }) => {
    if (
      /^update .schedule_runs. set/.test(sql) &&
      bindings.includes('succeeded')
    ) {
      die('inside the transaction that ends the run');
    }
  });
  const worker = new OperationWorker({
    store: operations,
    trail,
    cluster,
    clock,
    logger: silent,
  });
  const runner = new ScheduleRunner({
    store,
    runs,
    operations,
    cluster,
    standing,
    clock,
    logger: silent,
    atOnce: 10,
  });
  await index.start();
  worker.start();
  runner.start();
  while (!(await knex('schedule_runs').whereNotNull('finished_at').first())) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  await runner.stop();
  await worker.stop();
  index.stop();
  await cluster.stop();
  await knex.destroy();
}

if (process.argv[2] === 'to-kill') {
  void runSchedules(JSON.parse(process.argv[3])).then(() => process.exit(0));
}
