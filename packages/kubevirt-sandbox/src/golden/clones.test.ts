// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { sleep, until } from '../testing/http';
import {
  createMachine,
  machine,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import { Recorder } from '../testing/recorder';
import type { Sandbox } from '../types';
import { compareSteps, ExpectedStep } from './compare';
import j from './j.json';
import type { Step } from './steps';

const KINDS = ['VirtualMachineClone', 'VirtualMachineRestore'];
const NS = 'clones';

function withoutFlashes(steps: Step[]): Step[] {
  return steps.filter(
    (step, index) =>
      !step.text.includes('already exists') &&
      !(
        steps[index - 1]?.text.includes('already exists') &&
        step.text.startsWith('Progressing=True Creating')
      ),
  );
}

describe('recorded flows of clones', () => {
  let sandbox: Sandbox;
  let recorder: Recorder;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'golden-clones', speed: 20 });
    await createMachine(sandbox, NS, 'web-01');
    await createMachine(sandbox, NS, 'part-01', [
      { name: 'rootdisk', kind: 'template' },
      { name: 'data', kind: 'claim', storageClass: 'local-path' },
    ]);
    for (const [name, vm] of [
      ['snap-1', 'web-01'],
      ['snap-part', 'part-01'],
    ]) {
      sandbox.objects.create(snapshot(NS, name, vm));
    }
    await until('both are ready', () =>
      ['snap-1', 'snap-part'].every(
        name => sandbox.objects.get(snapshotRef(NS, name))?.status?.readyToUse,
      ),
    );
    recorder = await Recorder.start(sandbox, NS, KINDS);
  });

  afterAll(async () => {
    recorder.close();
    await sandbox.stop();
  });

  const ref = (name: string) => ({
    apiVersion: 'clone.kubevirt.io/v1beta1',
    kind: 'VirtualMachineClone',
    namespace: NS,
    name,
  });

  const phase = (name: string) => sandbox.objects.get(ref(name))?.status?.phase;

  function clone(
    name: string,
    source: [kind: string, name: string],
    target: string,
    spec: object = {},
  ): number {
    const created = sandbox.objects.create({
      apiVersion: 'clone.kubevirt.io/v1beta1',
      kind: 'VirtualMachineClone',
      metadata: { name, namespace: NS },
      spec: {
        source: {
          apiGroup:
            source[0] === 'VirtualMachine'
              ? 'kubevirt.io'
              : 'snapshot.kubevirt.io',
          kind: source[0],
          name: source[1],
        },
        target: {
          apiGroup: 'kubevirt.io',
          kind: 'VirtualMachine',
          name: target,
        },
        ...spec,
      },
    });
    return Number(created.metadata.resourceVersion) - 1;
  }

  async function expectSteps(since: number, expected: unknown) {
    const differences = () =>
      compareSteps(
        expected as ExpectedStep[],
        withoutFlashes(recorder.steps(since)),
      );
    await until('all steps', () => differences().length === 0, 2500).catch(
      () => {},
    );
    expect(differences()).toEqual([]);
  }

  const reasons = (name: string) =>
    sandbox.objects
      .list({ apiVersion: 'v1', kind: 'Event', namespace: NS })
      .filter(event => event.involvedObject.name === name)
      .map(event => `${event.type} ${event.reason}`);

  it('from a snapshot: a new machine with its own identity', async () => {
    const since = clone(
      'clone-1',
      ['VirtualMachineSnapshot', 'snap-1'],
      'web-02',
    );
    await until('it is done', () => phase('clone-1') === 'Succeeded');
    await expectSteps(since, j['from a snapshot']);
    const old = sandbox.objects.get(vmRef(NS, 'web-01'))!;
    const vm = sandbox.objects.get(vmRef(NS, 'web-02'))!;
    const { firmware } = vm.spec.template.spec.domain;
    expect(firmware.uuid).not.toBe(old.spec.template.spec.domain.firmware.uuid);
    expect(firmware.serial).toBeTruthy();
    expect(vm.spec.runStrategy).toBe('Halted');
    expect(reasons('clone-1')).toEqual(
      expect.arrayContaining([
        'Normal SnapshotReady',
        'Normal RestoreCreated',
        'Normal RestoreReady',
        'Normal TargetVMCreated',
        'Normal PVCBound',
      ]),
    );
    sandbox.objects.remove(vmRef(NS, 'web-02'));
    await until('it goes with its machine', () => !phase('clone-1'));
  });

  it('from a partial snapshot: fails and forgets why', async () => {
    const since = clone(
      'clone-part',
      ['VirtualMachineSnapshot', 'snap-part'],
      'p-2',
    );
    await expectSteps(since, j['from a partial snapshot']);
    expect(reasons('clone-part')).toContain('Normal SnapshotContentInvalid');
    expect(phase('clone-part')).toBe('Failed');
  });

  it('of a machine: takes a snapshot first and removes it', async () => {
    const since = clone('clone-vm', ['VirtualMachine', 'web-01'], 'web-03');
    await until('it is done', () => phase('clone-vm') === 'Succeeded');
    await sleep(30);
    const phases = recorder
      .steps(since)
      .filter(step => step.object === 'VirtualMachineClone clone-vm')
      .map(step => step.text.match(/phase=(\w+)/)?.[1])
      .filter(Boolean);
    expect(phases).toEqual([
      'SnapshotInProgress',
      'RestoreInProgress',
      'Succeeded',
    ]);
    await until('the helpers are gone', () =>
      sandbox.objects
        .list({ ...snapshotRef(NS, ''), namespace: NS })
        .every(entry => !entry.metadata.name!.startsWith('tmp-')),
    );
  });

  it('waits for a missing source', async () => {
    clone('clone-miss', ['VirtualMachineSnapshot', 'nope'], 'x-1');
    await until(
      'it says so',
      () =>
        sandbox.objects.get(ref('clone-miss'))?.status?.conditions?.[1]
          ?.reason === `Source doesnt exist: VirtualMachineSnapshot ${NS}/nope`,
    );
    expect(phase('clone-miss')).toBeUndefined();
  });

  it('hangs with a colon MAC, works with dashes and filters', async () => {
    clone('clone-mac', ['VirtualMachineSnapshot', 'snap-1'], 'x-2', {
      newMacAddresses: { default: '02:00:00:00:00:02' },
    });
    await until('it complains', () =>
      reasons('clone-mac').includes('Warning RestoreCreationFailed'),
    );
    expect(phase('clone-mac')).toBe('RestoreInProgress');
    clone('clone-dash', ['VirtualMachineSnapshot', 'snap-1'], 'x-3', {
      newMacAddresses: { default: '02-00-00-00-00-02' },
      labelFilters: ['*', '!app'],
      volumeNamePolicy: 'PrefixTargetName',
    });
    await until('it is done', () => phase('clone-dash') === 'Succeeded');
    const vm = sandbox.objects.get(vmRef(NS, 'x-3'))!;
    expect(vm.metadata.labels?.app).toBeUndefined();
    expect(vm.spec.template.spec.domain.devices.interfaces[0].macAddress).toBe(
      '02-00-00-00-00-02',
    );
    expect(vm.spec.template.spec.volumes[0].dataVolume.name).toBe(
      'x-3-rootdisk',
    );
  });

  it('hands over no claim that the source did not own', async () => {
    clone('clone-own', ['VirtualMachineSnapshot', 'snap-1'], 'own-1');
    await until('it is done', () => phase('clone-own') === 'Succeeded');
    const { volumes } = sandbox.objects.get(vmRef(NS, 'own-1'))!.spec.template
      .spec;
    const owners = (claimName: string) =>
      sandbox.objects.get({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: NS,
        name: claimName,
      })!.metadata.ownerReferences ?? [];
    expect(owners(volumes[1].persistentVolumeClaim.claimName)).toEqual([]);
    expect(owners(volumes[0].dataVolume.name)).toHaveLength(1);
  });

  it('never ends when the name of the new machine is taken', async () => {
    clone('clone-taken', ['VirtualMachineSnapshot', 'snap-1'], 'part-01');
    await until('the helper says so', () =>
      sandbox.objects
        .list({
          apiVersion: 'snapshot.kubevirt.io/v1beta1',
          kind: 'VirtualMachineRestore',
          namespace: NS,
        })
        .some(restore =>
          JSON.stringify(restore.status?.conditions ?? []).includes(
            'restore source and restore target are different but restore target already exists',
          ),
        ),
    );
    expect(phase('clone-taken')).toBe('RestoreInProgress');
    sandbox.objects.remove(ref('clone-taken'));
  });

  it('leaves claims without an owner when it is cancelled', async () => {
    sandbox.faults.setStorageDelays('fast', { bindMs: 600_000 });
    clone('clone-cancel', ['VirtualMachineSnapshot', 'snap-1'], 'gone-1');
    const uid = sandbox.objects.get(ref('clone-cancel'))!.metadata.uid!;
    const claims = () =>
      sandbox.objects
        .list({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: NS,
        })
        .filter(
          claim =>
            claim.metadata.annotations?.['restore.kubevirt.io/name'] ===
            `tmp-restore-${uid}`,
        );
    await until('its claims are there', () => claims().length === 2);
    sandbox.objects.remove(ref('clone-cancel'));
    await until(
      'the helper is gone',
      () =>
        !sandbox.objects.get({
          apiVersion: 'snapshot.kubevirt.io/v1beta1',
          kind: 'VirtualMachineRestore',
          namespace: NS,
          name: `tmp-restore-${uid}`,
        }),
    );
    await sleep(50);
    expect(claims()).toHaveLength(2);
    expect(
      claims().flatMap(claim => claim.metadata.ownerReferences ?? []),
    ).toEqual([]);
    expect(sandbox.objects.get(vmRef(NS, 'gone-1'))).toBeUndefined();
    sandbox.faults.setStorageDelays('fast', { bindMs: 300 });
  });

  it('keeps its helper until disks that wait for a consumer are filled', async () => {
    const name = 'wffc-01';
    const disks = [
      { name: 'rootdisk', kind: 'template', storageClass: 'fast-wffc' },
    ] as const;
    sandbox.objects.create(machine(NS, name, [...disks]));
    await until(
      'it is there',
      () => sandbox.objects.get(vmRef(NS, name))?.status?.printableStatus,
    );
    await startMachine(sandbox, NS, name);
    sandbox.objects.create(snapshot(NS, 'snap-wffc', name));
    await until(
      'its snapshot is ready',
      () =>
        sandbox.objects.get(snapshotRef(NS, 'snap-wffc'))?.status?.readyToUse,
    );
    clone('clone-wffc', ['VirtualMachineSnapshot', 'snap-wffc'], 'wffc-02');
    await until('it is done', () => phase('clone-wffc') === 'Succeeded');
    const status = () => sandbox.objects.get(ref('clone-wffc'))!.status;
    await sleep(50);
    const { restoreName } = status();
    expect(restoreName).toMatch(/^tmp-restore-/);
    const helper = () =>
      sandbox.objects.get({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineRestore',
        namespace: NS,
        name: restoreName,
      });
    expect(helper()?.status.complete).toBe(true);
    await startMachine(sandbox, NS, 'wffc-02');
    await until('the helper is gone', () => !helper());
    await until('the clone forgets it', () => !status().restoreName);
    expect(status().phase).toBe('Succeeded');
  });
});
