// SPDX-License-Identifier: Apache-2.0
import { startSandbox, SystemClock } from '../index';
import { call, until } from '../testing/http';
import {
  claim,
  createMachine,
  restore,
  restoreRef,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import { Recorder } from '../testing/recorder';
import type { Sandbox } from '../types';
import { compareSteps, ExpectedStep } from './compare';
import p from './p.json';

const NS = 'golden-p';
const KINDS = [
  'VirtualMachine',
  'VirtualMachineInstance',
  'PersistentVolumeClaim',
];

type Recorded = {
  action: string;
  body?: object;
  status: number;
  answer?: object;
};

/** One machine goes through the recording from its beginning to its end, so these build on each other. */
describe('recorded flows of memory dumps', () => {
  let sandbox: Sandbox;
  let recorder: Recorder;
  const requests = (p.requests as Recorded[])[Symbol.iterator]();

  const vm = () => sandbox.objects.get(vmRef(NS, 'web-01'))!;
  const request = () => vm().status.memoryDumpRequest;
  const volumes = () =>
    vm().spec.template.spec.volumes.map((volume: any) => volume.name);
  const vmi = () =>
    sandbox.objects.get({
      ...vmRef(NS, 'web-01'),
      kind: 'VirtualMachineInstance',
    });
  const pvc = (name: string) =>
    sandbox.objects.get({ ...claim(NS, name), namespace: NS, name });

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'golden-p',
      clock: new SystemClock({ factor: 10 }),
      speed: 1,
    });
    sandbox.faults.setStorageDelays('fast', {
      bindMs: 50,
      importMs: 50,
      cutMs: 800,
      readyMs: 600,
    });
    sandbox.faults.setGuest(NS, 'web-01', { bootMs: 50, stopMs: 50 });
    await createMachine(sandbox, NS, 'web-01');
    for (const name of ['dump-small', 'dump-1', 'dump-2']) {
      const object = claim(NS, name);
      if (name === 'dump-small') {
        object.spec.resources.requests.storage = '300Mi';
      }
      sandbox.objects.create(object);
    }
    await startMachine(sandbox, NS, 'web-01');
    recorder = await Recorder.start(sandbox, NS, KINDS);
    await until('the watches have begun', () =>
      KINDS.every(kind =>
        recorder.steps(0).some(step => step.object.startsWith(`${kind} `)),
      ),
    );
  });

  afterAll(async () => {
    recorder?.close();
    await sandbox?.stop();
  });

  /** Sends the next requests of the recording, and compares the answers. */
  async function replay(count: number): Promise<number> {
    const before = Number(vm().metadata.resourceVersion);
    for (let sent = 0; sent < count; sent += 1) {
      const { action, body, status, answer } = requests.next()
        .value as Recorded;
      const got = await call(
        sandbox,
        'PUT',
        `/apis/subresources.kubevirt.io/v1/namespaces/${NS}/virtualmachines/web-01/${action}`,
        { body },
      );
      expect({ action, body, status: got.status }).toEqual({
        action,
        body,
        status,
      });
      if (answer) {
        expect(got.body).toMatchObject(answer);
      }
    }
    return before;
  }

  async function expectSteps(
    since: number,
    flow: keyof typeof p.steps,
  ): Promise<void> {
    const wanted = p.steps[flow] as ExpectedStep[];
    const differences = () => compareSteps(wanted, recorder.steps(since));
    await until('all steps', () => differences().length === 0, 5000).catch(
      () => {},
    );
    expect(differences()).toEqual([]);
  }

  it('asks for a claim', async () => {
    await replay(2);
    expect(request()).toBeUndefined();
  });

  it('dumps, and refuses another claim meanwhile', async () => {
    const since = await replay(4);
    await expectSteps(since, 'a dump');
    expect(request()).toEqual({
      claimName: 'dump-small',
      phase: 'Completed',
      startTimestamp: expect.stringMatching(/Z$/),
      endTimestamp: expect.stringMatching(/Z$/),
      fileName: expect.stringMatching(
        /^web-01-dump-small-\d{8}-\d{6}\.memory\.dump$/,
      ),
    });
    expect(
      pvc('dump-small')!.metadata.annotations!['kubevirt.io/memory-dump'],
    ).toBe(request().fileName);
    expect(vm().spec.template.spec.volumes.at(-1)).toEqual({
      name: 'dump-small',
      memoryDump: { claimName: 'dump-small', hotpluggable: true },
    });
    expect(
      vm().spec.template.spec.domain.devices.disks.map((d: any) => d.name),
    ).not.toContain('dump-small');
  });

  it('dumps again into the claim that it has', async () => {
    await replay(1);
    const since = await replay(1);
    await expectSteps(since, 'again into the same claim');
  });

  it('is captured by the next snapshot and never restored', async () => {
    sandbox.objects.create(snapshot(NS, 'snap-1', 'web-01'));
    await until(
      'it is ready',
      () =>
        sandbox.objects.get(snapshotRef(NS, 'snap-1'))?.status?.readyToUse &&
        !vm().status.snapshotInProgress,
    );
    const { status } = sandbox.objects.get(snapshotRef(NS, 'snap-1'))!;
    expect(status.snapshotVolumes).toEqual({
      includedVolumes: ['rootdisk', 'data', 'dump-small'],
      excludedVolumes: ['cloudinit'],
    });
    expect(status.indications).not.toContain('PartialSnapshot');
    sandbox.power(NS, 'web-01', 'stop');
    await until('it is off', () => !vmi());
    sandbox.objects.create(restore(NS, 'r-1', 'web-01', 'snap-1'));
    const done = await until('it is complete', () => {
      const found = sandbox.objects.get(restoreRef(NS, 'r-1'));
      return found?.status?.complete && found;
    });
    expect(
      done.status.restores.map((entry: any) => entry.volumeName).sort(),
    ).toEqual(['data', 'rootdisk']);
    expect(volumes()).toEqual(['rootdisk', 'data', 'cloudinit']);
    expect(request()).toBeUndefined();
    expect(pvc('dump-small')?.status.phase).toBe('Bound');
  });

  it('needs a machine that runs', async () => {
    await replay(1);
    expect(request()).toBeUndefined();
    await startMachine(sandbox, NS, 'web-01');
  });

  it('is forgotten, its claim kept', async () => {
    await replay(1);
    await until('it is over', () => request().phase === 'Completed');
    const since = await replay(1);
    await expectSteps(since, 'forgotten');
    // asked twice within milliseconds; see the test of the refusals
    requests.next();
    await replay(1);
    expect(volumes()).toEqual(['rootdisk', 'data', 'cloudinit']);
    expect(pvc('dump-2')).toBeDefined();
  });

  it('asked for during a snapshot, it is associated when that is through', async () => {
    const fault = sandbox.faults.addVolumeFault({
      namespace: NS,
      mode: 'hang',
    });
    const created = sandbox.objects.create(snapshot(NS, 'snap-2', 'web-01'));
    const since = Number(created.metadata.resourceVersion) - 1;
    await until('it is frozen', () => vmi()?.status.fsFreezeStatus);
    await replay(1);
    await until(
      'the node has dumped',
      () => vmi()?.status.volumeStatus.at(-1).phase === 'MemoryDumpCompleted',
    );
    expect(request()).toEqual({ claimName: 'dump-1', phase: 'Associating' });
    expect(volumes()).not.toContain('dump-1');
    // what else there is to say of the machine is said meanwhile
    sandbox.objects.patch(vmRef(NS, 'web-01'), {
      spec: { template: { spec: { domain: { cpu: { cores: 2 } } } } },
    });
    await until('it has to be restarted', () =>
      vm().status.conditions.some(
        (condition: any) => condition.type === 'RestartRequired',
      ),
    );
    sandbox.faults.removeVolumeFault(fault);
    await expectSteps(since, 'asked for during a snapshot');
    expect(
      sandbox.objects.get(snapshotRef(NS, 'snap-2'))!.status.snapshotVolumes
        .includedVolumes,
    ).toEqual(['rootdisk', 'data']);
  });

  it('stays in progress when the machine stops', async () => {
    sandbox.faults.setGuest(NS, 'web-01', {
      bootMs: 50,
      stopMs: 50,
      dumpMs: 600_000,
    });
    const since = await replay(1);
    await until(
      'the node dumps',
      () =>
        vmi()?.status.volumeStatus.at(-1).phase === 'MemoryDumpInProgress' &&
        request().phase === 'InProgress',
    );
    sandbox.power(NS, 'web-01', 'stop');
    await until(
      'it is off',
      () => !vmi() && vm().status.printableStatus === 'Stopped',
    );
    expect(request()).toEqual({ claimName: 'dump-1', phase: 'InProgress' });
    await replay(1);
    await expectSteps(since, 'the machine stops meanwhile');
    expect(requests.next().done).toBe(true);
  });

  it('fails with the words of the node, and can be asked for again', async () => {
    const dump = () =>
      call(
        sandbox,
        'PUT',
        `/apis/subresources.kubevirt.io/v1/namespaces/${NS}/virtualmachines/web-01/memorydump`,
        { body: { claimName: 'dump-1' } },
      );
    sandbox.faults.setGuest(NS, 'web-01', {
      bootMs: 50,
      stopMs: 50,
      dumpError: 'no space left on device',
    });
    await until('it is forgotten', () => !request());
    await startMachine(sandbox, NS, 'web-01');
    expect((await dump()).status).toBe(202);
    await until(
      'it has failed and left the machine',
      () =>
        request()?.phase === 'Failed' &&
        !vmi()!.status.volumeStatus.some(
          (entry: any) => entry.memoryDumpVolume,
        ),
    );
    expect(request().message).toBe(
      'Memory dump to pvc dump-1 failed: no space left on device',
    );
    expect(
      pvc('dump-1')!.metadata.annotations!['kubevirt.io/memory-dump'],
    ).toBe('Memory dump failed');
    sandbox.faults.setGuest(NS, 'web-01', { bootMs: 50, stopMs: 50 });
    expect((await dump()).status).toBe(202);
    await until('it is over', () => request().phase === 'Completed');
  });
});
