// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  RestorePlan,
  RestoreSnapshotRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { headers, startPlugin, vmEntity } from '../__testUtils__/startPlugin';

jest.setTimeout(60_000);

const DOOR = '/api/kubevirt-snapshots/entities/resource/default/web-01';

describe('what is looked at before a restore', () => {
  let cluster: FakeCluster;
  let server: Parameters<typeof request>[0];
  let stop: () => Promise<void>;
  let initial: ReturnType<FakeCluster['addVm']>;

  beforeAll(async () => {
    cluster = new FakeCluster();
    initial = cluster.addVm();
    ({ server, stop } = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      extraConfig: { requireReason: { restore: true } },
      features: [mockServices.database.factory()],
    }));
  });
  beforeEach(() => {
    cluster.addVm(initial);
    cluster.addSnapshot('s1', { capturedVmUid: initial.uid });
    cluster.version = 'v1.9.0';
    cluster.rights = true;
    cluster.quota = [];
    cluster.comparison = {};
    cluster.restoreRecords = [];
    cluster.calls.length = 0;
  });
  afterAll(() => stop?.());

  async function planOf(): Promise<RestorePlan> {
    const { body } = await request(server)
      .get(`${DOOR}/snapshots/s1/restore-plan`)
      .set('authorization', headers.owner!)
      .expect(200);
    return body;
  }

  /** Sends what the plan says, reason and all, unless told otherwise. */
  async function send(change: Partial<RestoreSnapshotRequest> = {}) {
    const plan = await planOf();
    const { body, status } = await request(server)
      .post(`${DOOR}/snapshots/s1/restore`)
      .set('authorization', headers.owner!)
      .send({
        operationId: randomUUID(),
        vmUid: plan.vmUid,
        snapshotUid: plan.snapshot.uid,
        planHash: plan.hash,
        ...plan.defaults,
        typedName: 'web-01',
        reason: 'It went wrong',
        ...change,
      });
    return {
      status,
      code: body.error?.details?.code,
      field: body.error?.details?.field,
    };
  }

  const refusals = (plan: RestorePlan) =>
    plan.checks
      .filter(({ state }) => state === 'refused')
      .map(({ code, message }) => `${code}: ${message}`);

  /** Told before, with its own words, and refused by the API as well. */
  async function refusal() {
    const plan = await planOf();
    const { status, code } = await send();
    return {
      told: refusals(plan),
      allowed: plan.allowed.allowed,
      answer: `${status} ${code}`,
      writes: cluster.calls.filter(call =>
        ['createRestore', 'setPower', 'createSnapshot'].includes(call),
      ),
    };
  }

  const refusedFor = (code: string, message: RegExp) => ({
    told: [expect.stringMatching(message)],
    allowed: false,
    answer: `409 ${code}`,
    writes: [],
  });

  it.each(['v1.4.0', 'v1.4.1', 'v1.3.2', 'v0.59.0'])(
    'KubeVirt %s, which refuses running VMs, is refused, running or not',
    async version => {
      cluster.version = version;
      expect(await refusal()).toEqual(
        refusedFor('old-kubevirt', /old-kubevirt: .*need 1\.5 or later/),
      );
      cluster.addVm({ ...initial, running: false, runStrategy: 'Halted' });
      expect(await refusal()).toEqual(
        refusedFor('old-kubevirt', /old-kubevirt: .*need 1\.5 or later/),
      );
    },
  );

  it.each(['v1.5.0', 'v1.10.0', 'v2.0.0-rc.1'])(
    'KubeVirt %s is new enough',
    async version => {
      cluster.version = version;
      expect(refusals(await planOf())).toEqual([]);
    },
  );

  it('before 1.7 disks that are not the VM’s own would become it', async () => {
    cluster.version = 'v1.6.3';
    const captured = [
      {
        volume: 'root',
        claim: 'web-01-root',
        templated: false,
        ownedByVm: false,
      },
    ];
    cluster.comparison = { captured };
    expect(await refusal()).toEqual(
      refusedFor('old-kubevirt', /needs 1\.7 or later/),
    );
    cluster.version = 'v1.7.0';
    expect(refusals(await planOf())).toEqual([]);
  });

  it('a snapshot of a VM that bore the name before would overwrite this one', async () => {
    cluster.addSnapshot('s1', { capturedVmUid: 'former' });
    const { body } = await request(server)
      .get(`${DOOR}/snapshots/s1/restore-plan`)
      .set('authorization', headers.platform!);
    expect(refusals(body)).toEqual([
      expect.stringMatching(/same-vm: .*Make a new VM from it/),
    ]);
    expect(
      body.checks.find((check: any) => check.code === 'same-vm').instead,
    ).toBe('create-vm');
  });

  it('the rights of the service account, each by its name', async () => {
    cluster.rights = false;
    expect(await refusal()).toEqual(
      refusedFor('account-rights', /lacks rights.*\(restore, /),
    );
  });

  it('a snapshot that is not ready', async () => {
    cluster.addSnapshot('s1', {
      capturedVmUid: initial.uid,
      facts: { phase: 'Failed' },
    });
    expect(await refusal()).toEqual(refusedFor('snapshot-ready', /not ready/));
  });

  it('somebody else’s restore under way', async () => {
    cluster.addRestore('theirs', { state: 'running' });
    expect(await refusal()).toEqual(
      refusedFor('vm-busy', /Restore theirs is under way/),
    );
  });

  it('a quota that nobody lets us see is told, and refuses nothing', async () => {
    cluster.quota = undefined;
    const plan = await planOf();
    expect(refusals(plan)).toEqual([]);
    expect(plan.checks).toContainEqual(
      expect.objectContaining({ code: 'quota', state: 'unknown' }),
    );
  });

  it.each([
    // run strategy, may be stopped for one, comes up again as
    ['Always', true, 'Always'],
    ['Manual', true, 'Manual'],
    ['RerunOnFailure', true, 'RerunOnFailure'],
    ['Once', false, undefined],
    ['WaitAsReceiver', false, undefined],
  ])(
    'a running VM of run strategy %s',
    async (runStrategy, stops, startsAs) => {
      cluster.addVm({ ...initial, runStrategy });
      const { power } = await planOf();
      const verdicts = Object.fromEntries(
        power.options.map(({ value, verdict }) => [value, verdict.allowed]),
      );
      expect(verdicts).toEqual({
        stop: stops,
        'five-minutes': true,
        wait: true,
        // It runs now.
        'if-stopped': false,
      });
      expect(power.start.allowed).toBe(startsAs !== undefined);
      expect(power.startsAs).toBe(startsAs);
    },
  );

  it.each(['Once', 'WaitAsReceiver'])(
    'is never asked to stop or start a VM of run strategy %s',
    async runStrategy => {
      cluster.addVm({ ...initial, runStrategy });
      const { defaults } = await planOf();
      expect(defaults).toMatchObject({
        power: 'five-minutes',
        startAfterwards: false,
      });
      expect(await send({ power: 'stop' })).toMatchObject({
        status: 409,
        code: 'run-strategy',
      });
      expect(await send({ startAfterwards: true })).toMatchObject({
        status: 409,
        code: 'run-strategy',
      });
      expect(cluster.calls).not.toContain('setPower');
    },
  );

  it('wants to know why, where that is configured', async () => {
    expect(await planOf()).toMatchObject({ reasonRequired: true });
    expect(await send({ reason: undefined })).toEqual({
      status: 400,
      code: 'reason-missing',
      field: 'reason',
    });
    expect(await send({ reason: '  ' })).toMatchObject({
      status: 400,
      field: 'reason',
    });
    expect(cluster.calls).not.toContain('setPower');
    expect(await send()).toMatchObject({ status: 202 });
  });
});
