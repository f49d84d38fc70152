// SPDX-License-Identifier: Apache-2.0
/** A replica reduced to what carries out schedules, in a process of its own. */
import { RunStore } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/RunStore';
import { ScheduleRunner } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleRunner';
import { ScheduleStore } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/ScheduleStore';
import { SnapshotLimits } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/SnapshotLimits';
import { Standing } from '../../../plugins/kubevirt-snapshots-backend/src/scheduling/Standing';
import { openReplica, silent, type ReplicaCluster } from '../lib/replica';

/** What it is told on the command line. */
export interface ReplicaArguments {
  database: string;
  clusters: ReplicaCluster[];
  atOnce: number;
}

async function main() {
  const options: ReplicaArguments = JSON.parse(process.argv[2]);
  const { knex, clock, trail, operations, binding, cluster, index, worker } =
    await openReplica({ ...options, connections: 20 });
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
  worker.start();
  runner.start();
  process.stdout.write('ready\n');
  process.on('SIGTERM', () => process.exit(0));
}

void main();
