// SPDX-License-Identifier: Apache-2.0
import { startSandbox } from '../index';
import { call, until } from '../testing/http';
import {
  createMachine,
  snapshot,
  snapshotRef,
  vmRef,
} from '../testing/machines';
import type { Sandbox } from '../types';
import k from './k.json';

const NS = 'golden-k';

interface Recorded {
  /** Method and path; `<ns>` is the namespace, `<uid>` that of snap-1. */
  request: string;
  as?: string;
  headers?: Record<string, string>;
  body?: unknown;
  status: number;
  /** What the control plane said, of a refusal. */
  answer?: unknown;
}

/** The recording as it would read in the sandbox's namespace. */
function placed(recorded: Recorded, uid: string): Recorded {
  const text = JSON.stringify(recorded)
    .replaceAll('<ns>', NS)
    .replaceAll('<uid>', uid)
    .replaceAll(
      String.raw`User \"nobody\"`,
      String.raw`User \"system:serviceaccount:${NS}:nobody\"`,
    );
  return JSON.parse(text);
}

describe('refusals of the recorded control plane', () => {
  let sandbox: Sandbox;
  let nobody: string;
  let uid: string;
  let started = false;

  beforeAll(async () => {
    sandbox = await startSandbox({ name: 'golden-k', speed: 50 });
    await createMachine(sandbox, NS, 'web-01');
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'nobody', namespace: NS },
    });
    nobody = sandbox.serviceAccountToken(NS, 'nobody');
    uid = sandbox.objects.create(snapshot(NS, 'snap-1', 'web-01')).metadata
      .uid!;
    await until(
      'snap-1 is ready',
      () => sandbox.objects.get(snapshotRef(NS, 'snap-1'))?.status?.readyToUse,
    );
  });

  afterAll(() => sandbox.stop());

  const restores = () =>
    sandbox.objects.list({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineRestore',
      namespace: NS,
    });

  /** What the recording had waited for before it went on. */
  async function settled(section: string): Promise<void> {
    await until('the webhook has seen every restore', () =>
      restores().every(
        ({ metadata, status }) =>
          status?.conditions && !metadata.deletionTimestamp,
      ),
    );
    if (section === 'actions') {
      await until('no restore is under way', () =>
        restores().every(({ status }) => status?.complete),
      );
    }
    if (started) {
      await until(
        'web-01 runs',
        () => sandbox.objects.get(vmRef(NS, 'web-01'))?.status?.ready,
      );
    }
  }

  async function replay(recorded: Recorded) {
    const { request, as, headers, body } = recorded;
    const [method, path] = request.split(' ');
    const answer = await call(sandbox, method, path, {
      token: as === 'nobody' ? nobody : undefined,
      headers,
      body,
    });
    return {
      status: answer.status,
      answer: recorded.answer === undefined ? undefined : answer.body,
    };
  }

  describe.each(Object.entries(k as Record<string, Recorded[]>))(
    '%s',
    (section, all) => {
      it.each(all.map((one, n) => [n, one.request, one] as const))(
        '%d: %s',
        async (_n, _request, one) => {
          await settled(section);
          const recorded = placed(one, uid);
          const got = await replay(recorded);
          started ||= got.status === 202;
          expect(got).toMatchObject({
            status: recorded.status,
            ...(recorded.answer !== undefined && { answer: recorded.answer }),
          });
        },
      );
    },
  );
});
