// SPDX-License-Identifier: Apache-2.0
import { startSandbox, SystemClock } from '../index';
import { call, until } from '../testing/http';
import {
  createMachine,
  restore,
  restoreRef,
  snapshot,
  snapshotRef,
  vmRef,
} from '../testing/machines';
import { Recorder } from '../testing/recorder';
import type { Sandbox } from '../types';
import { compareSteps, ExpectedStep, withoutFlashes } from './compare';
import l from './l.json';
import type { Step } from './steps';
import t from './t.json';

type Recorded = {
  request: string;
  headers?: Record<string, string>;
  body?: object;
  status: number;
  answer?: unknown;
};

const placed = <T>(value: T, namespace: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll('<ns>', namespace));

/** One machine of one namespace, and what was recorded of it. */
class Story {
  readonly sandbox: Sandbox;
  readonly namespace: string;
  readonly #recorder: Recorder;

  static async begin(
    sandbox: Sandbox,
    namespace: string,
    kinds: string[],
  ): Promise<Story> {
    await createMachine(sandbox, namespace, 'web-01');
    const recorder = await Recorder.start(sandbox, namespace, kinds);
    await until('the watches have begun', () => recorder.steps(0).length > 0);
    return new Story(sandbox, namespace, recorder);
  }

  private constructor(sandbox: Sandbox, namespace: string, recorder: Recorder) {
    this.sandbox = sandbox;
    this.namespace = namespace;
    this.#recorder = recorder;
  }

  end(): void {
    this.#recorder.close();
  }

  get vm() {
    return this.sandbox.objects.get(vmRef(this.namespace, 'web-01'));
  }

  snapshot(name: string) {
    return this.sandbox.objects.get(snapshotRef(this.namespace, name));
  }

  restore(name: string) {
    return this.sandbox.objects.get(restoreRef(this.namespace, name));
  }

  take(name: string): number {
    const created = this.sandbox.objects.create(
      snapshot(this.namespace, name, 'web-01'),
    );
    return Number(created.metadata.resourceVersion) - 1;
  }

  async isReady(name: string): Promise<void> {
    await until(
      `${name} is ready`,
      () =>
        this.snapshot(name)?.status?.readyToUse &&
        !this.vm?.status.snapshotInProgress,
    );
  }

  startRestore(name: string): number {
    const created = this.sandbox.objects.create(
      restore(this.namespace, name, 'web-01', 'snap-1'),
    );
    return Number(created.metadata.resourceVersion) - 1;
  }

  steps(since: number): Step[] {
    return this.#recorder.steps(since);
  }
}

