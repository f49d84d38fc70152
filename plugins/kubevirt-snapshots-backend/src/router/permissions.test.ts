// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';
import { routes, type RouteDefinition, type RouteId } from './routes';

jest.setTimeout(60_000);

const ROLES = [
  'owner',
  'other',
  'platform',
  'auditor',
  'none',
  'invalid',
  'service',
  'actor',
] as const;

/** Status for each role, in the order of ROLES, on team A's VM. */
const EXPECTED: Record<RouteId, number[]> = {
  //                   owner other platf audit none inval serv actor
  health: /*         */ [200, 200, 200, 200, 200, 200, 200, 200],
  listClusters: /*   */ [403, 403, 200, 200, 401, 401, 403, 403],
  listBindings: /*   */ [403, 403, 200, 200, 401, 401, 403, 403],
  // Filtered, not refused: whoever may read no VM gets none.
  listVms: /*        */ [200, 200, 200, 200, 401, 401, 403, 200],
  streamVms: /*      */ [200, 200, 200, 200, 401, 401, 403, 200],
  listSnapshots: /*  */ [200, 403, 200, 200, 401, 401, 403, 200],
  getSnapshot: /*    */ [200, 403, 200, 200, 401, 401, 403, 200],
  checkSnapshotName: /**/ [200, 403, 200, 403, 401, 401, 403, 200],
  getOperation: /*   */ [200, 403, 200, 200, 401, 401, 403, 200],
  streamEvents: /*   */ [200, 403, 200, 200, 401, 401, 403, 200],
  takeSnapshot: /*   */ [202, 403, 202, 403, 401, 401, 403, 202],
  stopSnapshot: /*   */ [202, 403, 202, 403, 401, 401, 403, 202],
  deleteSnapshot: /* */ [202, 403, 202, 403, 401, 401, 403, 202],
  protectSnapshot: /**/ [200, 403, 200, 403, 401, 401, 403, 200],
  unprotectSnapshot: /**/ [409, 403, 409, 403, 401, 401, 403, 409],
  getRestorePlan: /* */ [200, 403, 200, 403, 401, 401, 403, 200],
  restoreSnapshot: /**/ [202, 403, 202, 403, 401, 401, 403, 202],
  listRestores: /*   */ [200, 403, 200, 200, 401, 401, 403, 200],
  stopRestore: /*    */ [202, 403, 202, 403, 401, 401, 403, 202],
  clearRestore: /*   */ [202, 403, 202, 403, 401, 401, 403, 202],
  changePower: /*    */ [202, 403, 202, 403, 401, 401, 403, 202],
  listLeftOverClaims: /**/ [200, 403, 200, 200, 401, 401, 403, 200],
  // Absent: which claims may go is a test of its own.
  deleteClaim: /*    */ [404, 403, 404, 403, 401, 401, 403, 404],
  reviewClone: /*    */ [200, 403, 200, 403, 401, 401, 403, 200],
  cloneSnapshot: /*  */ [202, 403, 202, 403, 401, 401, 403, 202],
  checkVmName: /*    */ [200, 403, 200, 403, 401, 401, 403, 200],
  reviewTemplate: /* */ [200, 403, 200, 403, 401, 401, 403, 200],
  templateSnapshot: /**/ [202, 403, 202, 403, 401, 401, 403, 202],
  checkTemplateName: /**/ [200, 403, 200, 403, 401, 401, 403, 200],
  // Nothing of the kind is being made: stopping it is a test of its own.
  stopClone: /*      */ [404, 403, 404, 403, 401, 401, 403, 404],
  stopTemplate: /*   */ [404, 403, 404, 403, 401, 401, 403, 404],
  getHistory: /*     */ [200, 403, 200, 200, 401, 401, 403, 200],
  // A list is filtered, not refused.
  listAudit: /*      */ [200, 200, 200, 200, 401, 401, 403, 200],
  getAuditRow: /*    */ [200, 404, 200, 200, 401, 401, 403, 200],
  exportAudit: /*    */ [200, 200, 200, 200, 401, 401, 403, 200],
  getAuditVerification: [403, 403, 200, 200, 401, 401, 403, 403],
  verifyAudit: /*    */ [403, 403, 200, 403, 401, 401, 403, 403],
  getScheduleLimits: /**/ [200, 403, 200, 200, 401, 401, 403, 200],
  getScheduleCalendar: [200, 403, 200, 200, 401, 401, 403, 200],
  previewSchedule: /**/ [200, 403, 200, 200, 401, 401, 403, 200],
  getSchedule: /*    */ [200, 403, 200, 200, 401, 401, 403, 200],
  createSchedule: /* */ [200, 403, 200, 403, 401, 401, 403, 200],
  updateSchedule: /* */ [200, 403, 200, 403, 401, 401, 403, 200],
  runSchedule: /*    */ [200, 403, 200, 403, 401, 401, 403, 200],
  pauseSchedule: /*  */ [200, 403, 200, 403, 401, 401, 403, 200],
  // It is active, and the platform engineer made it.
  resumeSchedule: /* */ [409, 403, 409, 403, 401, 401, 403, 409],
  adoptSchedule: /*  */ [200, 403, 409, 403, 401, 401, 403, 200],
  deleteSchedule: /* */ [200, 403, 200, 403, 401, 401, 403, 200],
  listScheduleAuthors: [403, 403, 200, 200, 401, 401, 403, 403],
  // Whoever may change the schedules of everybody.
  pauseScheduleAuthor: [403, 403, 200, 403, 401, 401, 403, 403],
  resumeScheduleAuthor: [403, 403, 409, 403, 401, 401, 403, 403],
};

