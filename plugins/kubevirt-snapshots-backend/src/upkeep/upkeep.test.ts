// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  readBindingConfig,
  type SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { OperationWorker } from '../operations/OperationWorker';
import { markOf, safetyNameOf } from '../operations/restore/notes';
import type { Operation } from '../operations/types';
import { SafetySnapshots } from './SafetySnapshots';
import { Tombstones, TOMBSTONE_MS } from './Tombstones';
import { TurnedAway } from './TurnedAway';
import { ROUND_MS, Upkeep } from './Upkeep';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PLUGIN = 'plugin:kubevirt-snapshots';
const UID = 'vm-uid';

describe.each(databases.eachSupportedId())('upkeep on %s', id => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
  });

  async function begin() {
    let offset = 0;
    const base = await setUp(id, () => offset);
    const { knex, store, trail } = base;
    const cluster = new FakeCluster();
    const vm = cluster.addVm({ uid: UID });
    const logger = mockServices.logger.mock();
    const protectedUids = new Set<string>();
    let last: Operation | undefined;
    const common = {
      ...base,
      cluster,
      logger,
      operations: store,
      index: {
        ofVm: () => [],
        lastRestoreOf: () => last,
      },
      captures: {
        of: ({ capturedVmUid }: SnapshotRecord) =>
          capturedVmUid ? { vmUid: capturedVmUid, owners: [] } : undefined,
      },
      protections: {
        of: (uid: string) =>
          protectedUids.has(uid)
            ? { reason: 'kept', by: 'user:default/ada', at: '2026-11-22' }
            : undefined,
      },
      mutations: { verdict: () => cluster.mutationsNow },
      binding: readBindingConfig(new ConfigReader({})),
    };
    const replica = () =>
      new Upkeep({
        cluster,
        logger,
        tasks: [
          new Tombstones(common),
          new SafetySnapshots({ ...common, safetySnapshotDays: 7 }),
          new TurnedAway(common),
        ],
      });
    const first = replica();

    /** A restore of the portal's that was finished just now. */
    async function finished(state: 'succeeded' | 'failed' = 'succeeded') {
      const operationId = randomUUID();
      const name = restoreNameOf(operationId);
      const restore = cluster.addRestore(name, {
        operationId,
        state,
        step: 'done',
      });
      const safety = cluster.addSnapshot(
        safetyNameOf(vm.ref.name, operationId),
        {
          labels: {
            'kubevirt-snapshots/operation': operationId,
            'kubevirt-snapshots/origin': 'safety',
          },
          capturedVmUid: UID,
          createdAt: new Date().toISOString(),
          cutAt: new Date().toISOString(),
        },
      );
      await store.accept(
        acceptOptions('restore', 's1', { id: operationId, target: name }),
      );
      await store.lease('me', 10, { room: () => 10, full: [] });
      await store.update(operationId, 'me', {
        progress: {
          step: 'switch',
          entered: {},
          notes: {
            restoreUid: restore.uid,
            safetyUid: safety.uid,
            disks: [{ name: 'root', claim: 'restored', state: 'bound' }],
          },
        },
      });
      await store.finish(operationId, 'me', { state });
      last = await store.get(operationId);
      return { name, restore, safety, operationId };
    }

    return {
      ...base,
      vm,
      cluster,
      logger,
      finished,
      protectedUids,
      /** A round of a replica, so much later; what it has asked for by then. */
      async later(ms: number, upkeep = first) {
        offset = ms;
        await upkeep.tick(Date.now() + ms);
        const rows = await knex('operations').where({ actor: PLUGIN });
        return rows.map(
          row => `${row.type} ${row.target ?? row.snapshot_name}`,
        );
      },
      replica,
      /** Carries out what was asked for. */
      async work() {
        const worker = new OperationWorker({ ...base, cluster, logger });
        stops.push(() => worker.stop());
        worker.start();
        while (await knex('operations').whereNull('finished_at').first('id')) {
          await new Promise(done => setTimeout(done, 20));
        }
      },
      rows: async () =>
        (await knex('audit_events').orderBy('seq'))
          .map(row => JSON.parse(row.body))
          .filter(row => row.actor !== 'user:default/ada'),
      trail,
    };
  }

  describe('tombstones', () => {
    it.each(['succeeded', 'failed'] as const)(
      'keeps a restore that has %s for an hour, then removes it, on record',
      async state => {
        const { finished, later, work, cluster, rows } = await begin();
        cluster.addSnapshot('other', { capturedVmUid: UID });
        const { name, restore } = await finished(state);
        expect(await later(TOMBSTONE_MS - MINUTE)).toEqual([]);
        expect(await later(TOMBSTONE_MS + MINUTE)).toEqual([
          `clear-restore ${name}`,
        ]);
        await work();
        expect(cluster.restoreRecords).toEqual([]);
        expect(await rows()).toMatchObject([
          {
            kind: 'intent',
            action: 'restore.clear',
            actor: PLUGIN,
            origin: 'system',
            vm: { uid: UID, owners: ['group:default/team-a'] },
            options: { restore: name, uid: restore.uid },
          },
          { kind: 'settled', outcome: 'success' },
        ]);
      },
    );

    it('is asked for once, whichever replica sees it', async () => {
      const { finished, later, replica } = await begin();
      await finished();
      await later(2 * TOMBSTONE_MS);
      expect(await later(2 * TOMBSTONE_MS, replica())).toHaveLength(1);
    });

    it("touches nobody else's, whatever its label says", async () => {
      const { finished, later, cluster } = await begin();
      const { name, operationId } = await finished();
      // Others: without our label, with a forged one, and one of ours whose
      // name somebody has taken since.
      cluster.addRestore('by-hand', { state: 'succeeded', step: 'done' });
      cluster.addRestore('forged', {
        state: 'succeeded',
        step: 'done',
        operationId,
      });
      cluster.addRestore(name, { uid: 'another' });
      expect(await later(30 * TOMBSTONE_MS)).toEqual([]);
    });

    it('waits for a VM that is busy, and for a cluster that may be changed', async () => {
      const { finished, later, cluster, store } = await begin();
      await finished();
      cluster.mutationsNow = {
        allowed: false,
        code: 'mutations-off',
        reason: '',
      };
      expect(await later(2 * TOMBSTONE_MS)).toEqual([]);
      cluster.mutationsNow = { allowed: true };
      const take = acceptOptions('take', 's9');
      await store.accept(take);
      expect(await later(3 * TOMBSTONE_MS)).toEqual([]);
      await store.lease('me', 10, { room: () => 10, full: [] });
      await store.finish(take.operation.id, 'me', { state: 'succeeded' });
      expect(await later(4 * TOMBSTONE_MS)).toHaveLength(1);
    });
  });

  describe('safety snapshots', () => {
    const deletions = (asked: string[]) =>
      asked.filter(text => text.startsWith('delete '));

    it('expire by the planner, and the row names the rule', async () => {
      const { finished, later, work, cluster, rows } = await begin();
      cluster.addSnapshot('other', { capturedVmUid: UID });
      const { safety } = await finished();
      expect(deletions(await later(7 * DAY - MINUTE))).toEqual([]);
      expect(deletions(await later(7 * DAY + MINUTE))).toEqual([
        `delete ${safety.name}`,
      ]);
      await work();
      expect(
        cluster.snapshots(FakeCluster.ref).map(({ name }) => name),
      ).toEqual(['other']);
      expect(await rows()).toContainEqual(
        expect.objectContaining({
          kind: 'intent',
          action: 'snapshot.delete',
          actor: PLUGIN,
          origin: 'system',
          options: {
            origin: 'safety',
            rule: expect.stringContaining('7'),
            cause: 'not-kept',
          },
        }),
      );
    });

    it('stay while they are the last good one, protected or in use', async () => {
      const { finished, later, cluster, protectedUids } = await begin();
      const { safety } = await finished();
      expect(deletions(await later(8 * DAY))).toEqual([]);

      const other = cluster.addSnapshot('other', { capturedVmUid: UID });
      protectedUids.add(safety.uid);
      expect(deletions(await later(9 * DAY))).toEqual([]);
      protectedUids.clear();
      cluster.useRecords = [
        cluster.addRestore('x', { snapshotName: safety.name }),
      ];
      expect(deletions(await later(10 * DAY))).toEqual([]);
      cluster.useRecords = [];
      cluster.restoreRecords = [];
      // One of a VM that bore the name before is no way back to this one.
      cluster.changeSnapshot(other.name, { capturedVmUid: 'former' });
      expect(deletions(await later(11 * DAY))).toEqual([]);
      cluster.changeSnapshot(other.name, { capturedVmUid: UID });
      expect(deletions(await later(12 * DAY))).toHaveLength(1);
    });

    it('stay when somebody has protected them since the plan was made', async () => {
      const { finished, later, cluster, knex } = await begin();
      cluster.addSnapshot('other', { capturedVmUid: UID });
      const { safety } = await finished();
      await knex('protections').insert({
        snapshot_uid: safety.uid,
        cluster: safety.cluster,
        namespace: safety.namespace,
        vm_name: safety.vmName,
        snapshot_name: safety.name,
        set_at: Date.now(),
        reason: 'kept',
        set_by: 'user:default/ada',
        released: false,
        revision: 1,
      });
      expect(deletions(await later(8 * DAY))).toEqual([]);
      await knex('protections').delete();
      expect(deletions(await later(8 * DAY + MINUTE))).toHaveLength(1);
    });

    it('of a former VM are not those of the one that bears its name now', async () => {
      const { finished, later, cluster } = await begin();
      await finished();
      cluster.addVm({ uid: 'new-uid' });
      cluster.addSnapshot('other', { capturedVmUid: 'new-uid' });
      expect(deletions(await later(8 * DAY))).toEqual([]);
    });

    it('are told by their UID: a label makes nothing one', async () => {
      const { finished, later, cluster } = await begin();
      const { safety, operationId } = await finished();
      cluster.addSnapshot('mine', {
        capturedVmUid: UID,
        labels: {
          'kubevirt-snapshots/operation': operationId,
          'kubevirt-snapshots/origin': 'safety',
        },
      });
      expect(deletions(await later(400 * DAY))).toEqual([
        `delete ${safety.name}`,
      ]);
    });
  });

  describe('a VM that was turned away from its restored claims', () => {
    it('is on record once, with both names', async () => {
      const { finished, later, cluster, vm, rows, replica, logger } =
        await begin();
      const { name, restore } = await finished();
      const lastRestore = markOf(name, restore.uid);
      const uses = (claim: string) =>
        cluster.addVm({
          ...vm,
          lastRestore,
          claims: [{ volume: 'root', claim }],
        });
      uses('restored');
      await later(0);
      expect(await rows()).toEqual([]);
      uses('web-01-root');
      await later(2 * ROUND_MS);
      expect(await rows()).toHaveLength(1);
      await later(2 * ROUND_MS, replica());
      await later(4 * ROUND_MS);
      expect(await rows()).toMatchObject([
        {
          kind: 'observed',
          action: 'vm.claims-changed',
          actor: 'cluster:east',
          options: { restore: name },
          before: { root: 'restored' },
          after: { root: 'web-01-root' },
        },
      ]);
      // The second replica has seen the row, not run into it.
      expect(logger.warn).not.toHaveBeenCalled();
    });

    it('but not when a later restore of somebody else did it', async () => {
      const { finished, later, cluster, vm, rows } = await begin();
      await finished();
      cluster.addVm({ ...vm, lastRestore: 'by-hand-uid' });
      await later(0);
      expect(await rows()).toEqual([]);
    });
  });
});

it('lets requests in between while it goes round thousands of VMs', async () => {
  const cluster = new FakeCluster();
  for (let i = 0; i < 1_000; i += 1) {
    cluster.addVm({
      ref: { cluster: 'east', namespace: 'shop', name: `vm-${i}` },
      uid: `uid-${i}`,
    });
  }
  let looked = 0;
  let longestTurn = 0;
  let begun = 0;
  const upkeep = new Upkeep({
    cluster,
    logger: mockServices.logger.mock(),
    tasks: [
      {
        async look() {
          looked += 1;
          longestTurn = Math.max(longestTurn, looked - begun);
        },
      },
    ],
  });
  let over = false;
  const request = () => {
    begun = looked;
    return over || setImmediate(request);
  };
  request();
  await upkeep.tick(0);
  over = true;
  expect(looked).toBe(1_000);
  expect(longestTurn).toBeLessThan(200);
});
