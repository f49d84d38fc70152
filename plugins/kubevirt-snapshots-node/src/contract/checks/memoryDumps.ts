// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {
  eventually,
  isReady,
  madeVm,
  makeVm,
  needSnapshots,
  newIntent,
  take,
  waitFor,
} from '../helpers';
import { clearRestore, power, restored } from '../restoreHelpers';
import { ContractCheck, ContractContext, Skipped } from '../types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const NAME = 'dumped';
const DUMP = 'dumped-memory';

/** Has the memory of the VM dumped into a claim, as its owner would. */
async function dump({
  admin,
  namespace,
  storageClass,
  patience,
}: ContractContext): Promise<void> {
  await admin.create({
    ...CLAIM,
    metadata: { name: DUMP, namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '256Mi' } },
      ...(storageClass && { storageClassName: storageClass }),
    },
  });
  const { httpStatus, body } = await admin.request({
    method: 'PUT',
    path: `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachines/${NAME}/memorydump`,
    accept: '*/*',
    body: { claimName: DUMP },
  });
  if (httpStatus !== 202) {
    throw new Skipped(`no memory is dumped here (HTTP ${httpStatus}: ${body})`);
  }
  let seen = '';
  const request = await eventually(
    'the dump has ended',
    async () => {
      const vm = await admin.get({ ...VM, namespace, name: NAME });
      const { phase, message } = vm.status.memoryDumpRequest ?? {};
      seen = [phase, message].filter(Boolean).join(': ');
      return /^(Completed|Failed)$/.test(phase) && { phase };
    },
    patience,
    () => seen,
  ).catch(error => {
    throw new Skipped(`no memory is dumped here (${error.message})`);
  });
  if (request.phase !== 'Completed') {
    throw new Skipped(`no memory is dumped here (${seen})`);
  }
}

function source(context: ContractContext) {
  const vm = madeVm(context, NAME);
  const { cluster, namespace, service } = context;
  const record = service.snapshot({ cluster, namespace, name: NAME });
  if (!record || !isReady(record)) {
    throw new Skipped('an earlier check could not take the snapshot');
  }
  return { vm, record };
}

/** Memory dumps: captured like a disk, and no disk of the VM. */
export const dumpChecks: ContractCheck[] = [
  {
    name: 'sees a memory dump captured with the disks',
    async run(context) {
      const { service, cluster, namespace, patience } = context;
      const vm = await makeVm(context, NAME);
      needSnapshots(context, vm);
      try {
        await power(context, vm, 'start');
        await eventually(
          'it runs',
          () => service.vm(vm.ref)?.printableStatus === 'Running',
          patience,
        );
      } catch (error) {
        throw new Skipped(`the VM does not start here (${error})`);
      }
      await dump(context);
      await power(context, vm, 'stop');
      await eventually(
        'the cache has the dump among the disks',
        () =>
          service
            .vm(vm.ref)
            ?.disks.some(
              ({ name, kind, captured }) =>
                name === DUMP && kind === 'memoryDump' && captured,
            ),
        patience,
      );
      const [claim] = await service.getClaims({ cluster, namespace }, [DUMP]);
      // Nothing has it mounted, and it is the VM's all the same.
      assert.deepEqual(await service.getClaimUsers(claim), [
        `VM ${NAME} has it among its volumes.`,
      ]);
      await take(context, vm, NAME);
      const record = await waitFor(context, NAME, 'is ready', isReady);
      assert.deepEqual([...(record.facts.includedVolumes ?? [])].sort(), [
        DUMP,
        'root',
      ]);
    },
  },
  {
    name: 'plans no dump for a restore or a copy',
    async run(context) {
      const { service } = context;
      const { vm, record } = source(context);
      const comparison = await service.compare(record, vm.ref);
      assert.deepEqual(
        comparison?.content.disks.map(({ name }) => name),
        ['root'],
      );
      assert.deepEqual(comparison.current.map(({ volume }) => volume).sort(), [
        DUMP,
        'root',
      ]);
      const plan = await service.copies.getPlan(record);
      assert.deepEqual(
        plan?.disks.map(({ name }) => name),
        ['root'],
      );
      assert.deepEqual(plan.uncaptured, []);
      assert.equal(plan.backendStorage, false);
    },
  },
  {
    name: 'restores no dump: it leaves the VM, and its claim stays',
    async run(context) {
      const { service, admin, cluster, namespace, patience } = context;
      const { vm, record } = source(context);
      await service.createRestore(newIntent(), {
        ref: vm.ref,
        vmUid: vm.uid,
        name: 'without-dump',
        snapshotName: record.name,
        volumes: 'new-names',
        ownership: 'Vm',
        labels: {},
        annotations: {},
      });
      const done = await restored(context, 'without-dump', 'succeeded');
      assert.deepEqual(
        done.volumes.map(({ volume }) => volume),
        ['root'],
      );
      await eventually(
        'the VM has forgotten the dump',
        () => !service.vm(vm.ref)?.disks.some(({ name }) => name === DUMP),
        patience,
      );
      const raw = await admin.get({ ...VM, namespace, name: NAME });
      assert.equal(raw.status.memoryDumpRequest, undefined);
      const [claim] = await service.getClaims({ cluster, namespace }, [DUMP]);
      assert.equal(claim?.phase, 'Bound');
      assert.deepEqual(await service.getClaimUsers(claim), []);
      await clearRestore(context, 'without-dump');
    },
  },
];
