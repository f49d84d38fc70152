// SPDX-License-Identifier: Apache-2.0
import { startSandbox, SystemClock } from '../index';
import { sleep, until } from '../testing/http';
import {
  createMachine,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import { Recorder } from '../testing/recorder';
import type { Sandbox } from '../types';
import { compareSteps, ExpectedStep, withoutFlashes } from './compare';
import f from './f.json';
import h from './h.json';
import i from './i.json';
import m from './m.json';

const KINDS = ['VirtualMachine', 'VirtualMachineRestore'];

describe('recorded flows of restores', () => {
  let sandbox: Sandbox;
  let recorder: Recorder;
  let namespace: string;
  let counter = 0;

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'golden-restores',
      clock: new SystemClock({ factor: 10 }),
      speed: 10,
    });
  });

  afterAll(() => sandbox.stop());

  beforeEach(async () => {
    counter += 1;
    namespace = `restores-${counter}`;
    await createMachine(sandbox, namespace, 'web-01');
    sandbox.objects.create(snapshot(namespace, 'snap-1', 'web-01'));
    await until('the snapshot is ready and the machine free', () => {
      const vm = sandbox.objects.get(vmRef(namespace, 'web-01'))!;
      return (
        sandbox.objects.get(snapshotRef(namespace, 'snap-1'))?.status
          ?.readyToUse && !vm.status.snapshotInProgress
      );
    });
    recorder = await Recorder.start(sandbox, namespace, KINDS);
    await until('the watches have begun', () => recorder.steps(0).length > 0);
  });

  afterEach(() => {
    recorder.close();
    sandbox.faults.clear();
  });

  const ref = (name: string) => ({
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineRestore',
    namespace,
    name,
  });

  const get = (name: string) => sandbox.objects.get(ref(name));

  function restore(name: string, spec: object = {}): number {
    const created = sandbox.objects.create({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineRestore',
      metadata: { name, namespace },
      spec: {
        target: {
          apiGroup: 'kubevirt.io',
          kind: 'VirtualMachine',
          name: 'web-01',
        },
        virtualMachineSnapshotName: 'snap-1',
        ...spec,
      },
    });
    return Number(created.metadata.resourceVersion) - 1;
  }

  const complete = (name: string) =>
    until(`${name} is complete`, () => get(name)?.status?.complete);

  const reason = (name: string) =>
    get(name)?.status?.conditions?.[0]?.reason ?? '';

  async function expectSteps(since: number, expected: unknown): Promise<void> {
    const wanted = expected as ExpectedStep[];
    await until(
      'all steps',
      () =>
        compareSteps(wanted, withoutFlashes(recorder.steps(since))).length ===
        0,
      3000,
    ).catch(() => {});
    expect(compareSteps(wanted, withoutFlashes(recorder.steps(since)))).toEqual(
      [],
    );
  }

  it('f: to new claims', async () => {
    sandbox.objects.patch(vmRef(namespace, 'web-01'), {
      metadata: { labels: { tier: 'after' } },
      spec: { template: { spec: { domain: { memory: { guest: '512Mi' } } } } },
    });
    const since = restore('restore-1');
    await complete('restore-1');
    const vm = sandbox.objects.get(vmRef(namespace, 'web-01'))!;
    const { uid } = get('restore-1')!.metadata;
    expect(vm.metadata.labels).toEqual({ app: 'web-01', tier: 'after' });
    expect(vm.spec.template.spec.domain.memory.guest).toBe('256Mi');
    expect(vm.spec.runStrategy).toBe('Halted');
    expect(vm.spec.template.spec.volumes.slice(0, 2)).toEqual([
      { name: 'rootdisk', dataVolume: { name: `restore-${uid}-rootdisk` } },
      {
        name: 'data',
        persistentVolumeClaim: { claimName: `restore-${uid}-data` },
      },
    ]);
    await until('the old root disk is gone', () => {
      const names = sandbox.objects
        .list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace })
        .map(pvc => pvc.metadata.name)
        .sort();
      return (
        names.join() ===
        [`restore-${uid}-data`, `restore-${uid}-rootdisk`, 'web-01-data'].join()
      );
    });
    sandbox.objects.remove(ref('restore-1'));
    await expectSteps(since, f['to new claims, then delete']);
  });

  it('h: waits for power-off, blocks others and takes no lock meanwhile', async () => {
    sandbox.faults.setGuest(namespace, 'web-01', { bootMs: 100, stopMs: 3000 });
    await startMachine(sandbox, namespace, 'web-01');
    await sleep(20);
    const since = restore('r-grace');
    await until('it waits', () => reason('r-grace').startsWith('Waiting'));
    expect(
      sandbox.objects.get(vmRef(namespace, 'web-01'))!.status.restoreInProgress,
    ).toBeUndefined();
    expect(() => restore('r-second')).toThrow(
      'VirtualMachineRestore "r-grace" in progress',
    );
    sandbox.power(namespace, 'web-01', 'stop');
    await expectSteps(since, h['grace period, then the user stops it']);
  });

  it('h: fails at once, and stays in the way', async () => {
    sandbox.faults.setGuest(namespace, 'web-01', { bootMs: 100, stopMs: 100 });
    await startMachine(sandbox, namespace, 'web-01');
    const since = restore('r-fail', { targetReadinessPolicy: 'FailImmediate' });
    await expectSteps(since, h['fails at once']);
    await sleep(20);
    expect(() => restore('r-next')).toThrow('"r-fail" in progress');
    expect(get('r-fail')?.status.complete).toBe(false);
  });

  it('h: stops the target', async () => {
    sandbox.faults.setGuest(namespace, 'web-01', {
      bootMs: 100,
      stopMs: 20000,
    });
    await startMachine(sandbox, namespace, 'web-01');
    await sleep(20);
    const since = restore('r-stop', { targetReadinessPolicy: 'StopTarget' });
    await complete('r-stop');
    await sleep(20);
    const said = recorder
      .steps(since)
      .filter(step => step.object === 'VirtualMachineRestore r-stop')
      .map(step => step.text.match(/Progressing=\w+ ([^;]*)/)?.[1])
      .filter(text => text && !text.includes('already exists'));
    const distinct = said.filter((text, index) => text !== said[index - 1]);
    const wanted = (h['stops the target'] as ExpectedStep[])
      .filter(([, object]) => object === 'VirtualMachineRestore r-stop')
      .map(([, , text]) => text.match(/Progressing=\w+ ([^;]*)/)?.[1])
      .filter(text => text !== undefined);
    expect(distinct).toEqual(wanted);
    expect(
      sandbox.objects.get(vmRef(namespace, 'web-01'))!.spec.runStrategy,
    ).toBe('Halted');
  });

  it('h: waits for ever and can be deleted then', async () => {
    sandbox.faults.setGuest(namespace, 'web-01', { bootMs: 100 });
    await startMachine(sandbox, namespace, 'web-01');
    await sleep(20);
    const since = restore('r-ev', { targetReadinessPolicy: 'WaitEventually' });
    await until('it waits', () => reason('r-ev').startsWith('Waiting'));
    sandbox.objects.remove(ref('r-ev'));
    await expectSteps(since, h['waits for ever, then deleted']);
  });

  it('i: deleted while claims are made, the machine keeps its disks', async () => {
    sandbox.faults.addVolumeFault({ namespace, mode: 'never-bind' });
    const since = restore('r-1');
    await until('claims', () => get('r-1')?.status?.restores);
    await sleep(30);
    expect(() => sandbox.power(namespace, 'web-01', 'start')).toThrow(
      'Cannot update VM runStrategy until restore "r-1" completes',
    );
    sandbox.objects.remove(ref('r-1'));
    await expectSteps(since, i['deleted while claims are made']);
    const vm = sandbox.objects.get(vmRef(namespace, 'web-01'))!;
    expect(vm.spec.template.spec.volumes[0].dataVolume.name).toBe(
      'web-01-root',
    );
  });

  it('i: in place, deleted, disks lost, and restored again', async () => {
    const fault = sandbox.faults.addVolumeFault({
      namespace,
      mode: 'never-bind',
    });
    const since = restore('r-2', { volumeRestorePolicy: 'InPlace' });
    const claims = () =>
      sandbox.objects
        .list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace })
        .map(pvc => `${pvc.metadata.name} ${pvc.status.phase}`)
        .sort();
    await until(
      'the originals are replaced',
      () => claims().join() === 'web-01-data Pending,web-01-root Pending',
    );
    sandbox.objects.remove(ref('r-2'));
    await expectSteps(since, i['in place, deleted']);
    sandbox.faults.removeVolumeFault(fault);
    const again = restore('r-3', { volumeRestorePolicy: 'InPlace' });
    await complete('r-3');
    expect(claims()).toEqual(['web-01-data Bound', 'web-01-root Bound']);
    const order = (texts: string[]) =>
      texts.filter(text =>
        /^(complete|lastRestore|restoreInProgress)/.test(text),
      );
    const wanted = order(
      (i['in place'] as ExpectedStep[]).map(([, , text]) => text),
    );
    const got = () => order(recorder.steps(again).map(step => step.text));
    // The recorder hears of it by a watch, a moment later.
    await until('all steps', () => got().length >= wanted.length);
    expect(got()).toEqual(wanted);
  });

  it('m: creates a missing machine', async () => {
    sandbox.objects.remove(vmRef(namespace, 'web-01'));
    await until(
      'it is gone',
      () => !sandbox.objects.get(vmRef(namespace, 'web-01')),
    );
    const since = restore('r-1');
    await complete('r-1');
    await sleep(30);
    await expectSteps(since, m['to a missing machine']);
    sandbox.objects.remove(vmRef(namespace, 'web-01'));
    await until('its restore goes with it', () => !get('r-1'));
  });

  it('m: a guard patch keeps a missing machine missing', async () => {
    sandbox.objects.remove(vmRef(namespace, 'web-01'));
    await until(
      'it is gone',
      () => !sandbox.objects.get(vmRef(namespace, 'web-01')),
    );
    restore('guarded', {
      patches: [
        '{"op":"remove","path":"/metadata/annotations/kubevirt-snapshots-guard"}',
      ],
    });
    await until('it fails', () =>
      reason('guarded').startsWith('error patching'),
    );
    expect(sandbox.objects.get(vmRef(namespace, 'web-01'))).toBeUndefined();
  });

  it('m: restores over a new machine of the same name, whatever its uid', async () => {
    const old = sandbox.objects.get(vmRef(namespace, 'web-01'))!;
    sandbox.objects.remove(vmRef(namespace, 'web-01'));
    await until(
      'it is gone',
      () => !sandbox.objects.get(vmRef(namespace, 'web-01')),
    );
    sandbox.objects.create({
      ...old,
      metadata: { name: 'web-01', namespace },
      status: undefined,
    });
    await until(
      'the snapshot names the new one',
      () =>
        sandbox.objects.get(snapshotRef(namespace, 'snap-1'))!.status
          .sourceUID !== old.metadata.uid,
    );
    restore('r-2');
    await complete('r-2');
  });

  it('k: says what is wrong with the snapshot or the target', async () => {
    restore('y-unknown', { virtualMachineSnapshotName: 'nope' });
    await until(
      'the error shows',
      () =>
        reason('y-unknown') === `VMSnapshot ${namespace}/nope does not exist`,
    );
    sandbox.objects.remove(ref('y-unknown'));
    await createMachine(sandbox, namespace, 'other-01', []);
    restore('y-other', {
      target: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: 'other-01',
      },
    });
    await until(
      'the error shows',
      () =>
        reason('y-other') ===
        'restore source and restore target are different but restore target already exists',
    );
  });

  it('leaves a claim Pending when its VolumeSnapshot is gone', async () => {
    const claim = sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'orphan', namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
        dataSource: {
          apiGroup: 'snapshot.storage.k8s.io',
          kind: 'VolumeSnapshot',
          name: 'gone',
        },
      },
    });
    await sleep(100);
    expect(
      sandbox.objects.get({ ...claim, namespace, name: 'orphan' })?.status
        .phase,
    ).toBe('Pending');
  });
});
