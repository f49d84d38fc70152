// SPDX-License-Identifier: Apache-2.0
/** What carries out operations, without the HTTP server around it. */
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

export type Knex = ReturnType<typeof connect>;

/** A logger that keeps quiet about all but errors. */
export const silent: LoggerService = {
  child: () => silent,
  error: (...words: unknown[]) => process.stderr.write(`${words.join(' ')}\n`),
  warn() {},
  info() {},
  debug() {},
};

/** What stands on the database alone. */
export function openStores(knex: Knex, offsetMs?: () => number) {
  const clock = new Clock({ knex, offsetMs });
  const trail = DatabaseAuditTrail.create({ knex, clock, allowVolatile: true });
  const operations = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: silent,
  });
  return { knex, clock, trail, operations };
}

/** A cluster as a replica is told of it; a dead one has no folder. */
export interface ReplicaCluster {
  name: string;
  url: string;
  folder?: string;
}

/** Everything between the database and the clusters, with the caches filled. */
export async function openReplica(options: {
  database: string;
  clusters: ReplicaCluster[];
  connections: number;
  offsetMs?: () => number;
  /** Names it in leases. */
  owner?: string;
}) {
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
  const knex = connect(options.database, undefined, options.connections);
  const stores = openStores(knex, options.offsetMs);
  const cluster = DefaultClusterService.create({ config, logger: silent });
  await cluster.start();
  const living = options.clusters.filter(({ folder }) => folder);
  while (!living.every(({ name }) => cluster.hasSynced(name))) {
    await sleep(100);
  }
  const index = new OperationIndex({
    store: stores.operations,
    logger: silent,
  });
  const worker = new OperationWorker({
    ...stores,
    store: stores.operations,
    cluster,
    logger: silent,
    owner: options.owner,
  });
  await index.start();
  return { ...stores, binding, cluster, index, worker };
}
