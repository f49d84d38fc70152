// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { KubeObject } from '../AdminClient';
import { AdminError } from '../AdminClient';
import {
  eventually,
  isReady,
  makeVm,
  needSnapshots,
  newIntent,
  take,
  waitFor,
} from '../helpers';
import { clearRestore, restored } from '../restoreHelpers';
import { ContractCheck, Skipped } from '../types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const TYPE = {
  apiVersion: 'instancetype.kubevirt.io/v1beta1',
  kind: 'VirtualMachineInstancetype',
};
const NAME = 'typed';

/** Instance types: what of them a snapshot holds, and what a restore makes of it. */
export const instancetypeChecks: ContractCheck[] = [
  {
    name: 'knows that a restored VM keeps the revision of its instance type',
    async run(context) {
      const { admin, service, namespace, patience } = context;
      const type: KubeObject = {
        ...TYPE,
        metadata: { name: NAME, namespace },
        spec: { cpu: { guest: 1 }, memory: { guest: '64Mi' } },
      };
      try {
        await admin.create(type);
      } catch (error) {
        if (error instanceof AdminError && error.httpStatus === 404) {
          throw new Skipped('this cluster has no instance types');
        }
        throw error;
      }
      const vm = await makeVm(context, NAME, undefined, manifest => {
        const { domain } = manifest.spec.template.spec;
        delete domain.cpu;
        delete domain.memory;
        manifest.spec.instancetype = { kind: TYPE.kind, name: NAME };
      });
      needSnapshots(context, vm);
      const live = () => admin.get({ ...VM, namespace, name: NAME });
      const pinned = async () =>
        (await live()).status?.instancetypeRef?.controllerRevisionRef?.name;
      // Earlier releases wrote it into the spec.
      const revision = await eventually(
        'KubeVirt has pinned the type',
        async () =>
          (await pinned()) ?? (await live()).spec.instancetype.revisionName,
        patience,
      );
      assert.equal(service.vm(vm.ref)?.instancetype, NAME);
      await take(context, vm, NAME);
      const record = await waitFor(context, NAME, 'is ready', isReady);
      const comparison = await service.compare(record, vm.ref);
      assert.equal(comparison?.floatingInstanceType, false);
      assert.deepEqual(
        comparison.content.configuration.find(
          ({ label }) => label === 'Instance type',
        )?.value,
        NAME,
      );
      await admin.patch(
        { ...TYPE, namespace, name: NAME },
        { spec: { memory: { guest: '96Mi' } } },
      );
      await service.createRestore(newIntent(), {
        ref: vm.ref,
        vmUid: vm.uid,
        name: 'same-type',
        snapshotName: record.name,
        volumes: 'new-names',
        ownership: 'Vm',
        labels: {},
        annotations: {},
      });
      await restored(context, 'same-type', 'succeeded');
      await clearRestore(context, 'same-type');
      assert.equal(
        (await pinned()) ?? (await live()).spec.instancetype.revisionName,
        revision,
      );
    },
  },
  {
    name: 'knows that a VM without that revision would get the type as it is now',
    async run(context) {
      const { admin, service, cluster, namespace, patience } = context;
      const ref = { cluster, namespace, name: NAME };
      const record = service.snapshot(ref);
      if (!record || !isReady(record)) {
        throw new Skipped('an earlier check could not take the snapshot');
      }
      const other = { ...TYPE, metadata: { name: `${NAME}-2`, namespace } };
      await admin.create({
        ...other,
        spec: { cpu: { guest: 1 }, memory: { guest: '64Mi' } },
      });
      await admin.patch(
        { ...VM, namespace, name: NAME },
        { spec: { instancetype: { name: `${NAME}-2`, revisionName: null } } },
      );
      await eventually(
        'the VM is of the other type',
        async () => {
          const { spec, status } = await admin.get({
            ...VM,
            namespace,
            name: NAME,
          });
          const revision =
            status?.instancetypeRef?.controllerRevisionRef?.name ??
            spec.instancetype.revisionName;
          return revision?.includes(`${NAME}-2`);
        },
        patience,
      );
      const comparison = await service.compare(record, ref);
      const content = await admin.get({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineSnapshotContent',
        namespace,
        name: record.contentName!,
      });
      // Pinned where the captured spec itself names a revision.
      const { revisionName } =
        content.spec.source.virtualMachine.spec.instancetype;
      assert.equal(
        comparison?.floatingInstanceType,
        revisionName === undefined,
      );
    },
  },
];
