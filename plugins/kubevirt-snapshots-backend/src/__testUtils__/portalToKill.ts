// SPDX-License-Identifier: Apache-2.0
/**
 * A portal in a process of its own, reduced to what records and carries out
 * acts, that accepts one operation and kills itself with SIGKILL at a named
 * point. Only tests start it; the product knows nothing of these points.
 */
import { ConfigReader } from '@backstage/config';
import {
  DefaultClusterService,
  type ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import knexFactory from 'knex';
import { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import { Clock } from '../database/Clock';
import {
  DatabaseOperationStore,
  type AcceptOptions,
} from '../operations/DatabaseOperationStore';
import { OperationWorker } from '../operations/OperationWorker';
import { ProtectionStore } from '../protection/ProtectionStore';

/** Where it may die, in the order of an act. */
export const KILL_POINTS = [
  'inside the transaction that accepts it',
  'accepted',
  'before the call is noted',
  'before the call',
  'after the call',
  'before it is finished',
  'inside the transaction that finishes it',
  'finished',
] as const;

export interface PortalToKill {
  database: string;
  cluster: string;
  url: string;
  tokenFile: string;
  offsetMs?: number;
  accept?: AcceptOptions;
  /** What reaches the database only. */
  protect?: Parameters<ProtectionStore['protect']>;
  unprotect?: Parameters<ProtectionStore['unprotect']>;
  killAt?: (typeof KILL_POINTS)[number];
  /** Or around one call to the cluster. */
  killAround?: {
    call: string;
    when: 'before' | 'after';
    /** The how manieth call of that name; the first when absent. */
    nth?: number;
  };
}

const silent: any = {
  child: () => silent,
  error() {},
  warn() {},
  info() {},
  debug() {},
};

/** Runs until nothing is left to do. */
export async function runPortal(options: PortalToKill): Promise<void> {
  const die = (point: (typeof KILL_POINTS)[number]) => {
    if (options.killAt === point) {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  const around = (
    target: any,
    method: string,
    before: (typeof KILL_POINTS)[number] | undefined,
    after: (typeof KILL_POINTS)[number] | undefined,
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
  const clock = new Clock({ knex, offsetMs: () => options.offsetMs ?? 0 });
  const trail = DatabaseAuditTrail.create({ knex, clock });
  const store = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  const service = DefaultClusterService.create({
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
  await service.start();
  while (!service.hasSynced(options.cluster)) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  around(trail, 'writeIntent', undefined, KILL_POINTS[0]);
  around(store, 'accept', undefined, 'accepted');
  around(trail, 'committedIntent', 'before the call is noted', undefined);
  for (const method of ['createSnapshot', 'deleteSnapshot']) {
    around(service, method, 'before the call', 'after the call');
  }
  if (options.killAround) {
    const { call, when, nth = 1 } = options.killAround;
    const target: any = call in service ? service : service.copies;
    const original = target[call].bind(target);
    let count = 0;
    target[call] = async (...args: unknown[]) => {
      count += 1;
      if (count === nth && when === 'before') {
        process.kill(process.pid, 'SIGKILL');
      }
      const result = await original(...args);
      if (count === nth) {
        process.kill(process.pid, 'SIGKILL');
      }
      return result;
    };
  }
  around(store, 'finish', 'before it is finished', 'finished');
  around(trail, 'settle', undefined, KILL_POINTS[6]);
  const protections = new ProtectionStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  for (const act of ['protect', 'unprotect'] as const) {
    around(protections, act, undefined, 'finished');
  }
  if (options.accept) {
    await store.accept(options.accept);
  }
  if (options.protect) {
    await protections.protect(...options.protect);
  }
  if (options.unprotect) {
    await protections.unprotect(...options.unprotect);
  }
  const worker = new OperationWorker({
    store,
    trail,
    cluster: service as ClusterService,
    clock,
    logger: silent,
  });
  worker.start();
  while (await knex('operations').whereNull('finished_at').first('id')) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  await worker.stop();
  await service.stop();
  await knex.destroy();
}

if (process.argv[2] === 'portal-to-kill') {
  void runPortal(JSON.parse(process.argv[3])).then(() => process.exit(0));
}
