// SPDX-License-Identifier: Apache-2.0
import { startSandbox, SystemClock } from '../index';
import { until } from '../testing/http';
import {
  createMachine,
  snapshot,
  snapshotRef,
  startMachine,
  vmRef,
} from '../testing/machines';
import { Recorder } from '../testing/recorder';
import type { Sandbox } from '../types';
import a from './a.json';
import b from './b.json';
import c from './c.json';
import { compareSteps, ExpectedStep } from './compare';
import d from './d.json';
import e from './e.json';
import n from './n.json';

const KINDS = [
  'VirtualMachine',
  'VirtualMachineInstance',
  'VirtualMachineSnapshot',
  'VirtualMachineSnapshotContent',
  'VolumeSnapshot',
];
/** Deadlines and retries of many seconds pass in fractions of one; their order stays. */
const FACTOR = 10;

describe('recorded flows of snapshots', () => {
  let sandbox: Sandbox;
  let recorder: Recorder;
  let namespace: string;
  let counter = 0;

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'golden',
      clock: new SystemClock({ factor: FACTOR }),
      speed: 1,
    });
  });

  afterAll(() => sandbox.stop());

  beforeEach(() => {
    counter += 1;
    namespace = `golden-${counter}`;
    sandbox.faults.setStorageDelays('fast', {
      bindMs: 50,
      importMs: 50,
      cutMs: 1500,
      readyMs: 2500,
    });
  });

  afterEach(() => {
    recorder.close();
    sandbox.faults.clear();
  });

  async function record(vm: string): Promise<void> {
    recorder = await Recorder.start(sandbox, namespace, KINDS);
    await until('the watches have begun', () =>
      recorder.steps(0).some(step => step.object === `VirtualMachine ${vm}`),
    );
  }

  function take(name: string, vm: string, spec: object = {}): number {
    const created = sandbox.objects.create(snapshot(namespace, name, vm, spec));
    return Number(created.metadata.resourceVersion) - 1;
  }

  async function expectSteps(since: number, expected: unknown): Promise<void> {
    const wanted = expected as ExpectedStep[];
    const last = wanted[wanted.length - 1];
    await until(
      `${last[1]} ${last[2]}`,
      () => {
        const steps = recorder.steps(since);
        return (
          steps.length >= wanted.length &&
          wanted.every(([, object, text]) =>
            steps.some(step => step.object === object && step.text === text),
          )
        );
      },
      4000,
    ).catch(() => {});
    expect(compareSteps(wanted, recorder.steps(since))).toEqual([]);
  }

  const phase = (name: string) =>
    sandbox.objects.get(snapshotRef(namespace, name))?.status?.phase;

  const contentName = (name: string) =>
    sandbox.objects.get(snapshotRef(namespace, name))?.status
      ?.virtualMachineSnapshotContentName;

  const guest = (behaviour: object) =>
    sandbox.faults.setGuest(namespace, 'web-01', {
      bootMs: 50,
      stopMs: 50,
      ...behaviour,
    });

  const remove = (name: string) =>
    sandbox.objects.remove(snapshotRef(namespace, name));

  describe('on a stopped machine', () => {
    beforeEach(async () => {
      await createMachine(sandbox, namespace, 'web-01');
      await record('web-01');
    });

    it('a: takes and deletes', async () => {
      const since = take('snap-1', 'web-01');
      await until(
        'ready',
        () =>
          sandbox.objects.get(snapshotRef(namespace, 'snap-1'))?.status
            ?.readyToUse,
      );
      remove('snap-1');
      await expectSteps(
        since,
        a['a stopped machine with two disks, then delete'],
      );
    });

    it.each([
      ['snap-1', undefined, 'delete while in progress'],
      ['snap-2', 'Retain', 'delete while in progress in spite of Retain'],
    ] as const)('b: %s, %s', async (name, deletionPolicy, flow) => {
      sandbox.faults.addVolumeFault({ namespace, mode: 'hang' });
      const since = take(name, 'web-01', { deletionPolicy });
      await until('content known', () => contentName(name));
      remove(name);
      await expectSteps(since, b[flow]);
    });

    it('b: keeps the content of a finished one with Retain', async () => {
      const since = take('snap-3', 'web-01', { deletionPolicy: 'Retain' });
      await until(
        'ready',
        () =>
          sandbox.objects.get(snapshotRef(namespace, 'snap-3'))?.status
            ?.readyToUse,
      );
      remove('snap-3');
      await expectSteps(since, b['Retain keeps a finished content']);
    });

    it('c: fails at the deadline', async () => {
      sandbox.faults.addVolumeFault({ namespace, mode: 'hang' });
      const since = take('snap-1', 'web-01', { failureDeadline: '15s' });
      await expectSteps(since, c['deadline of 15 s']);
      const failed = recorder.steps(since).length;
      sandbox.faults.clear();
      const end = Math.max(...recorder.steps(since).map(step => step.at));
      remove('snap-1');
      await expectSteps(end, c['delete the failed one']);
      expect(recorder.steps(since).length).toBe(failed + 2);
    });

    it('c: fails at once with a negative deadline', async () => {
      const since = take('snap-neg', 'web-01', { failureDeadline: '-1s' });
      await expectSteps(since, c['negative deadline']);
    });

    it('c: never fails without one', async () => {
      const since = take('snap-zero', 'web-01', { failureDeadline: '0s' });
      await expectSteps(since, c['no deadline']);
    });

    it('c: gets over an error of the driver', async () => {
      const faults = ['root', 'data'].map(claim =>
        sandbox.faults.addVolumeFault({
          namespace,
          claim,
          mode: 'error',
          message:
            'rpc error: code = ResourceExhausted desc = no space left in pool',
        }),
      );
      const since = take('snap-err', 'web-01');
      await until(
        'the error shows',
        () =>
          sandbox.objects.get(snapshotRef(namespace, 'snap-err'))?.status
            ?.error,
      );
      faults.forEach(id => sandbox.faults.removeVolumeFault(id));
      await until('success', () => phase('snap-err') === 'Succeeded');
      const progressing = () =>
        recorder
          .steps(since)
          .filter(step => step.object === 'VirtualMachineSnapshot snap-err')
          .flatMap(step => step.text.split('; '))
          .filter(text => text.startsWith('Progressing='));
      // The recorder hears of it by a watch, a moment later.
      await until('the last step', () =>
        progressing().includes('Progressing=False Operation complete'),
      );
      expect(progressing()).toEqual([
        'Progressing=False Source not locked',
        'Progressing=True Source locked and operation in progress',
        'Progressing=False In error state',
        'Progressing=False Operation complete',
      ]);
    });

    it('e: queues a second one', async () => {
      // The second one begins while the first one's disks are still to become
      // ready: that takes longer than any pause of a busy machine.
      sandbox.faults.setStorageDelays('fast', { cutMs: 4000, readyMs: 2500 });
      const since = take('snap-1', 'web-01');
      take('snap-2', 'web-01');
      await expectSteps(since, e['two at once']);
    });
  });

  describe('on machines with odd disks', () => {
    it('d: is partial with a disk that cannot be captured', async () => {
      await createMachine(sandbox, namespace, 'web-01', [
        { name: 'rootdisk', kind: 'template' },
        { name: 'data', kind: 'claim', storageClass: 'local-path' },
      ]);
      await record('web-01');
      const since = take('snap-1', 'web-01');
      await expectSteps(since, d.partial);
    });

    it('d: waits in silence when several snapshot classes match', async () => {
      const driver = 'multi.csi.example.com';
      sandbox.objects.create({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'ambiguous' },
        provisioner: driver,
      });
      for (const name of ['one', 'two']) {
        sandbox.objects.create({
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshotClass',
          metadata: { name },
          driver,
          deletionPolicy: 'Delete',
        });
      }
      await createMachine(sandbox, namespace, 'amb-01', [
        { name: 'data', kind: 'claim', storageClass: 'ambiguous' },
      ]);
      const vm = sandbox.objects.get(vmRef(namespace, 'amb-01'))!;
      expect(vm.status.volumeSnapshotStatuses[0].reason).toBe(
        '2 matching VolumeSnapshotClasses for ambiguous',
      );
      await record('amb-01');
      const since = take('snap-amb', 'amb-01', { failureDeadline: '20s' });
      await expectSteps(since, d['several snapshot classes']);
    });

    it('d: succeeds at once with nothing to capture', async () => {
      await createMachine(sandbox, namespace, 'cd-01', [
        { name: 'rootdisk', kind: 'container' },
      ]);
      await record('cd-01');
      const since = take('snap-cd', 'cd-01');
      await expectSteps(since, d['nothing to capture']);
    });
  });

  describe('on a running machine', () => {
    async function run(behaviour: object = {}) {
      await createMachine(sandbox, namespace, 'web-01');
      guest(behaviour);
      await startMachine(sandbox, namespace, 'web-01');
    }

    it('n: freezes and thaws with a guest agent', async () => {
      await run();
      await record('web-01');
      const since = take('snap-agent', 'web-01');
      await expectSteps(since, n['guest agent']);
    });

    it('n: captures the spec that the guest was started with', async () => {
      await run();
      await record('web-01');
      sandbox.objects.patch(vmRef(namespace, 'web-01'), {
        spec: {
          template: { spec: { domain: { memory: { guest: '384Mi' } } } },
        },
      });
      take('snap-agent', 'web-01');
      const name = await until('content', () => contentName('snap-agent'));
      const content = sandbox.objects.get({
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind: 'VirtualMachineSnapshotContent',
        namespace,
        name,
      })!;
      const captured = content.spec.source.virtualMachine;
      expect(captured.spec.template.spec.domain.memory.guest).toBe('256Mi');
      expect(captured.status).toEqual({ printableStatus: 'Stopped' });
      expect(captured.metadata.finalizers).toContain(
        'snapshot.kubevirt.io/snapshot-source-protection',
      );
    });

    it('n: does not freeze a paused machine', async () => {
      await run();
      sandbox.power(namespace, 'web-01', 'pause');
      await until(
        'paused',
        () =>
          sandbox.objects.get(vmRef(namespace, 'web-01'))?.status
            .printableStatus === 'Paused',
      );
      await record('web-01');
      const since = take('snap-paused', 'web-01');
      await expectSteps(since, n.paused);
    });

    it('n: says when there is no agent', async () => {
      await run({ agent: false });
      await record('web-01');
      const since = take('snap-noagent', 'web-01');
      await expectSteps(since, n['no agent']);
    });

    it('n: tries to freeze again every 5 s', async () => {
      await run();
      await record('web-01');
      guest({
        freezeError:
          'command Freeze failed: "LibvirtError(Code=86, Domain=10, Message=\'Guest agent is not responding\')"',
      });
      const since = take('snap-frz', 'web-01');
      await until(
        'the error shows',
        () =>
          sandbox.objects.get(snapshotRef(namespace, 'snap-frz'))?.status
            ?.error,
      );
      guest({});
      await expectSteps(since, n['freeze refused, then works']);
    });

    it('n: fails at the deadline while freezing is refused', async () => {
      await run();
      await record('web-01');
      guest({ freezeError: 'command Freeze failed: agent gone' });
      const since = take('snap-frz2', 'web-01', { failureDeadline: '12s' });
      await expectSteps(since, n['freeze refused until the deadline']);
    });

    it('n: notes that the guest thawed by itself', async () => {
      await run();
      await record('web-01');
      guest({
        unfreezeError:
          'command Unfreeze failed: "fsfreeze is limited up to 10 seconds"',
      });
      const since = take('snap-vss', 'web-01');
      await until(
        'the error shows',
        () =>
          sandbox.objects.get(snapshotRef(namespace, 'snap-vss'))?.status
            ?.error,
      );
      guest({});
      await until('ready', () =>
        recorder
          .steps(since)
          .some(
            step =>
              step.object === 'VirtualMachineSnapshot snap-vss' &&
              step.text.includes('readyToUse=true'),
          ),
      );
      const words = recorder
        .steps(since)
        .filter(step => step.object === 'VirtualMachineSnapshot snap-vss')
        .map(step => step.text);
      const real = (n['thawed too early'] as ExpectedStep[])
        .filter(([, object]) => object === 'VirtualMachineSnapshot snap-vss')
        .map(([, , text]) => text);
      // storage was faster here than the second attempt to thaw, so success and readiness may share one write
      const flat = (texts: string[]) =>
        texts.flatMap(text => text.split('; ')).sort();
      expect(flat(words)).toEqual(flat(real));
    });

    it('n: thaws when deleted while frozen', async () => {
      await run();
      await record('web-01');
      sandbox.faults.addVolumeFault({ namespace, mode: 'hang' });
      const since = take('snap-del', 'web-01');
      await until('content known', () => contentName('snap-del'));
      remove('snap-del');
      await expectSteps(since, n['delete while frozen']);
    });
  });

  it('can tell a wrong order and a wrong step', async () => {
    await createMachine(sandbox, namespace, 'web-01');
    await record('web-01');
    const good = a['a stopped machine with two disks, then delete'] as any;
    const actual = good.map(([at, object, text]: ExpectedStep) => ({
      at,
      object,
      text,
    }));
    expect(compareSteps(good, actual)).toEqual([]);
    const swapped = [...actual];
    [swapped[3], swapped[6]] = [swapped[6], swapped[3]];
    expect(compareSteps(good, swapped)).not.toEqual([]);
    expect(compareSteps(good, actual.slice(1))).not.toEqual([]);
    const renamed = actual.map((step: any) => ({
      ...step,
      text: step.text.replace('Source not locked', 'Source is not locked'),
    }));
    expect(compareSteps(good, renamed)).not.toEqual([]);
  });
});
