// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { makeKey } from '../__testUtils__/signedTrail';
import {
  decide,
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';
import { verifyExport } from '../audit/verify/verifyExport';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const ENTITY = '/entities/resource/default/web-01';

describe('audit routes', () => {
  let cluster: FakeCluster;
  let vmUid: string;
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let knex: Awaited<ReturnType<typeof databases.init>>;
  const key = makeKey();

  const get = (path: string, role: string) =>
    request(backend.server)
      .get(`/api/kubevirt-snapshots${path}`)
      .set('authorization', headers[role] ?? '');
  const post = (path: string, role: string, body: object = {}) =>
    request(backend.server)
      .post(`/api/kubevirt-snapshots${path}`)
      .set('authorization', headers[role]!)
      .send(body);
  async function begin(
    options: Partial<Parameters<typeof startPlugin>[0]> = {},
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-audit-'));
    writeFileSync(join(folder, 'key.pem'), key.pem);
    knex = await databases.init('SQLITE_3');
    cluster = new FakeCluster();
    vmUid = cluster.addVm().uid;
    cluster.before = () => {};
    cluster.after = call => {
      if (call === 'createSnapshot') {
        cluster.changeSnapshot('s1', {
          facts: { phase: 'Succeeded', readyToUse: true },
        });
      }
    };
    backend = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      ...options,
      config: {
        kubevirtSnapshots: {
          clusters: [
            {
              name: 'east',
              url: 'https://127.0.0.1:1',
              serviceAccountTokenFile: '/nowhere',
            },
          ],
          audit: {
            signingKeyFile: join(folder, 'key.pem'),
            checkpointFile: join(folder, 'checkpoints'),
          },
        },
        ...options.config,
      },
      features: [
        mockServices.database.mock({ getClient: async () => knex }).factory,
      ],
    });
    const id = randomUUID();
    await post(`${ENTITY}/snapshots`, 'owner', {
      operationId: id,
      vmUid,
      name: 's1',
    }).expect(202);
    await post(`${ENTITY}/snapshots`, 'other', {
      operationId: randomUUID(),
      vmUid,
      name: 's2',
    }).expect(403);
    for (;;) {
      const rows = await knex('audit_events').where({ kind: 'settled' });
      if (rows.length) {
        break;
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  }
  afterEach(() => backend.stop());

  const rows = async (action: string) =>
    (await knex('audit_events').where({ action }).orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );

  it('show the history of a VM to its owner, without taking that down', async () => {
    await begin();
    const { body } = await get(`${ENTITY}/history`, 'owner').expect(200);
    expect(body.items.map((i: any) => [i.actor, i.action, i.outcome])).toEqual(
      expect.arrayContaining([
        [people.owner, 'snapshot.take', 'success'],
        [people.other, 'snapshot.take', 'denied'],
      ]),
    );
    expect(body.items).toHaveLength(2);
    expect(await rows('audit.read')).toEqual([]);
    expect(
      cluster.calls.filter(call => /create|delete/.test(call)),
    ).toHaveLength(1);
  });

  it('give each their part of the trail, and take down who read it, once a minute', async () => {
    await begin();
    expect((await get('/audit', 'owner')).body.items).toHaveLength(2);
    expect((await get('/audit', 'other')).body.items).toHaveLength(0);
    expect(
      (await get('/audit?outcome=denied', 'owner')).body.items,
    ).toHaveLength(1);
    await get('/audit', 'owner');
    await get('/audit/rows/1', 'owner').expect(200);
    expect((await rows('audit.read')).map(row => row.actor)).toEqual([
      people.owner,
      people.other,
    ]);
    // That they read it is not for owners to see.
    expect((await get('/audit', 'owner')).body.items).toHaveLength(2);
    expect((await get('/audit', 'auditor')).body.items.length).toBeGreaterThan(
      3,
    );
    const foreign = await get('/audit/rows/1', 'other').expect(404);
    const absent = await get('/audit/rows/999', 'other').expect(404);
    expect(foreign.body.error.details).toEqual(absent.body.error.details);
  });

  it('export what one may see, so that it can be verified', async () => {
    await begin();
    const file = async (role: string, query = '') => {
      const res = await get(`/audit/export${query}`, role)
        .buffer(true)
        .parse((r, done) => {
          let text = '';
          r.on('data', chunk => {
            text += chunk;
          });
          r.on('end', () => done(null, text));
        })
        .expect(200);
      return res.body as string;
    };
    const check = async (text: string) =>
      verifyExport(
        (async function* lines() {
          yield* text.split('\n').filter(Boolean);
        })(),
        { keys: key.keys },
      );
    expect(await check(await file('owner'))).toMatchObject({ rows: 3 });
    const foreign = await file('other');
    expect(foreign).not.toContain('web-01');
    expect(await check(foreign)).toMatchObject({ rows: 0 });
    expect(await check(await file('auditor'))).toMatchObject({ stubs: 0 });
    expect(await file('auditor', '?format=csv')).toMatch(/^seq,time,actor/);
    expect((await rows('audit.export')).map(row => row.actor)).toEqual([
      people.owner,
      people.other,
      people.auditor,
      people.auditor,
    ]);
    // The same again within the minute is counted, another one is not.
    await file('auditor', '?format=csv');
    await file('auditor', '?format=csv&actor=user:default/eve');
    expect((await rows('audit.export')).slice(3)).toMatchObject([
      { options: { format: 'csv' } },
      { options: { format: 'csv', actor: 'user:default/eve' } },
    ]);
  });

  it('verify in the background and tell what it came to', async () => {
    await begin();
    await post('/audit/verify', 'platform').expect(200);
    let view: any;
    do {
      view = (await get('/audit/verification', 'auditor').expect(200)).body;
    } while (!view.last);
    expect(view).toMatchObject({
      signed: true,
      outside: [{ name: 'file' }],
      firstRow: 1,
      last: { by: people.platform, at: expect.any(String), from: 1 },
    });
    expect(view.last.status).not.toBe('broken');
    expect(view.refusal).toBeUndefined();
  });

  it('refuse those whom the policy denies, and totals to those with conditions', async () => {
    await begin({
      decide: (user, query) =>
        user === people.other && /audit/.test(query.permission.name)
          ? { result: AuthorizeResult.DENY }
          : decide(user, query),
    });
    await get('/audit', 'other').expect(403);
    await get('/audit/export', 'other').expect(403);
    await get('/audit/rows/1', 'other').expect(403);
    await get('/audit/verification', 'owner').expect(403);
    expect(await rows('audit.read')).toEqual([]);
  });

  it.each([
    '/audit?limit=0',
    '/audit?limit=201',
    '/audit?before=0',
    '/audit?outcome=good',
    '/audit?origin=moon',
    '/audit?from=yesterday',
    '/audit?vm=web-01',
    '/audit?actor=%3Cscript%3E',
    '/audit?action=DROP%20TABLE',
    '/audit?foo=bar',
    '/audit/rows/0',
    '/audit/rows/x',
    '/audit/export?format=xlsx',
    '/audit/export?limit=5',
    `${ENTITY}/history?vm=east/shop/web-02`,
  ])('refuse GET %s', async path => {
    await begin();
    const { status } = await get(path, 'platform');
    expect(status).toBe(400);
  });

  it('tell monitoring that acts are refused, and nothing more', async () => {
    await begin();
    const health = async () => (await get('/health', 'none').expect(200)).body;
    expect(await health()).toEqual({ status: 'ok', audit: 'ok' });
    await knex.raw('PRAGMA query_only = 1');
    const take = async () =>
      post(`${ENTITY}/snapshots`, 'owner', {
        operationId: randomUUID(),
        vmUid,
        name: 's3',
      });
    expect((await take()).status).toBe(503);
    expect(await health()).toEqual({ status: 'ok', audit: 'refusing' });
    const second = await take();
    expect([second.status, second.body.error.message]).toEqual([
      503,
      expect.stringMatching(/read-only/),
    ]);
    await get(`${ENTITY}/snapshots`, 'owner').expect(200);
    await get(`${ENTITY}/history`, 'owner').expect(200);
    await get('/audit', 'owner').expect(200);
    const calls = cluster.calls.filter(call => call === 'createSnapshot');
    expect(calls).toHaveLength(1);
    await knex.raw('PRAGMA query_only = 0');
    const end = Date.now() + 8_000;
    while ((await health()).audit !== 'ok' && Date.now() < end) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    expect((await take()).status).toBe(202);
  });
});
