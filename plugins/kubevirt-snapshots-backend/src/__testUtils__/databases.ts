// SPDX-License-Identifier: Apache-2.0
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import { Clock } from '../database/Clock';
import { applyMigrations } from '../database/openDatabase';
import { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { AcceptOptions } from '../operations/DatabaseOperationStore';
import type { RestoreWanted } from '../operations/restore/types';
import { shared, snapshotLock, vmLock } from '../operations/locks';
import { randomUUID } from 'node:crypto';
import { FakeCluster } from './FakeCluster';

/** The databases that stores are tested on; PostgreSQL where one is given. */
export const databases = TestDatabases.create({
  ids: ['SQLITE_3', 'POSTGRES_15', 'POSTGRES_18'],
});

/** A migrated database with what stands on it. */
export async function setUp(
  databaseId: Parameters<typeof databases.init>[0],
  offsetMs: () => number = () => 0,
) {
  const knex = await databases.init(databaseId);
  await applyMigrations(knex);
  const clock = new Clock({ knex, offsetMs });
  const trail = DatabaseAuditTrail.create({ knex, clock, allowVolatile: true });
  const store = new DatabaseOperationStore({
    knex,
    clock,
    trail,
    logger: mockServices.logger.mock(),
  });
  return { knex, clock, trail, store };
}

/** What it takes to accept an operation of a type on a snapshot. */
export function acceptOptions(
  type: 'take' | 'stop' | 'delete' | 'restore',
  snapshotName: string,
  more: Partial<AcceptOptions['operation']> = {},
): AcceptOptions {
  const vm = FakeCluster.ref;
  return {
    operation: {
      id: randomUUID(),
      type,
      vm,
      vmUid: 'vm-uid',
      snapshotName,
      actor: 'user:default/ada',
      request: {},
      requestDigest: 'digest',
      ...more,
    },
    locks: {
      take: [vmLock(vm), snapshotLock(vm, snapshotName)],
      stop: [`stop-${snapshotLock(vm, snapshotName)}`],
      delete: [snapshotLock(vm, snapshotName)],
      restore: [vmLock(vm), shared(snapshotLock(vm, snapshotName))],
    }[type],
    intent: {
      action: `snapshot.${type}`,
      actor: more.actor ?? 'user:default/ada',
      origin: 'portal',
      vm: { ...vm, uid: 'vm-uid', owners: ['group:default/team-a'] },
      snapshot: { name: snapshotName },
      decision: 'allow',
    },
  };
}

/** A restore of a VM of the fleet that runs, as one gets it by default. */
export const restoreWanted: RestoreWanted = {
  power: 'stop',
  startAfterwards: true,
  safetySnapshot: true,
  volumes: 'new-names',
  ownership: 'None',
  replaces: ['rootdisk', 'data'],
  clears: [],
  wasRunning: true,
  runStrategy: 'Always',
};
