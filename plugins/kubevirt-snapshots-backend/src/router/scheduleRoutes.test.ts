// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { ScheduleStore } from '../scheduling/ScheduleStore';
import {
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';

jest.setTimeout(60_000);

const SETTINGS = {
  name: 'nightly',
  rule: { kind: 'daily', hour: 3, minute: 0 },
  timeZone: 'Europe/Berlin',
  retention: { keepLast: 3 },
};

describe('routes of schedules', () => {
  let cluster: FakeCluster;
  let server: Awaited<ReturnType<typeof startPlugin>>['server'];
  let stop: () => Promise<void>;

  async function begin(schedules: object = {}) {
    cluster = new FakeCluster();
    cluster.addVm({ uid: 'vm-uid' });
    ({ server, stop } = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      features: [mockServices.database.factory()],
      extraConfig: { schedules },
    }));
  }

  afterEach(() => stop());

  const ENTITY = '/entities/resource/default/web-01';

  const get = (path: string, role = 'owner') =>
    request(server)
      .get(`/api/kubevirt-snapshots${path}`)
      .set('authorization', headers[role]!);

  const post = (path: string, body: object, role = 'owner') =>
    request(server)
      .post(`/api/kubevirt-snapshots${path}`)
      .set('authorization', headers[role]!)
      .send({ operationId: randomUUID(), ...body });

  const act = (path: string, body: object = {}, role = 'owner') =>
    post(`${ENTITY}/schedules${path}`, { vmUid: 'vm-uid', ...body }, role);

  async function create(more: object = {}, role = 'owner') {
    const { body } = await act('', { ...SETTINGS, ...more }, role).expect(200);
    return body.schedule;
  }

  it('makes one, shows it on top of the list, and gives a repeat the same answer', async () => {
    await begin();
    const operationId = randomUUID();
    const made = await create({ operationId });
    expect(made).toMatchObject({
      ...SETTINGS,
      state: 'active',
      author: people.owner,
      revision: 1,
      allowed: { pause: { allowed: true }, resume: { allowed: false } },
    });
    expect(Date.parse(made.nextRunAt)).toBeGreaterThan(Date.now());
    expect((await create({ operationId })).id).toBe(made.id);
    const { body } = await get(`${ENTITY}/snapshots`).expect(200);
    expect(body.scheduled.map(({ id }: { id: string }) => id)).toEqual([
      made.id,
    ]);
    const { body: vms } = await get('/vms').expect(200);
    expect(vms.items[0].schedule.nextRunAt).toBe(made.nextRunAt);
    expect(vms.items[0].scheduleNames).toEqual([made.name]);
    expect((await get('/vms?unscheduled=true')).body.totalItems).toBe(0);
  });

  it('reads schedules for a list when they have changed, and not otherwise', async () => {
    await begin();
    const ofVm = jest.spyOn(ScheduleStore.prototype, 'ofVm');
    try {
      const list = async (minRevision?: number) => {
        const { body } = await get(
          `${ENTITY}/snapshots${
            minRevision === undefined ? '' : `?minRevision=${minRevision}`
          }`,
        ).expect(200);
        return body.scheduled.map(({ state }: { state: string }) => state);
      };
      expect(await list()).toEqual([]);
      expect(await list()).toEqual([]);
      expect(ofVm).toHaveBeenCalledTimes(1);

      const made = await act('', SETTINGS).expect(200);
      expect(await list(made.body.revision)).toEqual(['active']);
      const { id } = made.body.schedule;
      const paused = await act(`/${id}/pause`, { reason: 'later' }).expect(200);
      expect(await list(paused.body.revision)).toEqual(['paused']);
      expect(await list()).toEqual(['paused']);
      expect(ofVm).toHaveBeenCalledTimes(3);
    } finally {
      ofVm.mockRestore();
    }
  });

  it('enforces what the platform team allows, and tells how much of it is used', async () => {
    await begin({
      minimumIntervalMinutes: 60,
      maximumKept: 10,
      maximumPerVm: 1,
      maximumSnapshotsPerVm: 1,
    });
    const refusals = [
      [
        { rule: { kind: 'cron', expression: '0,1 0 1 * *' } },
        'minimum-interval',
      ],
      [{ retention: { keepLast: 8, daily: 3 } }, 'maximum-kept'],
      [{ retention: {} }, 'maximum-kept'],
      [{ rule: { kind: 'cron', expression: '0 0 30 2 *' } }, 'never'],
      [{ timeZone: 'Mars/Olympus' }, 'time-zone'],
      [{ endAt: '2020-01-01T00:00:00Z' }, 'end'],
      [
        { snapshots: { labels: { 'kubevirt-snapshots/origin': 'manual' } } },
        'bad-input',
      ],
    ] as const;
    for (const [more, code] of refusals) {
      const { body } = await act('', { ...SETTINGS, ...more }).expect(400);
      expect([more, body.error.details.code]).toEqual([more, code]);
    }
    await create();
    const { body } = await act('', { ...SETTINGS, name: 'b' }).expect(409);
    expect(body.error.details.code).toBe('schedule-limit');
    cluster.addSnapshot('one');
    const limits = await get(`${ENTITY}/schedule-limits`).expect(200);
    expect(limits.body).toMatchObject({
      schedulesOfVm: { used: 1, limit: 1 },
      snapshotsOfVm: { used: 1, limit: 1 },
    });
    const taken = await post(`${ENTITY}/snapshots`, {
      vmUid: 'vm-uid',
      name: 'two',
    }).expect(409);
    expect(taken.body.error.details.code).toBe('snapshot-limit');
  });

  it('counts a namespace by the snapshots of all of its VMs, and of no other', async () => {
    await begin({ maximumSnapshotsPerNamespace: 2 });
    const beside = { cluster: 'east', namespace: 'shop', name: 'web-02' };
    const elsewhere = { cluster: 'east', namespace: 'data', name: 'db-01' };
    cluster.addVm({ ref: beside, uid: 'beside-uid' });
    cluster.addVm({ ref: elsewhere, uid: 'elsewhere-uid' });
    cluster.addSnapshot('a', { vmName: 'web-02' });
    cluster.addSnapshot('b', { namespace: 'data', vmName: 'db-01' });
    cluster.addSnapshot('c', { namespace: 'data', vmName: 'db-01' });
    const used = async () =>
      (await get(`${ENTITY}/schedule-limits`).expect(200)).body
        .snapshotsOfNamespace;
    const take = () =>
      post(`${ENTITY}/snapshots`, { vmUid: 'vm-uid', name: 'mine' });
    const { id } = await create();
    expect(await used()).toEqual({ used: 1, limit: 2 });
    cluster.addSnapshot('d', { vmName: 'web-02' });
    expect(await used()).toEqual({ used: 2, limit: 2 });
    const { body } = await take().expect(409);
    expect(body.error.details.code).toBe('snapshot-limit');
    expect(body.error.message).toContain('namespace shop');
    const run = await act(`/${id}/run`).expect(409);
    expect(run.body.error.details.code).toBe('snapshot-limit');
    // A schedule may be made all the same: what it keeps is a matter of its rule.
    await create({ name: 'another' });
    cluster.removeSnapshot('d');
    await take().expect(202);
  });

  it('offers the presets of the platform team, and holds who uses them to nothing', async () => {
    const nightly = {
      name: 'nightly',
      title: 'Every night',
      description: 'For most VMs',
      rule: { kind: 'daily', hour: 3, minute: 0 },
      retention: { keepLast: 7 },
    };
    await begin({ presets: [nightly] });
    const { body } = await get(`${ENTITY}/schedule-limits`).expect(200);
    expect(body.presets).toEqual([nightly]);
    await create({ rule: nightly.rule, retention: { keepLast: 30 } });
  });

  it('says with the VM whether the person may put it under a schedule', async () => {
    await begin();
    const verdict = async (role: string) =>
      (await get(`${ENTITY}/snapshots`, role).expect(200)).body.vm.allowed
        .createSchedule;
    expect(await verdict('owner')).toEqual({ allowed: true });
    expect(await verdict('auditor')).toMatchObject({
      allowed: false,
      code: 'permission',
      reason: expect.stringContaining('make schedules for web-01'),
    });
    await act('', SETTINGS, 'auditor').expect(403);
  });

  it('shows operators who answers for schedules, and who of them is paused', async () => {
    await begin();
    await create();
    await create({ name: 'b' }, 'platform');
    const { id } = await create({ name: 'c' });
    await act(`/${id}/pause`, { reason: 'later' }).expect(200);
    const body = { author: people.platform, reason: 'on leave' };
    await post('/schedule-authors/pause', body, 'platform').expect(200);
    const seen = await get('/schedule-authors', 'auditor').expect(200);
    expect(seen.body).toEqual({
      authors: [
        {
          author: people.platform,
          schedules: 1,
          active: 0,
          paused: {
            reason: 'on leave',
            by: people.platform,
            since: expect.any(String),
          },
        },
        { author: people.owner, schedules: 2, active: 1 },
      ],
      allowed: {
        allowed: false,
        code: 'permission',
        reason: 'You may not change the schedules of everybody.',
      },
    });
    const own = await get('/schedule-authors', 'platform').expect(200);
    expect(own.body.allowed).toEqual({ allowed: true });
    const { body: trail } = await get(
      '/audit?action=schedule.pause-author',
      'platform',
    ).expect(200);
    expect(trail.items).toMatchObject([
      { action: 'schedule.pause-author', actor: people.platform },
    ]);
  });

  it('refuses an edit of what somebody else has changed', async () => {
    await begin();
    const { id } = await create();
    await act(`/${id}/update`, { ...SETTINGS, revision: 1 }).expect(200);
    const { body } = await act(`/${id}/update`, {
      ...SETTINGS,
      revision: 1,
    }).expect(409);
    expect(body.error.details.code).toBe('schedule-changed');
  });

  it('pauses with a reason and resumes from then on', async () => {
    await begin();
    const { id } = await create();
    const paused = await act(`/${id}/pause`, { reason: 'upgrade' }).expect(200);
    expect(paused.body.schedule).toMatchObject({
      state: 'paused',
      reason: { code: 'by-person', message: 'upgrade', by: people.owner },
    });
    expect(paused.body.schedule.nextRunAt).toBeUndefined();
    const { revision } = paused.body;
    const { body: vms } = await get(`/vms?minRevision=${revision}`);
    // Its name is taken all the same.
    expect(vms.items[0]).toMatchObject({ scheduleNames: [SETTINGS.name] });
    expect(vms.items[0].schedule).toBeUndefined();
    const resumed = await act(`/${id}/resume`).expect(200);
    expect(resumed.body.schedule.state).toBe('active');
  });

  it('lets operators stop everything of an author, and somebody else adopt it', async () => {
    await begin();
    const { id } = await create();
    const body = { author: people.owner, reason: 'left' };
    const paused = await post('/schedule-authors/pause', body, 'platform');
    expect(paused.body).toEqual({ changed: 1 });
    expect(
      (await act(`/${id}/resume`).expect(409)).body.error.details.code,
    ).toBe('author-paused');
    expect(
      (await act('', { ...SETTINGS, name: 'b' }).expect(409)).body.error.details
        .code,
    ).toBe('author-paused');
    const adopted = await act(`/${id}/adopt`, {}, 'platform').expect(200);
    expect(adopted.body.schedule).toMatchObject({
      state: 'active',
      author: people.platform,
      createdBy: people.owner,
    });
  });

  it('takes nothing from a schedule of a former VM, and shows it to nobody without a right on that one', async () => {
    await begin();
    const { id } = await create();
    cluster.addVm({
      uid: 'new-uid',
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-a',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
      },
    });
    const { body } = await get(`${ENTITY}/schedules/${id}`).expect(200);
    expect(body.schedule.formerVm).toBe(true);
    for (const verb of ['run', 'resume', 'adopt']) {
      await act(`/${id}/${verb}`).expect(409);
    }
    await act(`/${id}/delete`, { keepSnapshots: false }).expect(409);
    await act(`/${id}/delete`, { keepSnapshots: true }).expect(200);
    await get(`${ENTITY}/schedules/${id}`).expect(404);
  });

  it('lets a former VM’s schedule stand in no way of the new one’s', async () => {
    await begin({ maximumPerVm: 1 });
    await create();
    await act('', { ...SETTINGS }).expect(409);
    cluster.addVm({
      uid: 'new-uid',
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-a',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
      },
    });
    await create({ vmUid: 'new-uid' });
    const { body } = await act('', {
      ...SETTINGS,
      name: 'another',
      vmUid: 'new-uid',
    }).expect(409);
    expect(body.error.details.code).toBe('schedule-limit');
  });

  it('previews what would run and what would go', async () => {
    await begin();
    const { name, ...rest } = SETTINGS;
    const { body } = await request(server)
      .post(`/api/kubevirt-snapshots${ENTITY}/schedules/preview`)
      .set('authorization', headers.owner!)
      .send(rest)
      .expect(200);
    expect(body.problems).toEqual([]);
    expect(body.nextRuns).toHaveLength(5);
    expect(body.shortestIntervalMinutes).toBe(1440);
  });
});
