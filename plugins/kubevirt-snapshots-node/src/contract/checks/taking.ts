// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {
  LABEL_DUE,
  snapshotConsistency,
  snapshotState,
  SnapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { snapshotBody } from '../../cluster/snapshotCalls';
import type { KubeObject } from '../AdminClient';
import {
  failsWith,
  isReady,
  madeVm,
  makeVm,
  needSnapshots,
  newIntent,
  PLANTED_SECRET,
  remove,
  take,
  waitFor,
} from '../helpers';
import type { ContractCheck, ContractContext } from '../types';

const ORDER: SnapshotState[] = ['waiting', 'creating', 'taken', 'ready'];
const KIND = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
};

function foreignSnapshot(
  { namespace }: ContractContext,
  name: string,
  spec: object = {},
): KubeObject {
  return {
    ...KIND,
    metadata: { name, namespace },
    spec: {
      source: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: 'taking',
      },
      ...spec,
    },
  };
}

const takingVm = (context: ContractContext) => madeVm(context, 'taking');

/** The take path: create, the phases, what was captured. */
export const takingChecks: ContractCheck[] = [
  {
    name: 'sends what the API accepts to the letter',
    async run(context) {
      const vm = await makeVm(context, 'taking');
      await context.admin.create(
        snapshotBody(newIntent(), {
          ref: vm.ref,
          name: 'strict',
          deadlineSeconds: 300,
          labels: { 'kubevirt-snapshots/origin': 'manual' },
          annotations: { description: 'strict' },
        }) as KubeObject,
        { fieldValidation: 'Strict', dryRun: 'All' },
      );
    },
  },
  {
    name: 'takes a snapshot, its phases in order, labels and annotations as sent',
    async run(context) {
      const { service, admin, cluster, namespace } = context;
      const vm = takingVm(context);
      needSnapshots(context, vm);
      const address = { cluster, namespace, name: 'taken' };
      const seen: SnapshotState[] = [];
      const off = service.subscribe(vm.ref, () => {
        const record = service.snapshot(address);
        const state = record && snapshotState(record.facts);
        if (state && seen[seen.length - 1] !== state) {
          seen.push(state);
        }
      });
      const labels = {
        'kubevirt-snapshots/origin': 'manual',
        'kubevirt-snapshots/vm-uid': vm.uid,
      };
      const annotations = {
        description: 'before the upgrade',
        'kubevirt-snapshots/created-by': 'user:default/contract',
      };
      const created = await take(context, vm, 'taken', { labels, annotations });
      assert.equal(created.deadlineMs, 300_000);
      assert.equal(created.vmName, 'taking');
      const ready = await waitFor(context, 'taken', 'is ready', isReady);
      off();
      assert.equal(ready.uid, created.uid);
      const positions = seen.map(state => ORDER.indexOf(state));
      assert.ok(
        positions.every((p, i) => p >= 0 && (i === 0 || p > positions[i - 1])),
        `states came as ${seen.join(', ')}`,
      );
      const raw = await admin.get({ ...KIND, namespace, name: 'taken' });
      const { 'kubevirt-snapshots/operation': operation, ...sent } =
        raw.metadata.labels;
      assert.match(operation, /^[-0-9a-f]{36}$/);
      assert.deepEqual(sent, labels);
      assert.deepEqual(raw.metadata.annotations, annotations);
      assert.equal(raw.spec.deletionPolicy, undefined);
      assert.deepEqual(ready.annotations, annotations);
      assert.deepEqual(ready.facts.includedVolumes, ['root']);
      assert.deepEqual(ready.excludedVolumes, ['cloudinit']);
      assert.deepEqual(snapshotConsistency(ready.facts), {
        level: 'offline',
        partial: false,
      });
    },
  },
  {
    name: 'tells what a snapshot captured, and no secret of it',
    async run(context) {
      const vm = takingVm(context);
      needSnapshots(context, vm);
      const record = await waitFor(
        context,
        'taken',
        'has its content',
        r => r.disks.ready === 1,
      );
      assert.equal(record.capturedVmUid, vm.uid);
      assert.deepEqual(record.disks, { total: 1, cut: 1, ready: 1 });
      const content = await context.service.getContent(record);
      assert.ok(content);
      assert.equal(content.vmUid, vm.uid);
      assert.equal(content.disks.length, 1);
      const [disk] = content.disks;
      assert.equal(disk.name, 'root');
      assert.equal(disk.claimName, 'taking-root');
      assert.equal(disk.ready, true);
      assert.ok(disk.cutAt && disk.volumeSnapshotName);
      assert.ok((disk.capacityBytes ?? 0) >= 64 * 2 ** 20);
      assert.ok(
        content.configuration.some(
          line => line.sensitive && line.label === 'Cloud-init (cloudinit)',
        ),
      );
      assert.ok(!JSON.stringify(content).includes(PLANTED_SECRET));
    },
  },
  {
    name: "refuses a name that is somebody else's",
    async run(context) {
      const vm = takingVm(context);
      await context.admin.create(foreignSnapshot(context, 'foreign'));
      const error = await failsWith(
        take(context, vm, 'foreign'),
        'already-exists',
      );
      assert.match(error.message, /already exists/);
      await remove(context, 'foreign');
    },
  },
  {
    name: 'has bad names refused by the API server, and asks for none itself',
    async run(context) {
      const { admin } = context;
      const vm = takingVm(context);
      for (const name of ['Upper', 'under_score', '-dash', 'a..b', '.', '']) {
        await assert.rejects(
          admin.create(foreignSnapshot(context, name)),
          /HTTP 422/,
          `the name "${name}"`,
        );
        await assert.rejects(take(context, vm, name), { name: 'InputError' });
      }
    },
  },
  {
    name: 'has a time refused as a label, and the due time of a run taken',
    async run(context) {
      const attempt = (due: string) => {
        const { metadata, ...rest } = foreignSnapshot(context, 'due');
        const labels = { [LABEL_DUE]: due };
        return context.admin.create(
          { ...rest, metadata: { ...metadata, labels } } as KubeObject,
          { dryRun: 'All' },
        );
      };
      await assert.rejects(attempt('2026-11-22T03:00:00Z'), /HTTP 422/);
      await attempt('20261122T030000Z');
    },
  },
  {
    name: 'has a deadline refused that is no duration',
    async run(context) {
      await assert.rejects(
        context.admin.create(
          foreignSnapshot(context, 'soon', { failureDeadline: 'soon' }),
        ),
        /HTTP 400/,
      );
    },
  },
  {
    name: 'tells which disks a snapshot leaves out, and why',
    skip: ({ plainStorageClass }) =>
      plainStorageClass
        ? undefined
        : 'every storage class of this cluster can snapshot, and none is named by CONTRACT_PLAIN_STORAGE_CLASS',
    async run(context) {
      const { plainStorageClass } = context;
      const vm = await makeVm(context, 'partial', [
        { name: 'root' },
        { name: 'scratch', storageClass: plainStorageClass },
      ]);
      needSnapshots(context, vm);
      const [, scratch] = context.service.vm(vm.ref)!.disks;
      assert.equal(scratch.captured, false);
      assert.equal(scratch.code, 'no-snapshot-class');
      assert.match(scratch.clusterReason ?? '', /^No VolumeSnapshotClass/);
      await take(context, vm, 'partial');
      const record = await waitFor(context, 'partial', 'is ready', isReady);
      assert.deepEqual(record.facts.includedVolumes, ['root']);
      assert.deepEqual([...(record.excludedVolumes ?? [])].sort(), [
        'cloudinit',
        'scratch',
      ]);
      assert.equal(snapshotConsistency(record.facts).partial, true);
      await remove(context, 'partial');
    },
  },
  {
    name: 'takes the configuration of a VM without disks',
    async run(context) {
      const vm = await makeVm(context, 'diskless', []);
      await take(context, vm, 'diskless');
      const record = await waitFor(context, 'diskless', 'is ready', isReady);
      assert.equal(snapshotConsistency(record.facts).level, 'configuration');
      await remove(context, 'diskless');
    },
  },
];
