// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';

jest.setTimeout(60_000);

const DOOR = '/api/kubevirt-snapshots/entities/resource/default/web-01';
const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('protecting snapshots', () => {
  let cluster: FakeCluster;
  let vmUid: string;
  let uid: string;
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let knex: Awaited<ReturnType<typeof databases.init>>;

  async function begin(config: object = {}) {
    knex = await databases.init('SQLITE_3');
    cluster = new FakeCluster();
    vmUid = cluster.addVm().uid;
    uid = cluster.addSnapshot('s1').uid;
    cluster.addSnapshot('s2');
    backend = await startPlugin({
      cluster,
      entities: [vmEntity('web-01', 'east/shop/web-01')],
      extraConfig: config,
      features: [
        mockServices.database.mock({ getClient: async () => knex }).factory,
      ],
    });
  }
  afterEach(() => backend.stop());

  const act = (verb: string, more: object = {}, role = 'owner') =>
    request(backend.server)
      .post(`${DOOR}/snapshots/s1/${verb}`)
      .set('authorization', headers[role]!)
      .send({ operationId: randomUUID(), vmUid, snapshotUid: uid, ...more });
  const item = async () =>
    (
      await request(backend.server)
        .get(`${DOOR}/snapshots`)
        .set('authorization', headers.owner!)
    ).body.items.find((candidate: any) => candidate.name === 's1');

  it('keeps a snapshot from everybody until it is released', async () => {
    await begin();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const res = await act('protect', { reason: 'evidence', until });
    expect([res.status, res.body.protection]).toEqual([
      200,
      { reason: 'evidence', until, by: people.owner, at: expect.any(String) },
    ]);
    expect(await item()).toMatchObject({
      protection: { reason: 'evidence', until },
      allowed: {
        delete: { allowed: false, code: 'snapshot-protected' },
        protect: { allowed: true },
        unprotect: { allowed: true },
      },
    });
    for (const role of ['owner', 'platform']) {
      const refused = await act('delete', {}, role);
      expect([refused.status, refused.body.error.details.code]).toEqual([
        409,
        'snapshot-protected',
      ]);
    }
    expect(cluster.calls).not.toContain('deleteSnapshot');
    expect((await act('unprotect', { reason: 'case closed' })).status).toBe(
      200,
    );
    expect(await item()).toMatchObject({
      allowed: {
        delete: { allowed: true },
        unprotect: { allowed: false, code: 'snapshot-not-protected' },
      },
    });
    expect((await act('delete')).status).toBe(202);
  });

  it('says in the trail what was and what is', async () => {
    await begin();
    await act('protect', { reason: 'evidence' });
    await act('unprotect', { reason: 'case closed' });
    const rows = (await knex('audit_events').orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );
    expect(rows).toMatchObject([
      {
        kind: 'intent',
        action: 'snapshot.protect',
        before: { protected: false },
        after: { protected: true, reason: 'evidence' },
        reason: 'evidence',
      },
      { kind: 'settled', outcome: 'success' },
      {
        kind: 'intent',
        action: 'snapshot.unprotect',
        before: { protected: true, reason: 'evidence' },
        after: { protected: false },
        reason: 'case closed',
      },
      { kind: 'settled', outcome: 'success' },
    ]);
  });

  it('gives a repeat the same answer and does it once', async () => {
    await begin();
    const body = { operationId: randomUUID(), reason: 'evidence' };
    expect((await act('protect', body)).status).toBe(200);
    const again = await act('protect', body);
    expect([again.status, again.body.protection.reason]).toEqual([
      200,
      'evidence',
    ]);
    expect(await knex('audit_events')).toHaveLength(2);
    const other = await act('unprotect', body);
    expect(other.body.error.details.code).toBe('operation-id-used');
  });

  it.each<[string, object, string]>([
    ['no reason', {}, 'reason'],
    ['an empty reason', { reason: '  ' }, 'reason'],
    ['a long reason', { reason: 'x'.repeat(501) }, 'reason'],
    [
      'an end in the past',
      { reason: 'x', until: '2020-01-01T00:00:00Z' },
      'until',
    ],
    ['an end that is no time', { reason: 'x', until: 'tomorrow' }, 'until'],
  ])('refuses %s', async (_, body, field) => {
    await begin();
    const res = await act('protect', body);
    expect([res.status, res.body.error.details.field]).toEqual([400, field]);
    expect(await knex('audit_events')).toHaveLength(0);
  });

  it('refuses what bears the name now but was not meant', async () => {
    await begin();
    const res = await act('protect', { reason: 'x', snapshotUid: 'older' });
    expect([res.status, res.body.error.details.code]).toEqual([
      409,
      'snapshot-changed',
    ]);
  });

  it('wants a reason for deleting the last good one when configured so', async () => {
    await begin({ requireReason: { deleteLastGood: true } });
    cluster.removeSnapshot('s2');
    expect(await item()).toMatchObject({
      deleteConfirmation: 'name',
      deleteNeedsReason: true,
    });
    const res = await act('delete', { typedName: 's1' });
    expect([res.status, res.body.error.details.field]).toEqual([400, 'reason']);
    const accepted = await act('delete', {
      typedName: 's1',
      reason: 'disk is full',
    });
    expect(accepted.status).toBe(202);
    const [intent] = await knex('audit_events').orderBy('seq');
    expect(JSON.parse(intent.body).reason).toBe('disk is full');
  });
});