describe('recorded refusals', () => {
  let sandbox: Sandbox;
  let story: Story;

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'golden-l',
      clock: new SystemClock({ factor: 5 }),
      speed: 4,
    });
  });

  afterAll(() => sandbox.stop());

  async function replay(recorded: Recorded[]): Promise<void> {
    for (const one of placed(recorded, story.namespace)) {
      const [method, path] = one.request.split(' ');
      const { status, body } = await call(sandbox, method, path, one);
      expect({ request: one.request, status }).toEqual({
        request: one.request,
        status: one.status,
      });
      if (one.answer !== undefined) {
        expect(body).toEqual(
          typeof one.answer === 'string'
            ? one.answer
            : expect.objectContaining(one.answer as object),
        );
      }
    }
  }

  /** Steps of the objects that the recording is about. */
  async function expectSteps(since: number, recorded: unknown): Promise<void> {
    const wanted = placed(recorded, story.namespace) as ExpectedStep[];
    const about = new Set(wanted.map(([, object]) => object));
    const differences = () =>
      compareSteps(
        wanted,
        withoutFlashes(
          story.steps(since).filter(({ object }) => about.has(object)),
        ),
      );
    await until('all steps', () => differences().length === 0, 4000).catch(
      () => {},
    );
    expect(differences()).toEqual([]);
  }

  describe('l: while a snapshot or a restore is under way', () => {
    beforeAll(async () => {
      story = await Story.begin(sandbox, 'golden-l', [
        'VirtualMachine',
        'VirtualMachineRestore',
        'VirtualMachineSnapshot',
      ]);
    });

    afterAll(() => story.end());
    afterEach(() => sandbox.faults.clear());

    const hold = (mode: 'hang' | 'never-bind') =>
      sandbox.faults.addVolumeFault({ namespace: story.namespace, mode });

    it('a machine under a snapshot takes no other volumes and no other run strategy, and is locked again', async () => {
      const fault = hold('hang');
      story.take('snap-1');
      await until(
        'it is locked',
        () =>
          story.snapshot('snap-1')?.status?.virtualMachineSnapshotContentName,
      );
      const [cloudInit, volumes, strip, ...others] =
        l.requests['during a snapshot'];
      await replay([cloudInit, volumes]);
      const since = Number(story.vm!.metadata.resourceVersion);
      await replay([strip]);
      await expectSteps(
        since,
        l.steps['locked again when its lock is stripped'],
      );
      await replay(others);
      const restoring = story.startRestore('r-early');
      await until('it says why it waits', () =>
        JSON.stringify(story.restore('r-early')?.status ?? {}).includes(
          'not ready',
        ),
      );
      sandbox.objects.remove(restoreRef(story.namespace, 'r-early'));
      await expectSteps(
        restoring,
        l.steps['a restore of a snapshot that is not ready, then deleted'],
      );
      sandbox.faults.removeVolumeFault(fault);
      await story.isReady('snap-1');
    });

    it('a restore during a snapshot waits with the refusal, and goes on when that is through', async () => {
      const fault = hold('hang');
      const since = story.take('snap-2');
      await until(
        'it is locked',
        () =>
          story.snapshot('snap-2')?.status?.virtualMachineSnapshotContentName,
      );
      story.startRestore('r-during');
      await until('the write is refused', () =>
        JSON.stringify(story.restore('r-during')?.status ?? {}).includes(
          'Cannot update vm disks or volumes',
        ),
      );
      sandbox.faults.removeVolumeFault(fault);
      await expectSteps(since, l.steps['a restore during a snapshot']);
      await story.isReady('snap-2');
    });

    it('a snapshot during a restore runs through; the machine takes all but its run strategy', async () => {
      const fault = hold('never-bind');
      story.startRestore('r-hold');
      await until(
        'it waits for its claims',
        () =>
          story.vm!.status.restoreInProgress &&
          story.restore('r-hold')?.status?.restores,
      );
      await replay(l.requests['during a restore']);
      const since = story.take('snap-3');
      await expectSteps(since, l.steps['a snapshot during a restore']);
      expect(story.vm!.status.restoreInProgress).toBe('r-hold');

      const before = Number(story.vm!.metadata.resourceVersion);
      sandbox.objects.remove(vmRef(story.namespace, 'web-01'));
      await until('it is gone', () => !story.vm);
      await expectSteps(
        // its own end is no write that makes it anything else
        before,
        l.steps['the machine goes'],
      );
      sandbox.faults.removeVolumeFault(fault);
      expect(
        ['snap-1', 'snap-2', 'snap-3'].map(
          name => story.snapshot(name)?.status.phase,
        ),
      ).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    });
  });

  describe('t: by a gate and without virt-api', () => {
    beforeAll(async () => {
      story = await Story.begin(sandbox, 'golden-t', [
        'VirtualMachine',
        'VirtualMachineSnapshot',
        'VirtualMachineSnapshotContent',
      ]);
      story.take('snap-1');
      await story.isReady('snap-1');
    });

    afterAll(() => {
      story.end();
      sandbox.faults.clear();
    });

    it('the gate keeps new ones off, and lets those that are there be changed and deleted', async () => {
      sandbox.faults.setGate(false);
      const requests = t.requests['with the gate off'];
      await replay(requests.slice(0, -1));
      const since = Number(story.snapshot('snap-1')!.metadata.resourceVersion);
      await replay(requests.slice(-1));
      await expectSteps(since, t.steps['deleted with the gate off']);
      sandbox.faults.setGate(true);
      story.take('x-2');
      await story.isReady('x-2');
    });

    it('without virt-api nothing is made, no action is done, and a deleted snapshot stays until it is back', async () => {
      const since = Number(story.snapshot('x-2')!.metadata.resourceVersion);
      const [create, remove, ...actions] = t.requests['while virt-api is down'];
      sandbox.faults.setVirtApi(false);
      await replay([create, remove]);
      await until(
        'its content is gone',
        () =>
          sandbox.objects.list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineSnapshotContent',
            namespace: story.namespace,
          }).length === 0,
      );
      expect(story.snapshot('x-2')!.metadata).toMatchObject({
        deletionTimestamp: expect.any(String),
        finalizers: ['snapshot.kubevirt.io/vmsnapshot-protection'],
      });
      // in its first seconds the API server still tries, and says so
      const text = async () =>
        (await call(sandbox, 'GET', '/apis/subresources.kubevirt.io/v1')).body;
      expect(await text()).toBe(
        'error trying to reach service: dial tcp 127.0.0.1:6450: connect: connection refused',
      );
      await until('it has given up', async () =>
        (await text()).startsWith('service'),
      );
      await replay(actions);
      sandbox.faults.setVirtApi(true);
      await expectSteps(since, t.steps['deleted while virt-api is down']);
      story.take('x-4');
      await story.isReady('x-4');
    });
  });
});
