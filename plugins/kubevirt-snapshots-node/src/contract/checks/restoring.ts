// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { restoreBody } from '../../cluster/restoreCalls';
import type { CreateRestoreInput } from '../../cluster/types';
import type { KubeObject } from '../AdminClient';
import {
  eventually,
  fails,
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
import { clearRestore, power, restored } from '../restoreHelpers';
import { ContractCheck, ContractContext, Skipped } from '../types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const SNAPSHOT = 'before-restore';

function vmOf(context: ContractContext) {
  const { cluster, namespace, service } = context;
  const vm = madeVm(context, 'restoring');
  if (!service.snapshot({ cluster, namespace, name: SNAPSHOT })) {
    throw new Skipped('an earlier check could not take the snapshot');
  }
  return vm;
}

function inputOf(
  context: ContractContext,
  more: Partial<CreateRestoreInput> = {},
): CreateRestoreInput {
  const { ref, uid } = vmOf(context);
  return {
    ref,
    vmUid: uid,
    name: 'back',
    snapshotName: SNAPSHOT,
    volumes: 'new-names',
    ownership: 'Vm',
    labels: { 'kubevirt-snapshots/vm-uid': uid },
    annotations: { 'kubevirt-snapshots/created-by': 'user:default/contract' },
    ...more,
  };
}

/** The restore path: the guards, and what becomes of the VM. */
export const restoringChecks: ContractCheck[] = [
  {
    name: 'sends a restore that the API accepts to the letter',
    async run(context) {
      const vm = await makeVm(context, 'restoring');
      needSnapshots(context, vm);
      await take(context, vm, SNAPSHOT);
      await waitFor(context, SNAPSHOT, 'is ready', isReady);
      await eventually(
        'the VM is free',
        () => !context.service.vm(vm.ref)?.snapshotInProgress,
        context.patience,
      );
      await context.admin.create(
        restoreBody(newIntent(), inputOf(context)) as KubeObject,
        { fieldValidation: 'Strict', dryRun: 'All' },
      );
    },
  },
  {
    name: 'compares a VM with what was captured of it',
    async run(context) {
      const { admin, service, cluster, namespace } = context;
      const { ref, uid } = vmOf(context);
      await admin.patch(
        { ...VM, namespace, name: ref.name },
        {
          spec: {
            template: { spec: { domain: { memory: { guest: '96Mi' } } } },
          },
        },
      );
      const record = await service.getSnapshot({
        cluster,
        namespace,
        name: SNAPSHOT,
      });
      const comparison = await service.compare(record!, ref);
      assert.equal(comparison?.content.vmUid, uid);
      assert.deepEqual(
        comparison?.differences
          .filter(({ change }) => change !== 'same')
          .map(({ label, current, captured }) => [label, current, captured]),
        [['Memory', '96Mi', '64Mi']],
      );
      assert.deepEqual(
        comparison?.captured.map(({ volume, templated }) => [
          volume,
          templated,
        ]),
        [['root', false]],
      );
    },
  },
  {
    name: 'brings a VM back to a snapshot, onto claims of its own',
    async run(context) {
      const { service, patience } = context;
      const { ref, uid } = vmOf(context);
      const before = service.vm(ref)!.claims;
      const created = await service.createRestore(
        newIntent(),
        inputOf(context),
      );
      assert.equal(created.targetVm, ref.name);
      const done = await restored(context, 'back', 'succeeded');
      assert.equal(done.uid, created.uid);
      assert.equal(done.step, 'done');
      const vm = await eventually(
        'the VM is free and has its new claims',
        async () => {
          const live = await service.getVm(ref);
          return (
            !live?.restoreInProgress &&
            live?.lastRestore === `back-${created.uid}` &&
            live
          );
        },
        patience,
      );
      assert.equal(vm.uid, uid);
      assert.deepEqual(
        vm.claims,
        done.volumes.map(({ volume, claim }) => ({ volume, claim })),
      );
      assert.notDeepEqual(vm.claims, before);
      const made = await service.getClaimsMadeBy(ref, `back-${created.uid}`);
      assert.deepEqual(
        made.map(({ name }) => name),
        vm.claims.map(({ claim }) => claim),
      );
      const raw = await context.admin.get({
        ...VM,
        namespace: ref.namespace,
        name: ref.name,
      });
      assert.equal(raw.spec.template.spec.domain.memory.guest, '64Mi');
      assert.equal(raw.spec.runStrategy, 'Halted');
    },
  },
  {
    name: 'keeps a finished restore as a guard of its name',
    async run(context) {
      const { service } = context;
      const { ref } = vmOf(context);
      const before = (await service.getVm(ref))!.claims;
      // A late repeat, which would else roll the VM back once more.
      const error = await eventually(
        'the webhook has heard that the restore is complete',
        async () => {
          const refusal = await fails(
            service.createRestore(newIntent(), inputOf(context)),
          );
          return !/in progress$/.test(refusal.message) && refusal;
        },
        context.patience,
      );
      assert.equal(error.code, 'already-exists', error.message);
      assert.deepEqual((await service.getVm(ref))!.claims, before);
    },
  },
  {
    name: 'leaves a VM alone that is not the approved one',
    async run(context) {
      const { service, cluster, namespace, patience } = context;
      const { ref } = vmOf(context);
      const before = await service.getVm(ref);
      // Real storage takes longer to make a claim than the garbage collector.
      context.disturb?.holdStorage();
      try {
        await service.createRestore(
          newIntent(),
          inputOf(context, { name: 'of-another', vmUid: randomUUID() }),
        );
        await eventually(
          'the restore is removed by the garbage collector',
          async () =>
            !(await service.getRestore({
              cluster,
              namespace,
              name: 'of-another',
            })),
          patience,
        );
      } finally {
        context.disturb?.releaseStorage();
      }
      const after = await service.getVm(ref);
      assert.equal(after?.uid, before?.uid);
      if (after?.lastRestore?.startsWith('of-another-')) {
        throw new Skipped(
          'storage of this cluster makes claims faster than its garbage collector removes a restore; there a VM is only safe by being looked at right before',
        );
      }
      assert.equal(after?.lastRestore, before?.lastRestore);
      assert.deepEqual(after?.claims, before?.claims);
    },
  },
  {
    name: 'makes no VM where the approved one is gone, and leaves claims that can be removed',
    async run(context) {
      const { service, admin, cluster, namespace, patience } = context;
      const vm = await makeVm(context, 'vanished');
      needSnapshots(context, vm);
      await take(context, vm, 'of-vanished');
      await waitFor(context, 'of-vanished', 'is ready', isReady);
      await removeVm(context, vm);
      // Without its owner the patch is the only guard that is left.
      const body = restoreBody(newIntent(), {
        ...inputOf(context),
        ref: vm.ref,
        vmUid: vm.uid,
        name: 'guarded',
        snapshotName: 'of-vanished',
      }) as KubeObject;
      delete body.metadata.ownerReferences;
      await admin.create(body);
      const address = { cluster, namespace, name: 'guarded' };
      const stuck = await eventually(
        'KubeVirt says that it could not patch the VM',
        () => {
          const record = service.restore(address);
          return /^error patching VM/.test(record?.error ?? '') && record;
        },
        patience,
        () => service.restore(address)?.message,
      );
      assert.equal(await service.getVm(vm.ref), undefined);
      const mark = `guarded-${stuck.uid}`;
      const claims = await service.getClaimsMadeBy(vm.ref, mark);
      assert.equal(claims.length, 1);
      await clearRestore(context, 'guarded');
      assert.equal(await service.getVm(vm.ref), undefined);
      await eventually(
        'its claims are gone',
        async () => {
          const left = await service.getClaimsMadeBy(vm.ref, mark);
          for (const claim of left) {
            await service
              .deleteClaim(newIntent(), claim, claim)
              .catch(error =>
                assert.match(String(error.code), /^(conflict|not-found)$/),
              );
          }
          return left.length === 0;
        },
        patience,
      );
      await remove(context, 'of-vanished');
    },
  },
  {
    name: 'does not touch a VM that runs, and is cleared exactly as it was seen',
    async run(context) {
      const { service, cluster, namespace } = context;
      const { ref } = vmOf(context);
      const address = { cluster, namespace, name: 'too-early' };
      try {
        await power(context, vmOf(context), 'start');
      } catch (error) {
        throw new Skipped(`the VM does not start here (${error})`);
      }
      const before = (await service.getVm(ref))!.claims;
      await service.createRestore(
        newIntent(),
        inputOf(context, { name: 'too-early' }),
      );
      const failed = await restored(context, 'too-early', 'failed');
      const vm = await service.getVm(ref);
      assert.equal(vm?.running, true);
      assert.deepEqual(vm?.claims, before);
      await failsWith(
        service.deleteRestore(newIntent(), address, {
          uid: randomUUID(),
          resourceVersion: failed.resourceVersion,
        }),
        'conflict',
      );
      await clearRestore(context, 'too-early');
      await power(context, vmOf(context), 'stop');
    },
  },
];
