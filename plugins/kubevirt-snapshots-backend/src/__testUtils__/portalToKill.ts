// SPDX-License-Identifier: Apache-2.0
/**
 * A portal in a process of its own, reduced to what records and carries out
 * acts, that accepts one operation and kills itself with SIGKILL at a named
 * point. Only tests start it; the product knows nothing of these points.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
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
import type { BedOptions } from './KillBed';

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

/** The same for a restore that stops and starts the VM: each step and write. */
export const RESTORE_KILL_POINTS = [
  'accepted',
  'entered power-off',
  'before stop',
  'after stop',
  'entered safety',
  'before createSnapshot',
  'after createSnapshot',
  'entered check',
  'entered claims',
  'before createRestore',
  'after createRestore',
  'entered switch',
  'entered power-on',
  'before start',
  'after start',
  'before it is finished',
] as const;

type KillPoint =
  | (typeof KILL_POINTS)[number]
  | (typeof RESTORE_KILL_POINTS)[number];

export interface PortalToKill extends BedOptions {
  offsetMs?: number;
  accept?: AcceptOptions;
  /** What reaches the database only. */
  protect?: Readonly<Parameters<ProtectionStore['protect']>>;
  unprotect?: Readonly<Parameters<ProtectionStore['unprotect']>>;
  killAt?: KillPoint;
  /** Or around one call to the cluster. */
  killAround?: {
    call: string;
    when: 'before' | 'after';
    /** The how manieth call of that name; the first when absent. */
    nth?: number;
  };
}

const silent: LoggerService = {
  child: () => silent,
  error() {},
  warn() {},
  info() {},
  debug() {},
};

/** Runs until nothing is left to do. */
export async function runPortal(options: PortalToKill): Promise<void> {
  const die = (point: string) => {
    if (options.killAt === point) {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  const around = (
    target: any,
    method: string,
    before: KillPoint | undefined,
    after: KillPoint | undefined,
    named: (args: any[]) => string | undefined = () => undefined,
  ) => {
    const original = target[method].bind(target);
    target[method] = async (...args: unknown[]) => {
      const name = named(args);
      if (before) die(before);
      if (name) die(`before ${name}`);
      const result = await original(...args);
      if (after) die(after);
      if (name) die(`after ${name}`);
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
  for (const method of ['createSnapshot', 'deleteSnapshot', 'createRestore']) {
    around(service, method, 'before the call', 'after the call', () => method);
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
  around(service, 'setPower', undefined, undefined, ([, , action]) => action);
  let step = '';
  const update = store.update.bind(store);
  store.update = async (id, owner, patch) => {
    const updated = await update(id, owner, patch);
    if (patch.progress && patch.progress.step !== step) {
      step = patch.progress.step;
      die(`entered ${step}`);
    }
    return updated;
  };
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

if (process.argv[2] === 'to-kill') {
  void runPortal(JSON.parse(process.argv[3])).then(() => process.exit(0));
}
