// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import request from 'supertest';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  decide,
  headers,
  people,
  startPlugin,
  vmEntity,
} from '../__testUtils__/startPlugin';

jest.setTimeout(60_000);

const annotations = (team: string, entity: string) => ({
  'kubevirt-snapshots/owner': `group:default/${team}`,
  'kubevirt-snapshots/entity-ref': `resource:default/${entity}`,
});

describe('the list of VMs', () => {
  let cluster: FakeCluster;
  let backend: Awaited<ReturnType<typeof startPlugin>>;
  let decisions: number;
  const questions: string[] = [];

  async function begin(vms: number) {
    cluster = new FakeCluster();
    const entities = [];
    for (let i = 0; i < vms; i += 1) {
      const name = `vm-${i}`;
      const team = i % 3 === 0 ? 'team-b' : 'team-a';
      cluster.addVm({
        ref: parseVmRef(`east/${i % 2 ? 'odd' : 'even'}/${name}`)!,
        running: i % 4 !== 0,
        paused: i % 4 === 1,
        annotations: annotations(team, name),
      });
      entities.push(
        vmEntity(
          name,
          `east/${i % 2 ? 'odd' : 'even'}/${name}`,
          `group:default/${team}`,
        ),
      );
    }
    decisions = 0;
    questions.length = 0;
    const catalog = catalogServiceMock({ entities });
    const ask = catalog.getEntities.bind(catalog);
    catalog.getEntities = async (...args) => {
      questions.push('getEntities');
      return ask(...args);
    };
    backend = await startPlugin({
      cluster,
      entities,
      catalog,
      decide: (...args) => {
        decisions += 1;
        return decide(...args);
      },
      features: [
        mockServices.database.factory(),
        mockServices.userInfo.mock({
          getUserInfo: async () => ({
            userEntityRef: people.platform,
            ownershipEntityRefs: [people.platform, 'group:default/team-b'],
          }),
        }).factory,
      ],
    });
  }
  afterEach(() => backend.stop());

  const list = async (query = '', role = 'owner') => {
    const res = await request(backend.server)
      .get(`/api/kubevirt-snapshots/vms${query}`)
      .set('authorization', headers[role]!);
    expect(res.status).toBe(200);
    return res.body;
  };
  const names = (body: any) => body.items.map((item: any) => item.ref.name);

  it('shows each person the VMs they may read, and counts only these', async () => {
    await begin(7);
    const own = await list();
    expect(names(own)).toEqual(['vm-1', 'vm-2', 'vm-4', 'vm-5']);
    expect(own).toMatchObject({
      totalItems: 4,
      allItems: 4,
      facets: {
        clusters: { east: 4 },
        namespaces: { 'east/odd': 2, 'east/even': 2 },
        owners: { 'group:default/team-a': 4 },
      },
    });
    expect((await list('', 'other')).allItems).toBe(3);
    expect((await list('', 'auditor')).allItems).toBe(7);
    expect((await list('', 'auditor')).items[0].takeSnapshot.code).toBe(
      'permission',
    );
  });

  it('filters, sorts as people count, and pages', async () => {
    await begin(12);
    const of = async (query: string) => names(await list(query, 'platform'));
    expect(await of('?limit=3&offset=9')).toEqual(['vm-9', 'vm-10', 'vm-11']);
    expect(await of('?order=desc&limit=2')).toEqual(['vm-11', 'vm-10']);
    expect(await of('?search=VM-1')).toEqual(['vm-1', 'vm-10', 'vm-11']);
    expect(await of('?namespace=odd&power=paused')).toEqual([
      'vm-1',
      'vm-5',
      'vm-9',
    ]);
    expect(await of('?namespace=east/even&power=stopped')).toEqual([
      'vm-0',
      'vm-4',
      'vm-8',
    ]);
    expect(await of('?owner=group:default/team-b')).toEqual([
      'vm-0',
      'vm-3',
      'vm-6',
      'vm-9',
    ]);
    expect(await of('?mine=true')).toEqual(['vm-0', 'vm-3', 'vm-6', 'vm-9']);
    expect(await of('?cluster=west')).toEqual([]);
  });

  it('tells the last good snapshot, and who has none of the last 30 days', async () => {
    await begin(3);
    const recent = new Date(Date.now() - 3_600_000).toISOString();
    cluster.addSnapshot('good', {
      namespace: 'odd',
      vmName: 'vm-1',
      cutAt: recent,
      capturedVmUid: undefined,
      createdAt: recent,
    });
    cluster.addSnapshot('newer-but-failed', {
      namespace: 'odd',
      vmName: 'vm-1',
      facts: { phase: 'Failed' },
      cutAt: new Date().toISOString(),
      capturedVmUid: undefined,
    });
    cluster.addSnapshot('of-a-former', {
      namespace: 'even',
      vmName: 'vm-2',
      cutAt: recent,
      capturedVmUid: 'former',
    });
    const { items } = await list('', 'platform');
    expect(
      items.map((item: any) => [
        item.ref.name,
        item.snapshots.total,
        item.snapshots.lastGoodName,
        item.unprotected,
      ]),
    ).toEqual([
      ['vm-0', 0, undefined, true],
      ['vm-1', 2, 'good', false],
      ['vm-2', 0, undefined, true],
    ]);
    expect(names(await list('?unprotected=true', 'platform'))).toEqual([
      'vm-0',
      'vm-2',
    ]);
    expect(
      names(await list('?sort=lastSnapshot&order=desc', 'platform'))[0],
    ).toBe('vm-1');
  });

  it('asks policy and catalog the same few questions for 10 and for 1,000 VMs', async () => {
    const cost = async (vms: number) => {
      await begin(vms);
      await list('?limit=50', 'platform');
      const result = [decisions, questions.length, cluster.calls.length];
      await backend.stop();
      return result;
    };
    const few = await cost(10);
    expect(await cost(1000)).toEqual(few);
    expect(few.slice(1)).toEqual([1, 0]);
  });

  it('links the entity that stands for a VM and no other', async () => {
    await begin(3);
    cluster.addVm({
      ref: parseVmRef('east/odd/vm-1')!,
      annotations: annotations('team-a', 'another'),
    });
    const { items } = await list('', 'platform');
    expect(items.map((item: any) => item.entityRef)).toEqual([
      'resource:default/vm-0',
      undefined,
      'resource:default/vm-2',
    ]);
    expect(items[1].takeSnapshot.allowed).toBe(false);
    expect(items[0].takeSnapshot.allowed).toBe(true);
  });
});
