// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import { acceptOptions, databases, setUp } from '../../__testUtils__/databases';
import { FakeCluster } from '../../__testUtils__/FakeCluster';
import { OperationWorker } from '../OperationWorker';
import { POWER_LIMIT_MS } from '../power/power';
import { toOperationView } from '../operationView';
import type { Operation } from '../types';
import { RESTORE_LIMIT_MS } from './restoring';

jest.setTimeout(60_000);

describe.each(databases.eachSupportedId())('a restore on %s', id => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
  });

  /** A restore of a running VM that has got as far as its disks. */
  async function begin(power = 'stop', runStrategy = 'Always') {
    let offset = 0;
    const base = await setUp(id, () => offset);
    const { store, trail } = base;
    const cluster = new FakeCluster();
    const vm = cluster.addVm({ uid: 'vm-uid', runStrategy });
    const snapshot = cluster.addSnapshot('s1', { capturedVmUid: 'vm-uid' });
    const operationId = randomUUID();
    const name = restoreNameOf(operationId);
    await store.accept(
      acceptOptions('restore', 's1', {
        id: operationId,
        target: name,
        snapshotUid: snapshot.uid,
        request: {
          restore: {
            power: power as 'stop',
            startAfterwards: true,
            safetySnapshot: false,
            volumes: 'new-names',
            ownership: 'Vm',
            replaces: ['root'],
            clears: [],
            wasRunning: true,
            runStrategy,
          },
        },
      }),
    );
    const start = (owner = 'a') => {
      const worker = new OperationWorker({
        ...base,
        cluster,
        logger: mockServices.logger.mock(),
        owner,
      });
      stops.push(() => worker.stop());
      worker.start();
    };
    const read = async () => (await store.get(operationId))!;
    const until = async (test: (operation: Operation) => unknown) => {
      for (;;) {
        const operation = await read();
        if (test(operation)) {
          return operation;
        }
        await new Promise(done => setTimeout(done, 20));
      }
    };
    return {
      cluster,
      vm,
      name,
      start,
      until,
      store,
      operationId,
      rows: () => trail.rowsOf(operationId),
      pass: (ms: number) => {
        offset += ms;
        // A watch event, as there are some all the time.
        cluster.addVm(cluster.vm(vm.ref)!);
      },
      running: () => cluster.vm(vm.ref)!.running,
      sent: (call: string) => cluster.calls.filter(c => c === call).length,
      /** KubeVirt has got the restore, and is so far with it. */
      async restoring(change: Parameters<FakeCluster['addRestore']>[1]) {
        await until(() => cluster.restoreRecords.length > 0);
        cluster.addRestore(name, change);
      },
      at: (step: string) => until(({ progress }) => progress?.step === step),
      settled: () => until(({ finishedAt }) => finishedAt !== undefined),
    };
  }

  it('disks that do not come: withdrawn before the switch, and the VM runs again', async () => {
    const bed = await begin();
    bed.start();
    await bed.restoring({ step: 'claims' });
    expect(bed.running()).toBe(false);
    bed.pass(RESTORE_LIMIT_MS - 60_000);
    await new Promise(done => setTimeout(done, 200));
    expect(bed.sent('deleteRestore')).toBe(0);
    bed.pass(120_000);
    expect(await bed.settled()).toMatchObject({
      state: 'failed',
      error: { code: 'deadline', message: expect.stringContaining('2 hours') },
    });
    expect(bed.sent('deleteRestore')).toBe(1);
    expect(bed.cluster.restoreRecords).toEqual([]);
    expect(bed.running()).toBe(true);
    expect(bed.cluster.vm(bed.vm.ref)!.runStrategy).toBe('Always');
    expect(await bed.rows()).toMatchObject([
      { kind: 'intent' },
      { kind: 'settled', outcome: 'failure', error: { code: 'deadline' } },
    ]);
  });

  it('state of a TPM that is the restored one already: the disks follow, nothing is withdrawn', async () => {
    const bed = await begin();
    bed.start();
    await bed.restoring({ step: 'claims', error: 'a refusal' });
    const { ref } = bed.vm;
    bed.cluster.claimRecords = [
      {
        cluster: ref.cluster,
        namespace: ref.namespace,
        name: 'restored-state',
        uid: 'uid-of-state',
        resourceVersion: '1',
        deleting: false,
        phase: 'Bound',
        createdAt: '2026-01-01T00:00:00Z',
        madeBy: `${bed.name}-${bed.cluster.restoreRecords[0].uid}`,
        owners: [],
        stateOf: ref.name,
      },
    ];
    bed.pass(RESTORE_LIMIT_MS + 60_000);
    await bed.at('switch');
    expect(bed.sent('deleteRestore')).toBe(0);
    await bed.restoring({ step: 'done', state: 'succeeded' });
    expect(await bed.settled()).toMatchObject({ state: 'succeeded' });
    expect(bed.running()).toBe(true);
  });

  it('after the switch nothing is taken back: it needs attention, and goes on when it can', async () => {
    const bed = await begin();
    bed.start();
    await bed.restoring({ step: 'switch' });
    await bed.at('switch');
    bed.pass(RESTORE_LIMIT_MS + 60_000);
    const hangs = await bed.until(
      operation => toOperationView(operation).restore?.needsAttention,
    );
    expect(hangs.finishedAt).toBeUndefined();
    expect(toOperationView(hangs).restore?.needsAttention).toMatch(
      /has to look at it/,
    );
    expect(bed.sent('deleteRestore')).toBe(0);
    expect(bed.running()).toBe(false);

    await bed.restoring({ step: 'done', state: 'succeeded' });
    expect(await bed.settled()).toMatchObject({ state: 'succeeded' });
    expect(bed.running()).toBe(true);
    expect(
      toOperationView(await bed.settled()).restore?.needsAttention,
    ).toBeUndefined();
  });

  it.each([
    ['five-minutes', 5 * 60_000, '5 minutes'],
    ['wait', 24 * 3_600_000, '24 hours'],
  ])('%s: a VM that nobody stops keeps running', async (power, limit, text) => {
    const bed = await begin(power);
    bed.start();
    await bed.at('wait-off');
    bed.pass(limit + 1_000);
    expect(await bed.settled()).toMatchObject({
      state: 'failed',
      error: { code: 'not-stopped', message: expect.stringContaining(text) },
    });
    expect(bed.running()).toBe(true);
    expect(bed.sent('setPower') + bed.sent('createRestore')).toBe(0);
  });

  it.each([
    ['power-on', {}, { state: 'succeeded' }],
    [
      'undo',
      { failure: { code: 'stopped', message: 'It was stopped' } },
      {
        state: 'failed',
        error: { code: 'stopped', message: 'It was stopped' },
      },
    ],
  ])(
    '%s: a VM is started even when no portal was there for longer than the limit',
    async (step, notes, end) => {
      const bed = await begin();
      const { store, operationId, cluster } = bed;
      const [{ createdAt }] = await store.lease('dead', 1);
      await store.update(operationId, 'dead', {
        state: 'running',
        progress: {
          step,
          entered: { [step]: createdAt },
          notes: { stopped: true, ...notes },
        },
      });
      cluster.addVm({ ...bed.vm, running: false, runStrategy: 'Halted' });
      bed.pass(2 * 3_600_000);
      bed.start();
      expect(await bed.settled()).toMatchObject(end);
      expect(bed.running()).toBe(true);
      expect(bed.sent('setPower')).toBe(1);
    },
  );

  it.each([
    ['power-on', {}, 'succeeded'],
    ['undo', { failure: { code: 'stopped', message: '' } }, 'failed'],
  ])(
    '%s: a start that a dead replica was about to send is sent, although somebody asked to stop the restore',
    async (step, notes, state) => {
      const bed = await begin();
      const { store, operationId, cluster } = bed;
      const [{ createdAt }] = await store.lease('dead', 1);
      await store.update(operationId, 'dead', {
        state: 'running',
        cancelRequested: true,
        attempts: 1,
        lastSentAt: createdAt,
        progress: {
          step,
          entered: { [step]: createdAt },
          notes: { stopped: true, ...notes },
        },
      });
      cluster.addVm({ ...bed.vm, running: false, runStrategy: 'Halted' });
      bed.pass(4 * 60_000);
      bed.start();
      expect((await bed.settled()).state).toBe(state);
      expect(bed.running()).toBe(true);
      expect(bed.sent('setPower')).toBe(1);
    },
  );

  it('a VM that does not come up is told in the end', async () => {
    const bed = await begin();
    bed.start();
    const { setPower } = bed.cluster;
    bed.cluster.setPower = async (intent, ref, action) => {
      await setPower.call(bed.cluster, intent, ref, action);
      if (action === 'start') {
        bed.cluster.addVm({ ...bed.cluster.vm(ref)!, running: false });
      }
    };
    await bed.restoring({ step: 'done', state: 'succeeded' });
    await bed.until(
      ({ progress, attempts }) => progress?.step === 'power-on' && attempts > 0,
    );
    bed.pass(POWER_LIMIT_MS - 60_000);
    await new Promise(done => setTimeout(done, 200));
    expect((await bed.store.get(bed.operationId))!.finishedAt).toBeUndefined();
    bed.pass(120_000);
    expect(await bed.settled()).toMatchObject({
      state: 'failed',
      error: { code: 'restored-not-started' },
    });
  });

  it('a holder that stands still sends nothing once another has its lease', async () => {
    const bed = await begin();
    const { store, operationId, cluster } = bed;
    let release = () => {};
    const held = new Promise<void>(done => {
      release = done;
    });
    let first = true;
    cluster.before = async call => {
      // It stops right before it looks for the last time.
      if (call === 'getVm' && first) {
        first = false;
        await held;
      }
    };
    bed.start('stalled');
    await bed.until(() => !first);
    await store.releaseLeases('stalled');
    const leased = await store.lease('b', 10, { room: () => 10, full: [] });
    expect(leased.map(each => each.id)).toEqual([operationId]);
    release();
    await new Promise(done => setTimeout(done, 300));
    expect(bed.sent('setPower')).toBe(0);
    expect(bed.running()).toBe(true);
    await store.releaseLeases('b');
    bed.start('c');
    await bed.restoring({ step: 'done', state: 'succeeded' });
    expect(await bed.settled()).toMatchObject({ state: 'succeeded' });
    expect(bed.sent('setPower')).toBe(2);
    expect(bed.sent('createRestore')).toBe(1);
  });
});
