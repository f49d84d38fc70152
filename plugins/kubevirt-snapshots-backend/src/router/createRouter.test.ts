// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import request from 'supertest';
import { parse as parseYaml } from 'yaml';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';
import { routes, type RouteDefinition } from './routes';

jest.setTimeout(60_000);

const DOOR = '/api/kubevirt-snapshots/entities/resource/default/web-01';
const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('router', () => {
  let cluster: FakeCluster;
  let vmUid: string;
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let knex: Awaited<ReturnType<typeof databases.init>>;

  async function begin(
    options: Partial<Parameters<typeof startPlugin>[0]> = {},
  ) {
    knex = await databases.init('SQLITE_3');
    cluster = new FakeCluster();
    vmUid = cluster.addVm().uid;
    backend = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      ...options,
      features: [
        mockServices.database.mock({ getClient: async () => knex }).factory,
        ...(options.features ?? []),
      ],
    });
  }

  afterEach(() => backend.stop());

  const post = (path: string, body: object, role = 'owner') =>
    request(backend.server)
      .post(`${DOOR}${path}`)
      .set('authorization', headers[role]!)
      .send(body);
  const get = (path: string, role = 'owner') =>
    request(backend.server)
      .get(`${DOOR}${path}`)
      .set('authorization', headers[role]!);
  const takeBody = (more: object = {}) => ({
    operationId: randomUUID(),
    vmUid,
    name: 'before-update',
    ...more,
  });
  const auditRows = async () =>
    (await knex('audit_events').orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );
  const finished = async (id: string) => {
    for (;;) {
      const { body } = await get(`/operations/${id}`);
      if (body.finishedAt) {
        return body;
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  };

  describe('refuses bad input before it asks the cluster', () => {
    it.each<[string, object, string]>([
      ['.', { name: '.' }, 'name'],
      ['..', { name: '..' }, 'name'],
      ['a slash', { name: 'a/b' }, 'name'],
      ['an escaped slash', { name: 'a%2Fb' }, 'name'],
      ['300 characters', { name: 'a'.repeat(300) }, 'name'],
      ['upper case', { name: 'Before' }, 'name'],
      ['an empty name', { name: '' }, 'name'],
      ['no name', { name: undefined }, 'name'],
      ['a name that is no text', { name: { $ne: '' } }, 'name'],
      ['another namespace', { namespace: 'billing' }, ''],
      ['an actor', { actor: 'user:default/pam' }, ''],
      ['labels', { labels: { x: 'y' } }, ''],
      ['no deadline', { deadlineSeconds: 0 }, 'deadlineSeconds'],
      ['a negative deadline', { deadlineSeconds: -5 }, 'deadlineSeconds'],
      ['a broken deadline', { deadlineSeconds: 1.5 }, 'deadlineSeconds'],
      ['an endless deadline', { deadlineSeconds: 1e9 }, 'deadlineSeconds'],
      ['a long description', { description: 'x'.repeat(1001) }, 'description'],
      ['control characters', { description: 'a\u0000b' }, 'description'],
      ['an operation id of its own', { operationId: '1' }, 'operationId'],
      ['a path for a UID', { vmUid: '../x' }, 'vmUid'],
    ])('%s', async (_, change, field) => {
      await begin();
      const res = await post('/snapshots', takeBody(change)).expect(400);
      expect(res.body.error.details.field).toBe(field);
      expect(cluster.calls).toEqual([]);
      expect(await auditRows()).toEqual([]);
    });

    it.each([
      '/snapshots/A/stop',
      '/snapshots/%2E%2E/delete',
      '/snapshots/a%2Fb/delete',
      `/snapshots/${'a'.repeat(254)}/delete`,
    ])('POST %s', async path => {
      await begin();
      await post(path, {
        operationId: randomUUID(),
        vmUid,
        snapshotUid: 'uid',
      }).expect(400);
      expect(cluster.calls).toEqual([]);
    });

    it.each([
      '?limit=0',
      '?limit=101',
      '?offset=-1',
      '?sort=size',
      '?state=ready,gone',
      '?foo=bar',
      '?order[]=asc',
    ])('GET /snapshots%s', async query => {
      await begin();
      const res = await get(`/snapshots${query}`);
      expect(res.status).toBe(400);
    });

    it('a body that is no JSON, or too long', async () => {
      await begin();
      await request(backend.server)
        .post(`${DOOR}/snapshots`)
        .set('authorization', headers.owner!)
        .set('content-type', 'application/json')
        .send('{')
        .expect(400);
      await post('/snapshots', { x: 'y'.repeat(20_000) }).expect(413);
      expect(cluster.calls).toEqual([]);
    });
  });

  describe('take', () => {
    it('records the intent before it calls the cluster, and the outcome after', async () => {
      await begin();
      let kindsAtTheCall: string[] = [];
      cluster.before = async call => {
        if (call === 'createSnapshot') {
          kindsAtTheCall = (await auditRows()).map(row => row.kind);
        }
      };
      cluster.after = call => {
        if (call === 'createSnapshot') {
          cluster.changeSnapshot('before-update', {
            facts: { phase: 'Succeeded', readyToUse: true },
          });
        }
      };
      const body = takeBody({ description: 'why', deadlineSeconds: 90 });
      const res = await post('/snapshots', body)
        .set('x-request-id', 'req-7')
        .expect(202);
      expect(res.body.operation).toMatchObject({
        id: body.operationId,
        type: 'take',
        actor: people.owner,
      });
      expect(await finished(body.operationId)).toMatchObject({
        state: 'succeeded',
      });
      expect(kindsAtTheCall).toEqual(['intent']);
      const [intent, settled] = await auditRows();
      expect(intent).toEqual({
        seq: 1,
        at: expect.any(Number),
        kind: 'intent',
        action: 'snapshot.take',
        actor: people.owner,
        origin: 'portal',
        requestId: 'req-7',
        operationId: body.operationId,
        entityRef: 'resource:default/web-01',
        vm: {
          cluster: 'east',
          namespace: 'shop',
          name: 'web-01',
          uid: vmUid,
          owners: ['group:default/team-a'],
        },
        snapshot: { name: 'before-update' },
        options: { description: 'why', deadlineSeconds: 90 },
        decision: 'allow',
      });
      expect(settled).toMatchObject({
        kind: 'settled',
        outcome: 'success',
        operationId: body.operationId,
        snapshot: { name: 'before-update', uid: expect.any(String) },
        durationMs: expect.any(Number),
      });
    });

    it('shows it at once, on top, with its steps', async () => {
      await begin();
      cluster.addSnapshot('a-older');
      cluster.before = call => {
        if (call === 'createSnapshot') {
          throw new ClusterError('overloaded', '429', { retryAfterMs: 5_000 });
        }
      };
      await post('/snapshots', takeBody({ name: 'z-new' })).expect(202);
      const { body } = await get('/snapshots').expect(200);
      expect(body.items.map((item: any) => [item.name, item.state])).toEqual([
        ['z-new', 'queued'],
        ['a-older', 'ready'],
      ]);
      expect(body.items[0]).toMatchObject({
        createdBy: people.owner,
        steps: [{ id: 'request', state: 'current' }, {}, {}, {}, {}],
      });
      expect(body.vm.busy).toMatchObject({ kind: 'snapshot', name: 'z-new' });
      expect(body.vm.allowed.takeSnapshot).toMatchObject({ code: 'vm-busy' });
      expect(body.items[1].allowed.delete).toMatchObject({ code: 'vm-busy' });
      expect(body.items[0].allowed.stop).toEqual({ allowed: true });
    });

    it('gives a repeat the same answer, and another request with that id a conflict', async () => {
      await begin();
      const body = takeBody();
      const [first, second] = await Promise.all([
        post('/snapshots', body),
        post('/snapshots', body),
      ]);
      expect([first.status, second.status]).toEqual([202, 202]);
      expect(first.body.operation.id).toBe(second.body.operation.id);
      await post('/snapshots', body).expect(202);
      expect(await knex('operations')).toHaveLength(1);
      const res = await post('/snapshots', { ...body, name: 'other' });
      expect([res.status, res.body.error.details.code]).toEqual([
        409,
        'operation-id-used',
      ]);
      await post('/snapshots', body, 'platform').expect(409);
    });

    it.each<[string, number, string, (c: FakeCluster) => void]>([
      [
        'the VM has become another one',
        409,
        'vm-changed',
        c => c.addVm({ uid: 'another' }),
      ],
      [
        'a snapshot of somebody else runs',
        409,
        'vm-busy',
        c => c.addVm({ ...c.vm(FakeCluster.ref), snapshotInProgress: 'x' }),
      ],
      [
        'a restore runs',
        409,
        'vm-busy',
        c => c.addVm({ ...c.vm(FakeCluster.ref), restoreInProgress: 'r' }),
      ],
      [
        'the name is taken',
        409,
        'name-taken',
        c => c.addSnapshot('before-update', { vmName: 'web-02' }),
      ],
      [
        'no disk can be captured',
        400,
        'no-disk',
        c => c.addVm({ ...c.vm(FakeCluster.ref), disks: [] }),
      ],
      [
        'the cluster does not answer',
        503,
        'cluster-away',
        c => {
          c.before = () => {
            throw new ClusterError('unreachable', 'no answer');
          };
        },
      ],
      [
        'changes are switched off',
        503,
        'mutations-off',
        c => {
          c.mutationsNow = {
            allowed: false,
            code: 'mutations-off',
            reason: 'the proxy is open',
          };
        },
      ],
    ])('is refused when %s', async (_, status, code, arrange) => {
      await begin();
      arrange(cluster);
      const res = await post('/snapshots', takeBody());
      expect([res.status, res.body.error.details.code]).toEqual([status, code]);
      expect(await knex('operations')).toHaveLength(0);
      expect(await knex('locks')).toHaveLength(0);
      expect(cluster.calls).not.toContain('createSnapshot');
    });

    it('takes the configuration alone when that is wanted', async () => {
      await begin();
      cluster.addVm({ ...cluster.vm(FakeCluster.ref)!, disks: [] });
      const res = await post(
        '/snapshots',
        takeBody({ configurationOnly: true }),
      );
      expect(res.status).toBe(202);
    });

    it('does nothing without a record: 503 when the trail cannot be written', async () => {
      await begin();
      await knex.schema.dropTable('audit_events');
      const res = await post('/snapshots', takeBody());
      expect([res.status, res.body.error.details.code]).toEqual([
        503,
        'audit-unavailable',
      ]);
      expect(await knex('operations')).toHaveLength(0);
      expect(cluster.calls).not.toContain('createSnapshot');
    });
  });

  describe('stop', () => {
    const running = {
      phase: 'InProgress',
      conditions: [{ type: 'Progressing', status: 'True' }],
    };

    it("needs snapshot.create for one's own and snapshot.delete for another's", async () => {
      await begin({
        decide: (_, { permission }) => ({
          result: (permission.name.endsWith('snapshot.delete')
            ? 'DENY'
            : 'ALLOW') as any,
        }),
      });
      const body = takeBody({ name: 'own' });
      await post('/snapshots', body).expect(202);
      while (!cluster.snapshot({ ...FakeCluster.ref, name: 'own' })) {
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      cluster.changeSnapshot('own', { facts: running });
      const stop = () => ({ operationId: randomUUID(), vmUid });
      const others = await post('/snapshots/own/stop', stop(), 'other');
      const own = await post('/snapshots/own/stop', stop());
      expect([others.status, own.status]).toEqual([403, 202]);
    });

    it('keeps a snapshot that has finished', async () => {
      await begin();
      const { uid } = cluster.addSnapshot('done');
      const res = await post('/snapshots/done/stop', {
        operationId: randomUUID(),
        vmUid,
        snapshotUid: uid,
      });
      expect([res.status, res.body.error.details.code]).toEqual([
        409,
        'snapshot-finished',
      ]);
      expect(cluster.calls).not.toContain('deleteSnapshot');
    });
  });

  describe('delete', () => {
    const remove = (name: string, uid: string, more: object = {}) =>
      post(`/snapshots/${name}/delete`, {
        operationId: randomUUID(),
        vmUid,
        snapshotUid: uid,
        ...more,
      });

    it('wants the name of the last good one typed', async () => {
      await begin();
      const { uid } = cluster.addSnapshot('last');
      cluster.addSnapshot('bad', { facts: { phase: 'Failed' } });
      const { body } = await get('/snapshots');
      expect(
        body.items.map((i: any) => [i.name, i.deleteConfirmation]),
      ).toEqual([
        ['bad', 'plain'],
        ['last', 'name'],
      ]);
      for (const typedName of [undefined, 'las', 'LAST']) {
        const res = await remove('last', uid, { typedName });
        expect([res.status, res.body.error.details.field]).toEqual([
          400,
          'typedName',
        ]);
      }
      await remove('last', uid, { typedName: 'last' }).expect(202);
    });

    it('refuses one that is in use, is unfinished or has become another', async () => {
      await begin();
      const { uid } = cluster.addSnapshot('s1');
      cluster.addSnapshot('s2');
      cluster.blockers = ['Restore r1 is using it.'];
      const used = await remove('s1', uid);
      expect([used.status, used.body.error.message]).toEqual([
        409,
        'Snapshot s1 is in use. Restore r1 is using it.',
      ]);
      cluster.blockers = [];
      const changed = await remove('s1', 'another');
      expect(changed.body.error.details.code).toBe('snapshot-changed');
      const { uid: running } = cluster.addSnapshot('s3', {
        facts: { phase: 'InProgress' },
      });
      const unfinished = await remove('s3', running);
      expect(unfinished.body.error.details.code).toBe('snapshot-unfinished');
      expect(cluster.calls).not.toContain('deleteSnapshot');
    });
  });

  describe('refusals', () => {
    it('are rows, the first at once and the rest of the minute counted', async () => {
      await begin();
      for (let i = 0; i < 4; i += 1) {
        await post('/snapshots', takeBody(), 'other').expect(403);
      }
      expect(await auditRows()).toMatchObject([
        {
          kind: 'denied',
          action: 'snapshot.take',
          actor: people.other,
          decision: 'deny',
          snapshot: { name: 'before-update' },
          count: 1,
        },
      ]);
      // What was asked for is another one, so the count is about none alone.
      await post('/snapshots', takeBody({ name: 'other' }), 'other');
      await backend.stop();
      const rows = await auditRows();
      expect(rows).toMatchObject([{ count: 1 }, { count: 4 }]);
      expect(rows[1].snapshot).toBeUndefined();
    });

    it('keep guests and portals without permissions from changing anything', async () => {
      await begin({ config: { permission: { enabled: false } } });
      const res = await post('/snapshots', takeBody(), 'platform');
      expect([res.status, res.body.error.details.code]).toEqual([
        503,
        'mutations-off',
      ]);
      const { body } = await get('/snapshots', 'platform');
      expect(body.vm.allowed.takeSnapshot.code).toBe('mutations-off');
    });
  });

  it('plants a secret in every input and finds it nowhere but where it was asked for', async () => {
    await begin();
    const secret = 'hunter2-hunter2';
    await post('/snapshots', { ...takeBody(), password: secret });
    await request(backend.server)
      .post(`${DOOR}/snapshots`)
      .set('authorization', headers.owner!)
      .set('cookie', `session=${secret}`)
      .set('x-request-id', `${secret} with spaces`)
      .set('impersonate-user', secret)
      .send(takeBody())
      .expect(202);
    expect(JSON.stringify(await knex('audit_events'))).not.toContain(secret);
    expect(JSON.stringify(await knex('operations'))).not.toContain(secret);
    expect(JSON.stringify(await auditRows())).not.toContain('Bearer');
  });

  describe('list', () => {
    it('sorts as people count, pages, filters and counts after filtering', async () => {
      await begin();
      for (let i = 1; i <= 12; i += 1) {
        cluster.addSnapshot(`s${i}`, {
          cutAt: `2026-01-${String(13 - i).padStart(2, '0')}T00:00:00Z`,
          annotations: i === 5 ? { description: 'Before the Migration' } : {},
          facts:
            i % 4 === 0
              ? { phase: 'Failed' }
              : { phase: 'Succeeded', readyToUse: true },
        });
      }
      const names = async (query: string) =>
        (await get(`/snapshots${query}`).expect(200)).body.items.map(
          (item: any) => item.name,
        );
      expect(await names('?limit=3')).toEqual(['s1', 's2', 's3']);
      expect(await names('?limit=3&offset=9')).toEqual(['s10', 's11', 's12']);
      expect(await names('?order=desc&limit=2')).toEqual(['s12', 's11']);
      expect(await names('?sort=created&limit=2')).toEqual(['s1', 's2']);
      expect(await names('?sort=created&order=asc&limit=2')).toEqual([
        's12',
        's11',
      ]);
      expect(await names('?state=failed')).toEqual(['s4', 's8', 's12']);
      expect(await names('?search=MIGRATION')).toEqual(['s5']);
      expect(await names('?show=scheduled')).toEqual([]);
      const { body } = await get('/snapshots?state=failed&search=s1');
      expect(body).toMatchObject({
        totalItems: 1,
        allItems: 12,
        stateCounts: { ready: 3, failed: 1 },
      });
    });

    it('asks the cluster nothing', async () => {
      await begin();
      cluster.addSnapshot('s1');
      await get('/snapshots').expect(200);
      await get('/snapshot-names/s2').expect(200, { free: true });
      expect(cluster.calls).toEqual([]);
    });

    it('answers from the last known state while the cluster is away', async () => {
      await begin();
      cluster.addSnapshot('s1');
      cluster.freshnessNow = {
        state: 'stale',
        asOf: '2026-01-01T00:00:00Z',
        message: 'no answer',
      };
      const { body } = await get('/snapshots').expect(200);
      expect(body.freshness.state).toBe('stale');
      expect(body.vm.allowed.takeSnapshot.code).toBe('cluster-away');
      expect(body.items[0].allowed.delete.code).toBe('cluster-away');
    });

    it('says 503 when the cluster was never seen', async () => {
      await begin();
      cluster.synced = false;
      const res = await get('/snapshots').expect(503);
      expect(res.body.error.details.code).toBe('cluster-never-synced');
    });
  });

  describe('stream', () => {
    it('tells changes, and ends when the right is gone or the backend stops', async () => {
      await begin();
      const messages: any[] = [];
      let ended = false;
      const pending = get('/events')
        .buffer(false)
        .parse((res: any) => {
          res.on('data', (chunk: Buffer) => {
            for (const line of chunk.toString().split('\n')) {
              if (line.startsWith('data: ')) {
                messages.push(JSON.parse(line.slice(6)));
              }
            }
          });
          res.on('end', () => {
            ended = true;
          });
        });
      pending.end(() => {});
      const until = async (condition: () => boolean) => {
        const end = Date.now() + 5_000;
        while (!condition()) {
          if (Date.now() > end) {
            throw new Error(`Only ${JSON.stringify(messages)}`);
          }
          await new Promise(resolve => setTimeout(resolve, 10));
        }
      };
      await until(() => messages.length === 1);
      expect(messages[0].type).toBe('hello');
      cluster.addSnapshot('s1');
      cluster.addSnapshot('s2');
      await until(() => messages.length >= 2);
      expect(messages[1].type).toBe('changed');
      expect(messages[1].revision).toBeGreaterThan(messages[0].revision);
      await backend.stop();
      await until(() => ended);
      expect(messages[messages.length - 1]).toEqual({
        type: 'bye',
        reason: 'shutdown',
      });
    });
  });

  it('is described in openapi.yaml, route by route', async () => {
    await begin();
    const spec = parseYaml(
      readFileSync(
        resolvePackagePath(
          'backstage-plugin-kubevirt-snapshots-backend',
          'openapi.yaml',
        ),
        'utf8',
      ),
    );
    const described = Object.entries<any>(spec.paths).flatMap(
      ([path, methods]) =>
        Object.entries<any>(methods).map(([method, operation]) => ({
          id: operation.operationId,
          method,
          path: path.replace(/\{(\w+)\}/g, ':$1'),
          permissions: operation['x-permissions'] ?? [],
          summary: operation.summary,
        })),
    );
    const byId = (a: { id: string }, b: { id: string }) =>
      a.id.localeCompare(b.id);
    expect(described.sort(byId)).toEqual(
      (routes as readonly RouteDefinition[])
        .map(({ id, method, path, permissions, summary }) => ({
          id,
          method,
          path,
          permissions,
          summary,
        }))
        .sort(byId),
    );
  });
});
