// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { projectConfiguration } from '../../project/configuration';
import { eventually, madeVm, makeVm, PLANTED_SECRET } from '../helpers';
import type { ContractCheck, ContractContext, MadeVm } from '../types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };

async function relabel(
  { admin, service, namespace, patience }: ContractContext,
  vm: MadeVm,
  value: string,
): Promise<void> {
  await admin.patch(
    { ...VM, namespace, name: vm.ref.name },
    { metadata: { labels: { round: value } } },
  );
  await eventually(
    `the cache has label round=${value}`,
    () => service.vm(vm.ref)?.labels.round === value,
    patience,
  );
}

/** What the cache says of VMs, and that it keeps up. */
export const readingChecks: ContractCheck[] = [
  {
    name: 'lists a VM that is off, with its disks and owner',
    async run(context) {
      const vm = await makeVm(context, 'reading');
      const record = context.service.vm(vm.ref)!;
      assert.equal(record.running, false);
      assert.equal(record.agentConnected, false);
      assert.equal(record.runStrategy, 'Halted');
      assert.equal(record.labels.contract, 'yes');
      assert.deepEqual(record.annotations, {
        'kubevirt-snapshots/owner': 'group:default/contract',
      });
      assert.deepEqual(
        record.disks.map(d => [d.name, d.kind]),
        [
          [
            'root',
            context.dataVolumes ? 'dataVolume' : 'persistentVolumeClaim',
          ],
          ['cloudinit', 'cloudInitNoCloud'],
        ],
      );
      assert.equal(record.disks[1].code, 'not-a-disk');
      const live = await context.service.getVm(vm.ref);
      assert.equal(live?.uid, vm.uid);
      assert.equal(live?.running, false);
    },
  },
  {
    name: 'keeps nothing of what may be a secret',
    async run(context) {
      const { service } = context;
      const { ref } = madeVm(context, 'reading');
      for (const value of [service.vm(ref), await service.getVm(ref)]) {
        assert.ok(!JSON.stringify(value).includes(PLANTED_SECRET));
      }
      const raw = await context.admin.get({
        ...VM,
        namespace: context.namespace,
        name: 'reading',
      });
      assert.ok(JSON.stringify(raw).includes(PLANTED_SECRET));
      assert.ok(
        !JSON.stringify(projectConfiguration(raw)).includes(PLANTED_SECRET),
      );
    },
  },
  {
    name: 'hears of a change by its watch and tells listeners',
    async run(context) {
      const { service, patience } = context;
      const vm = madeVm(context, 'reading');
      const { ref } = vm;
      let told = 0;
      const off = service.subscribe(ref, () => (told += 1));
      const before = service.revision(ref);
      await relabel(context, vm, 'one');
      await eventually('the listener is told', () => told > 0, patience);
      assert.ok(service.revision(ref) > before);
      off();
    },
  },
  {
    name: 'goes on after its watches were cut',
    skip: ({ disturb }) =>
      disturb ? undefined : "a real cluster's watches can't be cut from here",
    async run(context) {
      const { disturb, cluster, service, patience } = context;
      const vm = madeVm(context, 'reading');
      disturb!.cutWatches();
      await relabel(context, vm, 'two');
      await eventually(
        'the cluster is live',
        () => service.status(cluster).state === 'live',
        patience,
      );
    },
  },
  {
    name: 'lists anew when the cluster has forgotten where it was',
    skip: ({ disturb }) =>
      disturb ? undefined : "a real cluster's history can't be cut from here",
    async run(context) {
      const { disturb, cluster, service, patience } = context;
      const vm = madeVm(context, 'reading');
      disturb!.compact();
      disturb!.cutWatches();
      await relabel(context, vm, 'three');
      await eventually(
        'the cluster is live',
        () => service.status(cluster).state === 'live',
        patience,
      );
    },
  },
];
