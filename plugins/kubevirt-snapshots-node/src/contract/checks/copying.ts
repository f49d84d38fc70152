// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { JsonObject } from '@backstage/types';
import { cloneBody } from '../../cluster/cloneCalls';
import type {
  CloneRecord,
  CreateCloneInput,
  DataVolumeRecord,
} from '../../cluster/copyTypes';
import {
  templateBody,
  templateDiskBody,
  templateDiskName,
} from '../../cluster/templateCalls';
import type { SnapshotRecord } from '../../cluster/types';
import { contentNameOf } from '../../project/projectSnapshot';
import { templateVm } from '../../project/templateVm';
import type { KubeObject } from '../AdminClient';
import {
  eventually,
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
import { ContractCheck, ContractContext, MadeVm, Skipped } from '../types';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const DV = { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume' };

/** The VM that all checks here copy, and its snapshot. */
async function source(
  context: ContractContext,
): Promise<{ vm: MadeVm; record: SnapshotRecord }> {
  const { cluster, namespace, service } = context;
  const ref = { cluster, namespace, name: 'copied' };
  const known = service.vm(ref);
  const vm = known ? { ref, uid: known.uid } : await makeVm(context, 'copied');
  needSnapshots(context, vm);
  const address = { cluster, namespace, name: 'copied' };
  if (!service.snapshot(address)) {
    await take(context, vm, 'copied');
  }
  return {
    vm,
    record: await waitFor(context, 'copied', 'is ready', isReady),
  };
}

async function clone(
  context: ContractContext,
  target: string,
  more: Partial<CreateCloneInput> = {},
): Promise<{ made: CloneRecord; done: CloneRecord }> {
  const { service, cluster, namespace, patience } = context;
  if (!(await service.copies.readApis(cluster)).clone) {
    throw new Skipped('this cluster has no API for clones');
  }
  const { vm, record } = await source(context);
  const address = { cluster, namespace, name: `clone-${target}` };
  const made = await service.copies.createClone(newIntent(), {
    name: address.name,
    snapshot: record,
    source: vm.ref,
    sourceUid: vm.uid,
    target,
    macAddresses: {},
    labels: {},
    keepAnnotations: true,
    keepInstanceLabels: false,
    ...more,
  });
  let trouble: string | undefined;
  const done = await eventually(
    `clone ${address.name} has ended`,
    async () => {
      const now = await service.copies.getClone(address);
      trouble = now && (await service.copies.getCloneTrouble(address, now));
      return now && now.state !== 'running' && now;
    },
    patience,
    () => trouble,
  );
  return { made, done };
}

/** Create VM and Create VM template. */
export const copyingChecks: ContractCheck[] = [
  {
    name: 'tells what a copy would be made of, and no secret of it',
    async run(context) {
      const { record } = await source(context);
      const plan = await context.service.copies.getPlan(record);
      assert.ok(plan);
      assert.deepEqual(
        plan.disks.map(disk => disk.name),
        ['root'],
      );
      assert.deepEqual(plan.uncaptured, []);
      assert.equal(plan.backendStorage, false);
      assert.deepEqual(plan.interfaces, [
        { name: 'default', network: 'pod', fixedMac: false },
      ]);
      assert.deepEqual(plan.labels, { contract: 'yes' });
      assert.ok(plan.annotationKeys.includes('private'));
      assert.deepEqual(
        plan.userData.map(entry => entry.volume),
        ['cloudinit'],
      );
      assert.ok(!JSON.stringify(plan).includes(PLANTED_SECRET));
    },
  },
  {
    name: 'sends copies that the APIs accept to the letter',
    async run(context) {
      const { admin, service, cluster, namespace } = context;
      const { vm, record } = await source(context);
      const apis = await service.copies.readApis(cluster);
      const content = await admin.get({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineSnapshotContent',
        namespace,
        name: contentNameOf(record),
      });
      const captured = content.spec.source.virtualMachine;
      const intent = newIntent();
      const bodies: JsonObject[] = [];
      if (apis.clone) {
        const live = await admin.get({ ...VM, namespace, name: vm.ref.name });
        bodies.push(
          cloneBody(
            intent,
            {
              name: 'strict',
              snapshot: record,
              source: vm.ref,
              sourceUid: vm.uid,
              target: 'strict',
              macAddresses: { default: '02-00-00-00-00-41' },
              serial: 'strict',
              description: 'a "strict" one: {\u00e4}',
              labels: { strict: 'yes' },
              keepAnnotations: false,
              keepInstanceLabels: true,
            },
            captured,
            live,
          ),
        );
      }
      if (apis.dataVolumes) {
        const [backup] = content.spec.volumeBackups;
        bodies.push(
          templateDiskBody(
            intent,
            { name: 'strict', source: vm.ref },
            backup,
            '64Mi',
          ),
        );
      }
      if (apis.template) {
        bodies.push(
          templateBody(
            intent,
            {
              api: apis.template,
              name: 'strict',
              description: 'strict',
              snapshot: record,
              source: vm.ref,
              sourceUid: vm.uid,
              parameters: [],
              userData: [],
            },
            templateVm({
              captured,
              labels: {},
              disks: [{ volume: 'root', dataVolume: 'strict', size: '64Mi' }],
              namespace,
              userData: [],
            }),
          ),
        );
      }
      for (const body of bodies) {
        await admin.create(body as KubeObject, {
          fieldValidation: 'Strict',
          dryRun: 'All',
        });
      }
    },
  },
  {
    name: 'knows which APIs the cluster serves',
    async run({ service, cluster, patience }) {
      const apis = await service.copies.readApis(cluster);
      assert.equal(typeof apis.clone, 'boolean');
      assert.deepEqual(
        await eventually(
          'the service has looked by itself',
          () => service.copies.apis(cluster),
          patience,
        ),
        apis,
      );
    },
  },
  {
    name: 'makes a VM from a snapshot, with labels and owner of the source as it is now',
    async run(context) {
      const { admin, service, cluster, namespace, patience } = context;
      const { vm } = await source(context);
      // What was captured is older than this.
      await admin.patch(
        { ...VM, namespace, name: vm.ref.name },
        {
          metadata: {
            labels: { tier: 'prod', 'app.kubernetes.io/instance': 'copied' },
            annotations: {
              'kubevirt-snapshots/owner':
                'group:default/team-a, user:default/ada',
              'kubevirt-snapshots/entity-ref': 'resource:default/copied',
            },
          },
        },
      );
      const { made, done } = await clone(context, 'copy-1', {
        description: 'a copy: {"of", everything}, \\ \u00e4 \u{1f600}',
        labels: { extra: 'yes', tier: 'dev' },
        macAddresses: { default: '02-00-00-00-00-41' },
        serial: 'contract-serial',
      });
      assert.equal(done.uid, made.uid);
      assert.equal(done.state, 'succeeded');
      const copy = await admin.get({ ...VM, namespace, name: 'copy-1' });
      assert.ok(copy);
      assert.deepEqual(copy.metadata.labels, {
        contract: 'yes',
        // Not what a person asks for, but what the source has.
        tier: 'prod',
        extra: 'yes',
      });
      const { annotations } = copy.metadata;
      const ours = Object.keys(annotations).filter(key =>
        key.startsWith('kubevirt-snapshots/'),
      );
      assert.deepEqual(ours, ['kubevirt-snapshots/owner']);
      assert.equal(
        annotations['kubevirt-snapshots/owner'],
        'group:default/team-a, user:default/ada',
      );
      assert.equal(
        annotations.description,
        'a copy: {"of", everything}, \\ \u00e4 \u{1f600}',
      );
      assert.equal(annotations.private, PLANTED_SECRET);
      assert.equal(copy.spec.runStrategy, 'Halted');
      const { domain } = copy.spec.template.spec;
      assert.equal(
        domain.devices.interfaces[0].macAddress,
        '02-00-00-00-00-41',
      );
      assert.equal(domain.firmware.serial, 'contract-serial');
      await eventually(
        'the cache has the copy',
        () => service.vm({ cluster, namespace, name: 'copy-1' }),
        patience,
      );
    },
  },
  {
    name: 'leaves behind what one does not want to keep',
    async run(context) {
      const { admin, service, cluster, namespace, patience } = context;
      await clone(context, 'copy-2', { keepAnnotations: false });
      await eventually(
        'the cache has the copy',
        () => service.vm({ cluster, namespace, name: 'copy-2' }),
        patience,
      );
      const copy = await admin.get({ ...VM, namespace, name: 'copy-2' });
      assert.ok(copy);
      assert.equal(copy.metadata.annotations.private, undefined);
      const labels = Object.keys(copy.spec.template.metadata?.labels ?? {});
      assert.ok(labels.every(key => key.includes('kubevirt.io/')));
    },
  },
  {
    name: 'deletes a finished clone, and the VM stays',
    async run(context) {
      const { service, admin, cluster, namespace, patience } = context;
      madeVm(context, 'copy-2');
      const address = { cluster, namespace, name: 'clone-copy-2' };
      await eventually(
        'the clone is gone',
        async () => {
          const now = await service.copies.getClone(address);
          if (now && !now.deleting) {
            await service.copies
              .deleteClone(newIntent(), address, now)
              .catch(error => {
                assert.match(String(error.code), /^(conflict|not-found)$/);
              });
          }
          return !now;
        },
        patience,
      );
      assert.ok(await admin.get({ ...VM, namespace, name: 'copy-2' }));
    },
  },
  {
    name: 'makes disks and a template, which outlive the snapshot',
    async run(context) {
      const { service, admin, cluster, namespace, patience } = context;
      const { copies } = service;
      const { template: api, dataVolumes } = await copies.readApis(cluster);
      if (!api || !dataVolumes) {
        throw new Skipped(
          `this cluster has no API for ${api ? 'DataVolumes' : 'templates'}`,
        );
      }
      const { vm, record } = await source(context);
      const intent = newIntent();
      const name = templateDiskName('golden', 'root');
      const address = { cluster, namespace, name };
      await copies.createTemplateDisk(intent, {
        name,
        volume: 'root',
        snapshot: record,
        source: vm.ref,
      });
      let now: DataVolumeRecord | undefined;
      const disk = await eventually(
        'the disk is filled',
        async () => {
          now = await copies.getDataVolume(address);
          return now?.phase === 'Succeeded' && now;
        },
        patience,
        () => `${now?.phase ?? 'untouched'} ${now?.message ?? ''}`,
      ).catch(error => {
        // Whose phase stays empty is nobody's: there is no CDI behind the API.
        throw now?.phase
          ? error
          : new Skipped('nobody works on the DataVolumes of this cluster');
      });
      assert.equal(disk.operationId, intent.operationId);
      assert.equal(await copies.isClaimNameTaken(address), true);
      const template = await copies.createTemplate(intent, {
        api,
        name: 'golden',
        snapshot: record,
        source: vm.ref,
        sourceUid: vm.uid,
        parameters: [
          { slot: 'memory', name: 'MEMORY', value: '64Mi' },
          { slot: 'cpu-cores', name: 'CORES', value: '1' },
        ],
        userData: [],
      });
      // The resource version of the disk may have moved on meanwhile.
      await eventually(
        'the template owns its disk',
        async () => {
          const present = await copies.getDataVolume(address);
          assert.ok(present);
          if (present.owners.includes(template.uid)) {
            return true;
          }
          await copies
            .handDataVolumeOver(intent, address, present, template)
            .catch(error => assert.equal(error.code, 'conflict'));
          return false;
        },
        patience,
      );
      const raw = await admin.get({ ...DV, namespace, name });
      assert.ok(!JSON.stringify(raw).includes(PLANTED_SECRET));
      await remove(context, 'copied');
      const kind =
        api === 'kubevirt'
          ? {
              apiVersion: 'template.kubevirt.io/v1beta1',
              kind: 'VirtualMachineTemplate',
            }
          : { apiVersion: 'template.openshift.io/v1', kind: 'Template' };
      const stored = await admin.get({ ...kind, namespace, name: 'golden' });
      assert.ok(stored);
      const text = JSON.stringify(stored);
      assert.ok(!text.includes(PLANTED_SECRET));
      assert.match(text, /\$\{MEMORY\}/);
      assert.match(text, /\$\{\{CORES\}\}/);
      assert.ok(await admin.get({ ...DV, namespace, name }));
      const named = { ...address, name: 'golden' };
      assert.equal((await copies.getTemplate(api, named))?.uid, template.uid);
      // Its controller may just be writing its status.
      await eventually(
        'the template is gone',
        async () => {
          const found = await copies.getTemplate(api, named);
          if (found && !found.deleting) {
            await copies
              .deleteTemplate(intent, api, named, found)
              .catch(error =>
                assert.match(String(error.code), /^(conflict|not-found)$/),
              );
          }
          return !found;
        },
        patience,
      );
      await eventually(
        'the disk goes with its template',
        async () => !(await copies.getDataVolume(address)),
        patience,
      );
    },
  },
];
