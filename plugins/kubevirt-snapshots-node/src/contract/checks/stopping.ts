// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { snapshotState } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  eventually,
  failsWith,
  isReady,
  madeVm,
  makeVm,
  needSnapshots,
  newIntent,
  remove,
  removeVm,
  take,
  waitFor,
} from '../helpers';
import {
  ContractCheck,
  ContractContext,
  MadeVm,
  Skipped,
  SnapshotTest,
} from '../types';

const TOO_FAST =
  'the storage of this cluster finished before anything could be asked';

/** Waits for something that fast storage may never show. */
async function glimpse(
  context: ContractContext,
  name: string,
  what: string,
  test: SnapshotTest,
) {
  const record = await waitFor(
    context,
    name,
    what,
    r => test(r) || r.facts.phase === 'Succeeded',
  );
  if (!test(record)) {
    await remove(context, name);
    throw new Skipped(TOO_FAST);
  }
  return record;
}

async function vmIsFree(context: ContractContext, vm: MadeVm): Promise<void> {
  await eventually(
    `VM ${vm.ref.name} is free`,
    () => !context.service.vm(vm.ref)?.snapshotInProgress,
    context.patience,
  );
}

/** Runs with storage that doesn't finish, where that can be arranged. */
async function held(
  context: ContractContext,
  run: () => Promise<void>,
): Promise<void> {
  context.disturb?.holdStorage();
  try {
    await run();
  } finally {
    context.disturb?.releaseStorage();
  }
}

const stoppingVm = (context: ContractContext) => madeVm(context, 'stopping');

const progress = (record: Parameters<SnapshotTest>[0]) =>
  record.facts.conditions?.find(c => c.type === 'Progressing')?.reason ?? '';

/** Delete, stop, queue, deadline, and who still needs a snapshot. */
export const stoppingChecks: ContractCheck[] = [
  {
    name: 'deletes only what was looked at',
    async run(context) {
      const { service, cluster, namespace } = context;
      const vm = await makeVm(context, 'stopping');
      needSnapshots(context, vm);
      await take(context, vm, 'doomed');
      await waitFor(context, 'doomed', 'is ready', isReady);
      const address = { cluster, namespace, name: 'doomed' };
      const { uid, resourceVersion } = (await service.getSnapshot(address))!;
      const attempt = (preconditions: {
        uid: string;
        resourceVersion: string;
      }) => service.deleteSnapshot(newIntent(), address, preconditions);
      await failsWith(attempt({ uid, resourceVersion: '1' }), 'conflict');
      await failsWith(attempt({ uid: vm.uid, resourceVersion }), 'conflict');
      const before = await service.getSnapshot(address);
      assert.equal(before?.facts.deletionTimestamp, undefined);
      await remove(context, 'doomed');
      await eventually(
        'the cache has let it go',
        () => !service.snapshot(address),
        context.patience,
      );
      await failsWith(attempt({ uid, resourceVersion }), 'not-found');
    },
  },
  {
    name: 'stops a snapshot in progress, which frees the VM',
    async run(context) {
      const { service, patience } = context;
      const vm = stoppingVm(context);
      needSnapshots(context, vm);
      await held(context, async () => {
        await take(context, vm, 'stopped');
        await glimpse(
          context,
          'stopped',
          'is being created',
          r => snapshotState(r.facts) === 'creating',
        );
        await eventually(
          'the VM is locked',
          () =>
            service.vm(vm.ref)?.snapshotInProgress === 'stopped' ||
            context.service.snapshot({ ...vm.ref, name: 'stopped' })?.facts
              .phase === 'Succeeded',
          patience,
        );
        await remove(context, 'stopped');
        await vmIsFree(context, vm);
      });
    },
  },
  {
    name: 'queues a second snapshot in the words of KubeVirt',
    async run(context) {
      const vm = stoppingVm(context);
      needSnapshots(context, vm);
      await held(context, async () => {
        await take(context, vm, 'first');
        await glimpse(
          context,
          'first',
          'is being created',
          r => snapshotState(r.facts) === 'creating',
        );
        await take(context, vm, 'second');
        const second = await glimpse(
          context,
          'second',
          'waits for the first',
          r => /snapshot "first" in progress/.test(progress(r)),
        );
        assert.match(progress(second), /^Source not locked/);
        assert.equal(snapshotState(second.facts), 'waiting');
      });
      await waitFor(context, 'first', 'is ready', isReady);
      await waitFor(context, 'second', 'is ready', isReady);
      await vmIsFree(context, vm);
      await remove(context, 'first');
      await remove(context, 'second');
    },
  },
  {
    name: 'tells that a deadline passed',
    async run(context) {
      const { cluster, namespace } = context;
      const ref = { cluster, namespace, name: 'nobody' };
      await take(context, { ref, uid: '' }, 'late', { deadlineSeconds: 3 });
      const waiting = await waitFor(
        context,
        'late',
        'waits',
        r => r.facts.phase,
      );
      // A cluster that is busy comes to it when the time is over already.
      if (snapshotState(waiting.facts) !== 'failed') {
        assert.equal(progress(waiting), 'Source does not exist');
      }
      const failed = await waitFor(
        context,
        'late',
        'has failed',
        r => snapshotState(r.facts) === 'failed',
      );
      const failure = failed.facts.conditions?.find(c => c.type === 'Failure');
      assert.equal(failure?.status, 'True');
      assert.equal(failure?.reason, 'snapshot deadline exceeded');
      assert.equal(failed.deadlineMs, 3000);
      await remove(context, 'late');
    },
  },
  {
    name: 'tells a former VM by what the content captured',
    async run(context) {
      const { service } = context;
      const former = await makeVm(context, 'former');
      needSnapshots(context, former);
      await take(context, former, 'of-former');
      await waitFor(context, 'of-former', 'is ready', isReady);
      await vmIsFree(context, former);
      await removeVm(context, former);
      const present = await makeVm(context, 'former');
      assert.notEqual(present.uid, former.uid);
      const [record] = service.snapshots(present.ref);
      assert.equal(record.capturedVmUid, former.uid);
      await remove(context, 'of-former');
    },
  },
  {
    name: 'knows a claim that still needs a snapshot',
    async run(context) {
      const { service, admin, namespace } = context;
      const vm = stoppingVm(context);
      needSnapshots(context, vm);
      await take(context, vm, 'needed');
      const record = await waitFor(
        context,
        'needed',
        'is ready with its content',
        r => isReady(r) && r.disks.ready === 1,
      );
      assert.deepEqual(await service.getBlockers(record), []);
      const content = await service.getContent(record);
      await admin.create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'needs-it', namespace },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '64Mi' } },
          // Never bound, as one that waits for its first consumer.
          storageClassName: 'contract-no-such-class',
          dataSource: {
            apiGroup: 'snapshot.storage.k8s.io',
            kind: 'VolumeSnapshot',
            name: content!.disks[0].volumeSnapshotName,
          },
        },
      });
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: 'needs-it',
      };
      const blockers = await service.getBlockers(record);
      if ((await admin.get(claim))?.status?.phase === 'Bound') {
        throw new Skipped(
          'this cluster binds a claim whose storage class does not exist',
        );
      }
      assert.deepEqual(blockers, [
        'Volume claim needs-it is not bound yet and is to be filled from it',
      ]);
      await admin.delete(claim);
      await remove(context, 'needed');
    },
  },
];