/** What it takes to make a schedule. */
const settings = {
  name: 'weekly',
  rule: { kind: 'daily', hour: 3, minute: 0 },
  timeZone: 'UTC',
  retention: { keepLast: 3 },
};

/** Bodies of the routes of schedules, beside operation id and VM. */
const SCHEDULE_BODIES: Record<string, object> = {
  createSchedule: settings,
  updateSchedule: { ...settings, revision: 1 },
  runSchedule: {},
  pauseSchedule: { reason: 'upgrade' },
  resumeSchedule: {},
  adoptSchedule: {},
  deleteSchedule: { keepSnapshots: true },
};

/** Calls that change the cluster. */
const WRITES = /^(create|delete|set)/;

/** Doors that lead nowhere, for whoever is signed in. */
const CLOSED_DOORS = {
  'an entity that nobody confirms': 'unbound',
  'a forged annotation': 'forged',
  'an entity that the VM names, owned by a stranger': 'claimed',
  'an entity without the annotation': 'plain',
  'a malformed annotation': 'malformed',
  'a VM that is gone': 'gone',
  'a cluster that is not configured': 'elsewhere',
  'an entity that does not exist': 'nothing',
};

describe('permissions', () => {
  let cluster: FakeCluster;
  let server: Awaited<ReturnType<typeof startPlugin>>['server'];
  let stop: (() => Promise<void>) | undefined;
  /** Whether something was done about what is there. */
  let spent = true;
  let vmUid: string;
  let operationId: string;
  let otherOperationId: string;
  let scheduleId: string;
  let otherScheduleId: string;

  /** Reads and refusals leave everything as it is for those after them. */
  async function beginUnlessFresh() {
    if (spent) {
      await begin();
    }
    spent = false;
  }

  async function begin() {
    await stop?.();
    spent = true;
    cluster = new FakeCluster();
    vmUid = cluster.addVm().uid;
    // VMs of others, in the same namespace.
    const second = parseVmRef('east/shop/web-02')!;
    cluster.addVm({
      ref: second,
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-a',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-02',
      },
    });
    cluster.addVm({ ref: parseVmRef('east/shop/silent')!, annotations: {} });
    cluster.addVm({
      ref: parseVmRef('east/shop/claims')!,
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-a',
        'kubevirt-snapshots/entity-ref': 'resource:default/claimed',
      },
    });
    cluster.addSnapshot('ready-1');
    cluster.addSnapshot('ready-2');
    cluster.addSnapshot('running-1', {
      facts: {
        phase: 'InProgress',
        conditions: [{ type: 'Progressing', status: 'True' }],
      },
    });
    cluster.addSnapshot('of-web-02', { vmName: 'web-02' });
    ({ server, stop } = await startPlugin({
      cluster,
      entities: [
        vmEntity('web-01', 'east/shop/web-01'),
        vmEntity('web-02', 'east/shop/web-02'),
        vmEntity('web-01-of-b', 'east/shop/web-01', 'group:default/team-b'),
        vmEntity('unbound', 'east/shop/silent'),
        vmEntity('forged', 'east/shop/web-01', 'group:default/team-b'),
        vmEntity('claimed', 'east/shop/claims', 'group:default/team-b'),
        vmEntity('plain', undefined),
        vmEntity('malformed', 'web-01'),
        vmEntity('gone', 'east/shop/gone'),
        vmEntity('elsewhere', 'west/shop/web-01'),
      ],
      features: [mockServices.database.factory()],
    }));
    const take = async (entity: string, uid: string) => {
      const id = randomUUID();
      await send('post', `/entities/resource/default/${entity}/snapshots`)
        .set('authorization', headers.platform!)
        .send({ operationId: id, vmUid: uid, name: `take-of-${entity}` })
        .expect(202);
      return id;
    };
    const schedule = async (entity: string, uid: string) => {
      const { body } = await send(
        'post',
        `/entities/resource/default/${entity}/schedules`,
      )
        .set('authorization', headers.platform!)
        .send({
          operationId: randomUUID(),
          vmUid: uid,
          ...settings,
          name: 'nightly',
        })
        .expect(200);
      return body.schedule.id as string;
    };
    scheduleId = await schedule('web-01', vmUid);
    otherScheduleId = await schedule('web-02', cluster.vm(second)!.uid);
    otherOperationId = await take('web-02', cluster.vm(second)!.uid);
    operationId = await take('web-01', vmUid);
    // The take is over, so that it doesn't stand in the way of the rest.
    cluster.changeSnapshot('take-of-web-01', {
      facts: { phase: 'Succeeded', readyToUse: true },
    });
    await over(operationId);
  }

  async function over(id: string) {
    for (;;) {
      const { body } = await send(
        'get',
        `/entities/resource/default/web-01/operations/${id}`,
      ).set('authorization', headers.platform!);
      if (body.finishedAt) {
        break;
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  }

  function send(method: 'get' | 'post', path: string) {
    return request(server)[method](`/api/kubevirt-snapshots${path}`);
  }

  /** A well-formed request to the route, through the door of an entity. */
  async function call(
    route: RouteDefinition,
    role: string,
    entity = 'web-01',
    ids: {
      snapshot?: string;
      operation?: string;
      schedule?: string;
      uid?: string;
    } = {},
  ): Promise<request.Response> {
    const snapshot =
      ids.snapshot ??
      ({
        stopSnapshot: 'running-1',
        checkSnapshotName: 'free-name',
      }[route.id] ||
        'ready-1');
    const path = route.path
      .replace(':kind', 'resource')
      .replace(':namespace', 'default')
      .replace(':name', entity)
      .replace(':snapshot', snapshot)
      .replace(':operation', ids.operation ?? operationId)
      .replace(':restore', 'theirs')
      .replace(':claim', 'claim-1')
      .replace(':schedule', ids.schedule ?? scheduleId)
      .replace(':target', 'free-name')
      // The first row is about a VM of team A.
      .replace(':seq', '1');
    let pending = send(route.method, path);
    const header = headers[role];
    if (header) {
      pending = pending.set('authorization', header);
    }
    if (route.effect === 'stream') {
      return new Promise((resolve, reject) => {
        pending
          .buffer(false)
          .parse((res, done) => {
            resolve(res as unknown as request.Response);
            (res as any).destroy();
            done(null, {});
          })
          .end((error, res) => (res ? resolve(res) : reject(error)));
      });
    }
    if (route.id === 'exportAudit') {
      return pending.buffer(true).parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', chunk => chunks.push(Buffer.from(chunk)));
        res.on('end', () => done(null, Buffer.concat(chunks).toString()));
      });
    }
    if (route.id === 'previewSchedule') {
      const { name, ...rest } = settings;
      return pending.send(rest);
    }
    if (route.id === 'getScheduleCalendar') {
      return pending.query({
        from: '2026-01-01T00:00:00Z',
        to: '2026-02-01T00:00:00Z',
      });
    }
    if (/ScheduleAuthor$/.test(route.id) && route.effect === 'write') {
      return pending.send({
        operationId: randomUUID(),
        author: people.owner,
        reason: 'left the company',
      });
    }
    if (SCHEDULE_BODIES[route.id]) {
      return pending.send({
        operationId: randomUUID(),
        vmUid,
        ...SCHEDULE_BODIES[route.id],
      });
    }
    if (route.effect === 'write') {
      const body = await restoreBodyOf(route.id, snapshot);
      if (body) {
        return pending.send(body);
      }
      const record = cluster.snapshot({ ...FakeCluster.ref, name: snapshot });
      const makes = ['cloneSnapshot', 'templateSnapshot'].includes(route.id);
      // As a person does: what one has read goes into the request.
      const review =
        makes &&
        (await send('get', path.replace('/api/kubevirt-snapshots', '')).set(
          'authorization',
          headers.platform!,
        ));
      const request_ = {
        operationId: randomUUID(),
        vmUid,
        ...(review && {
          name: 'new-one',
          planHash: review.body.planHash ?? '0'.repeat(64),
          ...(route.id === 'templateSnapshot' && {
            notGeneralisedAcknowledged: true,
          }),
        }),
        ...(route.id === 'takeSnapshot'
          ? { name: 'new-one' }
          : { snapshotUid: ids.uid ?? record?.uid ?? 'uid' }),
        ...(/protect/.test(route.id) && { reason: 'for the auditors' }),
      };
      return pending.send(request_);
    }
    return pending;
  }

  /** Bodies of what is done about restores and power. */
  async function restoreBodyOf(
    id: string,
    snapshot: string,
  ): Promise<object | undefined> {
    const common = { operationId: randomUUID(), vmUid };
    switch (id) {
      case 'restoreSnapshot': {
        const { body: plan } = await send(
          'get',
          `/entities/resource/default/web-01/snapshots/${snapshot}/restore-plan`,
        ).set('authorization', headers.platform!);
        return {
          ...common,
          snapshotUid: plan.snapshot?.uid ?? 'uid',
          planHash: plan.hash ?? '0'.repeat(64),
          power: 'stop',
          startAfterwards: true,
          safetySnapshot: false,
          volumes: 'new-names',
          typedName: 'web-01',
        };
      }
      case 'stopRestore':
        return {
          ...common,
          restoreUid: addRestore('running'),
        };
      case 'clearRestore':
        return {
          ...common,
          restoreUid: addRestore('failed'),
        };
      case 'changePower':
        return { ...common, action: 'stop' };
      case 'stopClone':
      case 'stopTemplate':
        return common;
      case 'deleteClaim':
        return { ...common, claimUid: 'uid', typedName: 'claim-1' };
      default:
        return undefined;
    }
  }

  function addRestore(state: 'running' | 'failed') {
    spent = true;
    return cluster.addRestore('theirs', { state }).uid;
  }

  const statusOf = (res: any) => res.status ?? res.statusCode;

  afterAll(() => stop?.());

  it('has a line for every route', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(
      routes.map(route => route.id).sort(),
    );
  });

  describe.each(routes as readonly RouteDefinition[])('$id', route => {
    it.each(ROLES.map((role, i) => [role, EXPECTED[route.id as RouteId][i]]))(
      'answers %s with %d',
      async (role, status) => {
        await beginUnlessFresh();
        const writes = () => cluster.calls.filter(c => WRITES.test(c)).length;
        const before = writes();
        const res = await call(route, role as string);
        spent ||= route.effect === 'write' && statusOf(res) < 300;
        expect(statusOf(res)).toBe(status);
        // Whoever may read the entity but not the VM is told whom to ask.
        const tells =
          status === 403 &&
          role !== 'service' &&
          route.door === 'entity' &&
          route.effect !== 'stream';
        expect(res.body?.error?.details?.owners).toEqual(
          tells ? ['group:default/team-a'] : undefined,
        );
        // What was accepted is sent once; of what was not, nothing. A restore
        // stops the VM first, and may have got further by now.
        const acts =
          status === 202 || (route.id === 'runSchedule' && status === 200);
        const end = Date.now() + 10_000;
        while (acts && writes() === before && Date.now() < end) {
          await new Promise(resolve => setTimeout(resolve, 10));
        }
        const sent = writes() - before;
        expect(route.id === 'restoreSnapshot' ? Math.min(sent, 1) : sent).toBe(
          acts ? 1 : 0,
        );
      },
    );
  });

  it.each(Object.entries(CLOSED_DOORS))(
    'through %s nobody gets anywhere',
    async (_, entity) => {
      await beginUnlessFresh();
      for (const route of routes as readonly RouteDefinition[]) {
        if (route.door !== 'entity') {
          continue;
        }
        for (const role of ['owner', 'other', 'platform', 'auditor', 'actor']) {
          const res = await call(route, role, entity);
          expect([route.id, role, statusOf(res)]).toEqual([
            route.id,
            role,
            404,
          ]);
        }
        expect(statusOf(await call(route, 'none', entity))).toBe(401);
        expect(statusOf(await call(route, 'service', entity))).toBe(403);
      }
    },
  );

  /** Routes that are about one snapshot, by its name. */
  const ofOneSnapshot = (routes as readonly RouteDefinition[]).filter(
    route =>
      route.path.includes(':snapshot') && route.id !== 'checkSnapshotName',
  );

  it('finds nothing of another VM through the door of this one', async () => {
    await begin();
    const foreign = cluster.snapshot({
      ...FakeCluster.ref,
      name: 'of-web-02',
    })!;
    expect(ofOneSnapshot.length).toBeGreaterThanOrEqual(5);
    for (const route of ofOneSnapshot) {
      for (const name of [foreign.name, 'absent']) {
        const res = await call(route, 'platform', 'web-01', {
          snapshot: name,
          uid: foreign.uid,
        });
        expect([route.id, name, statusOf(res)]).toEqual([route.id, name, 404]);
      }
    }
    const route = routes.find(r => r.id === 'getOperation')!;
    for (const operation of [otherOperationId, randomUUID(), 'x']) {
      const res = await call(route, 'platform', 'web-01', { operation });
      expect(statusOf(res)).toBe(404);
    }
  });

  it('finds no schedule of another VM through the door of this one', async () => {
    await begin();
    for (const route of routes as readonly RouteDefinition[]) {
      if (!route.path.includes(':schedule')) {
        continue;
      }
      for (const schedule of [otherScheduleId, 'abcdefgh2345']) {
        const res = await call(route, 'platform', 'web-01', { schedule });
        expect([route.id, statusOf(res)]).toEqual([route.id, 404]);
      }
    }
  });

  it('shows nothing of a former VM of this name without a permission on that one', async () => {
    await begin();
    cluster.addSnapshot('of-the-former', {
      capturedVmUid: 'former-uid',
      capturedAnnotations: {
        'kubevirt-snapshots/owner': 'group:default/team-b',
      },
    });
    // Failed, so that nothing tells what it captured, and older than the VM.
    cluster.addSnapshot('too-old', {
      facts: { phase: 'Failed' },
      capturedVmUid: undefined,
      createdAt: '2024-01-01T00:00:00Z',
    });
    const list = routes.find(r => r.id === 'listSnapshots')!;
    const own = await call(list, 'owner');
    const all = await call(list, 'platform');
    expect(own.body.items.map((i: any) => i.name)).not.toContain(
      'of-the-former',
    );
    expect(own.body.items.map((i: any) => i.name)).not.toContain('too-old');
    expect(all.body.allItems).toBe(own.body.allItems + 2);
    expect(own.body.stateCounts.ready).toBe(all.body.stateCounts.ready - 1);
    expect(
      all.body.items.find((i: any) => i.name === 'of-the-former').formerVm,
    ).toBe(true);
    // Refused exactly as what is not there, by every route, finished or not.
    cluster.addSnapshot('of-the-former-unfinished', {
      capturedVmUid: 'former-uid',
      facts: {
        phase: 'InProgress',
        conditions: [{ type: 'Progressing', status: 'True' }],
      },
    });
    const told = async (route: RouteDefinition, snapshot: string) => {
      const res = await call(route, 'owner', 'web-01', { snapshot });
      const { error } = res.body;
      return [
        route.id,
        statusOf(res),
        error.details,
        error.message.replace(snapshot, '<name>'),
      ];
    };
    for (const route of ofOneSnapshot) {
      const absent = await told(route, 'absent');
      expect(absent.slice(0, 2)).toEqual([route.id, 404]);
      for (const name of [
        'of-the-former',
        'of-the-former-unfinished',
        'too-old',
      ]) {
        expect(await told(route, name)).toEqual(absent);
      }
    }
  });

  it('gives the next VM of a name none of the operations, rows and streams of the former', async () => {
    await begin();
    const former = operationId;
    // A take that failed just now and never was in the cluster.
    cluster.before = name => {
      if (name === 'createSnapshot') {
        throw new ClusterError('forbidden', 'not allowed');
      }
    };
    const failing = randomUUID();
    await send('post', '/entities/resource/default/web-01/snapshots')
      .set('authorization', headers.owner!)
      .send({ operationId: failing, vmUid, name: 'fails' })
      .expect(202);
    await over(failing);
    const seen = await call(
      routes.find(r => r.id === 'listSnapshots')!,
      'owner',
    );
    expect(seen.body.items.map((i: any) => i.name)).toContain('fails');
    cluster.removeVm(FakeCluster.ref);
    vmUid = cluster.addVm({
      // Later than all that is there.
      createdAt: new Date(Date.now() + 60_000).toISOString(),
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-b',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-01-of-b',
      },
    }).uid;
    const find = (id: RouteId) =>
      (routes as readonly RouteDefinition[]).find(r => r.id === id)!;
    const entity = 'web-01-of-b';
    const as = (id: RouteId, ids = {}) => call(find(id), 'other', entity, ids);
    const { body } = await as('listSnapshots');
    expect(body.items.map((i: any) => i.name)).toEqual([]);
    expect(body.allItems).toBe(0);
    expect((await as('getHistory')).body.items).toEqual([]);
    expect(statusOf(await as('getOperation', { operation: former }))).toBe(404);
    expect((await call(find('listAudit'), 'other')).body.items).toEqual([]);
    expect(statusOf(await call(find('getAuditRow'), 'other'))).toBe(404);
    const exported = await call(find('exportAudit'), 'other');
    expect(exported.body).not.toContain('web-01');
    // Who may see both sees the former one's, marked as such.
    const all = await call(find('listSnapshots'), 'platform', entity);
    expect(all.body.allItems).toBeGreaterThan(0);
    expect(all.body.items.every((i: any) => i.formerVm)).toBe(true);
    // Of the former owner nothing is left to see through this door.
    expect(statusOf(await call(find('listSnapshots'), 'owner', entity))).toBe(
      403,
    );
  });

  it('decides anew at the moment of the act', async () => {
    await begin();
    const list = routes.find(r => r.id === 'listSnapshots')!;
    const take = routes.find(r => r.id === 'takeSnapshot')!;
    expect(statusOf(await call(list, 'owner'))).toBe(200);
    // The VM goes to another team; entity and decisions are remembered, the
    // owner is not.
    cluster.addVm({
      ...cluster.vm(FakeCluster.ref)!,
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-b',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
      },
    });
    expect(statusOf(await call(list, 'owner'))).toBe(404);
    expect(statusOf(await call(take, 'owner'))).toBe(404);
  });
});
