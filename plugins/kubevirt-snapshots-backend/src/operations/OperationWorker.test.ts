// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import { acceptOptions, databases, setUp } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { until } from '../__testUtils__/until';
import { OperationWorker } from './OperationWorker';
import type { Operation } from './types';

jest.setTimeout(60_000);

const unreachable = () => new ClusterError('unreachable', 'no answer in 10 s');

describe.each(databases.eachSupportedId())('operation worker on %s', id => {
  const workers: OperationWorker[] = [];
  let offset = 0;

  afterEach(async () => {
    await Promise.all(workers.splice(0).map(worker => worker.stop()));
    offset = 0;
  });

  async function begin() {
    const base = await setUp(id, () => offset);
    const cluster = new FakeCluster();
    const vm = cluster.addVm({ uid: 'vm-uid' });
    const startWorker = (owner: string) => {
      const worker = new OperationWorker({
        ...base,
        cluster,
        logger: mockServices.logger.mock(),
        owner,
      });
      workers.push(worker);
      worker.start();
      return worker;
    };
    const accept = async (...args: Parameters<typeof acceptOptions>) =>
      (await base.store.accept(acceptOptions(...args))).operation;
    const settled = (operation: Operation) =>
      until(
        () => base.store.get(operation.id),
        now => now?.finishedAt !== undefined,
      );
    const sent = (call: 'createSnapshot' | 'deleteSnapshot') =>
      cluster.calls.filter(c => c === call).length;
    return { ...base, cluster, vm, startWorker, accept, settled, sent };
  }

  describe('take', () => {
    it('makes the snapshot and is done when it is cut and the VM is free', async () => {
      const { cluster, vm, startWorker, accept, settled, trail, store } =
        await begin();
      startWorker('a');
      const operation = await accept('take', 's1', {
        request: { description: 'before the update', deadlineSeconds: 120 },
      });
      const record = await until(
        () => cluster.snapshot({ ...FakeCluster.ref, name: 's1' }),
        found => found !== undefined,
      );
      expect(record!.labels[LABEL_OPERATION]).toBe(operation.id);
      expect(record!.annotations.description).toBe('before the update');
      cluster.addVm({ ...vm, snapshotInProgress: 's1' });
      cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
      await new Promise(resolve => setTimeout(resolve, 400));
      expect((await store.get(operation.id))!.state).toBe('running');
      cluster.addVm({ ...vm, snapshotInProgress: undefined });
      expect(await settled(operation)).toMatchObject({
        state: 'succeeded',
        snapshotUid: record!.uid,
      });
      expect(await trail.rowsOf(operation.id)).toMatchObject([
        { kind: 'intent' },
        { kind: 'settled', outcome: 'success', snapshot: { uid: record!.uid } },
      ]);
    });

    it("says that the name is taken by somebody else's object, and leaves that alone", async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      cluster.before = call => {
        // It appears between the look and the POST.
        if (call === 'createSnapshot') {
          cluster.addSnapshot('s1');
        }
      };
      startWorker('a');
      expect(await settled(await accept('take', 's1'))).toMatchObject({
        state: 'failed',
        error: { code: 'name-taken' },
      });
      expect(sent('deleteSnapshot')).toBe(0);
    });

    it('finds its own snapshot when only the answer got lost', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
          throw unreachable();
        }
      };
      startWorker('a');
      expect(await settled(await accept('take', 's1'))).toMatchObject({
        state: 'succeeded',
      });
      expect(sent('createSnapshot')).toBe(1);
    });

    it('sends it again when the request got lost', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      let failures = 2;
      cluster.before = call => {
        if (call === 'createSnapshot' && failures > 0) {
          failures -= 1;
          throw failures === 1
            ? unreachable()
            : new ClusterError('overloaded', '429', { retryAfterMs: 50 });
        }
      };
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
        }
      };
      startWorker('a');
      expect(await settled(await accept('take', 's1'))).toMatchObject({
        state: 'succeeded',
        retrying: false,
      });
      expect(sent('createSnapshot')).toBe(3);
    });

    it('calls it unknown while nobody can tell, and settles by looking', async () => {
      const { cluster, startWorker, accept, settled, store, trail } =
        await begin();
      let away = false;
      cluster.before = call => {
        if (away) {
          throw unreachable();
        }
        if (call === 'createSnapshot') {
          away = true;
        }
      };
      cluster.after = call => {
        if (call === 'createSnapshot') {
          throw unreachable();
        }
      };
      startWorker('a');
      const operation = await accept('take', 's1');
      const unknown = await until(
        () => store.get(operation.id),
        now => now!.state === 'unknown',
        30_000,
      );
      expect(unknown).toMatchObject({ retrying: true, attempts: 1 });
      expect(await trail.rowsOf(operation.id)).toHaveLength(1);
      away = false;
      cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
      expect(await settled(operation)).toMatchObject({ state: 'succeeded' });
      expect(await trail.rowsOf(operation.id)).toMatchObject([
        { kind: 'intent' },
        { kind: 'settled', outcome: 'success' },
      ]);
    });

    it('gives up with the reason when nothing could be sent for two minutes', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      cluster.before = () => {
        throw unreachable();
      };
      startWorker('a');
      const operation = await accept('take', 's1');
      await until(
        () => cluster.calls.length,
        calls => calls > 1,
      );
      offset = 121_000;
      expect(await settled(operation)).toMatchObject({
        state: 'failed',
        error: { message: expect.stringMatching(/^Nothing was sent/) },
      });
      expect(sent('createSnapshot')).toBe(0);
    });

    it('stays unknown for good after 24 hours', async () => {
      const { cluster, startWorker, accept, settled, trail } = await begin();
      cluster.before = () => {
        throw unreachable();
      };
      const operation = await accept('take', 's1');
      offset = 25 * 3_600_000;
      startWorker('a');
      expect(await settled(operation)).toMatchObject({ state: 'unknown' });
      expect(await trail.rowsOf(operation.id)).toMatchObject([
        { kind: 'intent' },
        { kind: 'settled', outcome: 'unknown' },
      ]);
    });

    it.each([
      ['vm-changed', { uid: 'another' }],
      ['vm-busy', { snapshotInProgress: 'other' }],
      ['vm-busy', { restoreInProgress: 'r1' }],
      ['vm-gone', { deleting: true }],
    ])('is %s when the VM has become %j', async (code, change) => {
      const { cluster, vm, startWorker, accept, settled, sent } = await begin();
      const operation = await accept('take', 's1');
      cluster.addVm({ ...vm, ...change });
      startWorker('a');
      expect(await settled(operation)).toMatchObject({
        state: 'failed',
        error: { code },
      });
      expect(sent('createSnapshot')).toBe(0);
    });

    it('says which right is missing', async () => {
      const { cluster, startWorker, accept, settled } = await begin();
      cluster.before = call => {
        if (call === 'createSnapshot') {
          throw new ClusterError('forbidden', 'lacks create', {
            httpStatus: 403,
          });
        }
      };
      startWorker('a');
      expect(await settled(await accept('take', 's1'))).toMatchObject({
        state: 'failed',
        error: { code: 'forbidden', message: 'lacks create' },
      });
    });

    it('fails with the words of the cluster when the deadline passes', async () => {
      const { cluster, startWorker, accept, settled } = await begin();
      startWorker('a');
      const operation = await accept('take', 's1');
      await until(
        () => cluster.snapshot({ ...FakeCluster.ref, name: 's1' }),
        Boolean,
      );
      cluster.changeSnapshot('s1', {
        facts: {
          phase: 'Failed',
          conditions: [
            {
              type: 'Failure',
              status: 'True',
              reason: 'snapshot deadline exceeded',
            },
          ],
        },
      });
      expect(await settled(operation)).toMatchObject({
        state: 'failed',
        error: {
          code: 'deadline',
          message: expect.stringContaining('snapshot deadline exceeded'),
        },
      });
    });
  });

  describe('after a crash', () => {
    it('another replica goes on without sending twice', async () => {
      const { cluster, store, accept, startWorker, settled, sent } =
        await begin();
      const operation = await accept('take', 's1');
      // A replica that died between its POST and noting the answer.
      await store.lease('dead', 1);
      await store.update(operation.id, 'dead', {
        state: 'running',
        attempts: 1,
        lastSentAt: Date.now(),
      });
      cluster.addSnapshot('s1', {
        labels: { [LABEL_OPERATION]: operation.id },
      });
      offset = 61_000;
      startWorker('b');
      expect(await settled(operation)).toMatchObject({ state: 'succeeded' });
      expect(sent('createSnapshot')).toBe(0);
    });

    it('a successor waits until what was sent cannot arrive any more', async () => {
      const { cluster, store, accept, startWorker, settled, sent } =
        await begin();
      const operation = await accept('take', 's1');
      await store.lease('dead', 1);
      await store.update(operation.id, 'dead', {
        state: 'running',
        attempts: 1,
        lastSentAt: Date.now(),
      });
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
        }
      };
      offset = 61_000;
      startWorker('b');
      await until(
        () => cluster.calls.length,
        calls => calls > 0,
      );
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(sent('createSnapshot')).toBe(0);
      offset = 151_000;
      cluster.addVm({ uid: 'vm-uid' });
      expect(await settled(operation)).toMatchObject({ state: 'succeeded' });
      expect(sent('createSnapshot')).toBe(1);
    });

    it('writes only with a lease that outlasts the request', async () => {
      const { cluster, store, clock, accept, startWorker, settled } =
        await begin();
      let left = 0;
      cluster.before = async call => {
        if (call === 'getVm') {
          // The look takes long: 5 of 60 seconds of the lease are left.
          offset = 55_000;
        }
        if (call === 'createSnapshot') {
          const [operation] = await store.openOnSnapshot(FakeCluster.ref, 's1');
          left = operation.leaseUntil! - (await clock.now());
        }
      };
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
        }
      };
      startWorker('a');
      await settled(await accept('take', 's1'));
      expect(left).toBeGreaterThan(20_000);
    });

    it('a replica whose lease ran out does not work on it twice at once', async () => {
      const { cluster, store, accept, startWorker, settled, sent } =
        await begin();
      let release: () => void = () => {};
      const held = new Promise<void>(resolve => {
        release = resolve;
      });
      cluster.before = async call => {
        if (call === 'getVm') {
          await held;
        }
      };
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('s1', { facts: { phase: 'Succeeded' } });
        }
      };
      const worker = startWorker('a');
      const operation = await accept('take', 's1');
      await until(() => cluster.calls.includes('getVm'), Boolean);
      const { leaseUntil } = (await store.get(operation.id))!;
      offset = 61_000;
      await until(
        async () => {
          await worker.poll();
          return (await store.get(operation.id))!.leaseUntil!;
        },
        renewed => renewed > leaseUntil!,
      );
      // Whatever it would begin now it begins before this event is over.
      cluster.addVm({ uid: 'vm-uid' });
      await new Promise(resolve => setTimeout(resolve, 200));
      expect(cluster.calls.filter(call => call === 'getVm')).toHaveLength(1);
      release();
      expect(await settled(operation)).toMatchObject({ state: 'succeeded' });
      expect(sent('createSnapshot')).toBe(1);
    });

    it('a replica that lost its lease changes nothing any more', async () => {
      const { cluster, store, accept, startWorker, trail } = await begin();
      let release: () => void = () => {};
      const held = new Promise<void>(resolve => {
        release = resolve;
      });
      cluster.before = async call => {
        if (call === 'getVm') {
          await held;
        }
      };
      startWorker('slow');
      const operation = await accept('take', 's1');
      await until(() => cluster.calls.includes('getVm'), Boolean);
      offset = 61_000;
      expect(await store.lease('other', 10)).toHaveLength(1);
      release();
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(cluster.calls).not.toContain('createSnapshot');
      expect((await store.get(operation.id))!.leaseOwner).toBe('other');
      expect(await trail.rowsOf(operation.id)).toHaveLength(1);
    });
  });

  describe('stop', () => {
    const creating = {
      phase: 'InProgress',
      conditions: [{ type: 'Progressing', status: 'True' }],
    };

    it('removes a snapshot that is being taken, and the take says so', async () => {
      const { cluster, startWorker, accept, settled } = await begin();
      startWorker('a');
      const take = await accept('take', 's1');
      const record = await until(
        () => cluster.snapshot({ ...FakeCluster.ref, name: 's1' }),
        Boolean,
      );
      cluster.changeSnapshot('s1', { facts: creating });
      const stop = await accept('stop', 's1', { snapshotUid: record!.uid });
      expect(await settled(stop)).toMatchObject({ state: 'succeeded' });
      expect(await settled(take)).toMatchObject({
        state: 'failed',
        error: { code: 'stopped' },
      });
    });

    it('keeps one that finishes between the look and the DELETE', async () => {
      const { cluster, startWorker, accept, settled } = await begin();
      const record = cluster.addSnapshot('s1', { facts: creating });
      cluster.before = call => {
        if (call === 'deleteSnapshot') {
          cluster.changeSnapshot('s1', {
            facts: { phase: 'Succeeded', readyToUse: true },
          });
        }
      };
      startWorker('a');
      expect(
        await settled(await accept('stop', 's1', { snapshotUid: record.uid })),
      ).toMatchObject({
        state: 'failed',
        error: { code: 'snapshot-finished' },
      });
      expect(cluster.snapshot({ ...FakeCluster.ref, name: 's1' })?.uid).toBe(
        record.uid,
      );
    });

    it('waits until the VM is unlocked', async () => {
      const { cluster, vm, startWorker, accept, settled, store } =
        await begin();
      const record = cluster.addSnapshot('s1', { facts: creating });
      cluster.addVm({ ...vm, snapshotInProgress: 's1' });
      startWorker('a');
      const stop = await accept('stop', 's1', { snapshotUid: record.uid });
      await until(
        () => cluster.snapshot({ ...FakeCluster.ref, name: 's1' }),
        found => !found,
      );
      await new Promise(resolve => setTimeout(resolve, 300));
      expect((await store.get(stop.id))!.finishedAt).toBe(undefined);
      cluster.addVm({ ...vm, snapshotInProgress: undefined });
      expect(await settled(stop)).toMatchObject({ state: 'succeeded' });
    });

    it('prevents one that has not been sent', async () => {
      const { cluster, store, accept, startWorker, settled, sent } =
        await begin();
      const take = await accept('take', 's1');
      const options = acceptOptions('stop', 's1');
      const { operation: stop } = await store.accept({
        ...options,
        cancels: take.id,
      });
      startWorker('a');
      expect(await settled(take)).toMatchObject({
        state: 'failed',
        error: { code: 'stopped' },
      });
      expect(await settled(stop)).toMatchObject({ state: 'succeeded' });
      expect(sent('createSnapshot')).toBe(0);
      expect(cluster.calls).not.toContain('deleteSnapshot');
    });
  });

  describe('delete', () => {
    it('deletes exactly the snapshot that was meant', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      const record = cluster.addSnapshot('s1');
      startWorker('a');
      expect(
        await settled(await accept('delete', 's1', { snapshotUid: 'older' })),
      ).toMatchObject({ state: 'succeeded' });
      expect(sent('deleteSnapshot')).toBe(0);
      expect(
        await settled(
          await accept('delete', 's1', { snapshotUid: record.uid }),
        ),
      ).toMatchObject({ state: 'succeeded' });
      expect(sent('deleteSnapshot')).toBe(1);
    });

    it('looks again after a conflict', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      const record = cluster.addSnapshot('s1');
      let conflicts = 2;
      cluster.before = call => {
        if (call === 'deleteSnapshot' && conflicts > 0) {
          conflicts -= 1;
          cluster.changeSnapshot('s1', { labels: { touched: 'yes' } });
        }
      };
      startWorker('a');
      expect(
        await settled(
          await accept('delete', 's1', { snapshotUid: record.uid }),
        ),
      ).toMatchObject({ state: 'succeeded' });
      expect(sent('deleteSnapshot')).toBe(3);
    });

    it('leaves one that came into use meanwhile', async () => {
      const { cluster, startWorker, accept, settled, sent } = await begin();
      const record = cluster.addSnapshot('s1');
      cluster.blockers = ['Restore r1 is using it'];
      startWorker('a');
      expect(
        await settled(
          await accept('delete', 's1', { snapshotUid: record.uid }),
        ),
      ).toMatchObject({
        state: 'failed',
        error: { code: 'snapshot-in-use', message: 'Restore r1 is using it' },
      });
      expect(sent('deleteSnapshot')).toBe(0);
    });
  });
});
