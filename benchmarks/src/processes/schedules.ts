// SPDX-License-Identifier: Apache-2.0
/** A replica reduced to what carries out schedules, in a process of its own. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import {
  DefaultClusterService,
  readKubevirtSnapshotsConfig,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { DatabaseAuditTrail } from '../../../plugins/kubevirt-snapshots-backend/src/audit/DatabaseAuditTrail';
import { connect } from '../../../plugins/kubevirt-snapshots-backend/src/audit/cli/connect';
import { Clock } from '../../../plugins/kubevirt-snapshots-backend/src/database/Clock';
import { DatabaseOperationStore } from '../../../plugins/kubevirt-snapshots-backend/src/operations/DatabaseOperationStore';
import { OperationIndex } from '../../../plugins/kubevirt-snapshots-backend/src/operations/OperationIndex';
import { OperationWorker } from '../../../plugins/kubevirt-snapshots-backend/src/operations/OperationWorker';
import { RunStore } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/RunStore';
import { ScheduleRunner } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleRunner';
import { ScheduleStore } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleStore';
import { SnapshotLimits } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/SnapshotLimits';
import { Standing } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/Standing';

/** What it is told on the command line. */
export interface ReplicaArguments {
  database: string;
  clusters: { name: string; url: string; folder?: string }[];
  atOnce: number;
}

const silent: LoggerService = {
  child: () => silent,
  error: (...words: unknown[]) => process.stderr.write(`${words.join(' ')}\n`),
  warn() {},
  info() {},
  debug() {},
};

async function main() {
  const options: ReplicaArguments = JSON.parse(process.argv[2]);
  const config = new ConfigReader({
    kubevirtSnapshots: {
      clusters: options.clusters.map(({ name, url, folder }) => ({
        name,
        url,
        serviceAccountTokenFile: join(
          folder ?? '/nowhere',
          'kubevirt-snapshots.token',
        ),
      })),
    },
  });
  const { binding } = readKubevirtSnapshotsConfig(config);
  const knex = connect(options.database, undefined, 20);
  const clock = new Clock({ knex });
  const trail = DatabaseAuditTrail.create({ knex, clock });
  const operations = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  const cluster = DefaultClusterService.create({ config, logger: silent });
  await cluster.start();
  const living = options.clusters.filter(({ folder }) => folder);
  while (!living.every(({ name }) => cluster.hasSynced(name))) {
    await sleep(100);
  }
  const index = new OperationIndex({ store: operations, logger: silent });
  const store = new ScheduleStore({ knex, clock, trail, logger: silent });
  const runs = new RunStore({ knex, clock, operations, trail });
  const standing = new Standing({
    cluster,
    // Every VM has its entity.
    catalog: {
      getEntitiesByRefs: async ({ entityRefs }) => ({
        items: entityRefs.map(ref => ({
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: { namespace: 'default', name: ref.split('/')[1] },
        })),
      }),
    },
    auth: {
      getOwnServiceCredentials: async () => ({
        $$type: '@backstage/BackstageCredentials',
        principal: { type: 'service', subject: 'plugin:kubevirt-snapshots' },
      }),
    },
    // Whether it is confirmed is decided without any call; not measured here.
    gate: {
      bind: (_, { ref }) => ({
        bound: true,
        ref,
        via: 'origin',
        owners: ['group:default/team-a'],
      }),
    },
    mutations: { verdict: () => ({ allowed: true }) },
    index,
    binding,
    limits: new SnapshotLimits({ cluster }),
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
    atOnce: options.atOnce,
  });
  await index.start();
  worker.start();
  runner.start();
  process.stdout.write('ready\n');
  process.on('SIGTERM', () => process.exit(0));
}

void main();
