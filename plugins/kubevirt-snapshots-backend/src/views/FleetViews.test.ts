// SPDX-License-Identifier: Apache-2.0
import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
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

  async function begin(vms: number, more: Entity[] = []) {
    cluster = new FakeCluster();
    const entities = [...more];
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
    expect((await list('', 'auditor')).items[0].allowed.takeSnapshot.code).toBe(
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
    expect((await list('', 'platform')).unprotectedItems).toBe(2);
    expect((await list('?search=vm-1', 'platform')).unprotectedItems).toBe(0);
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
    cluster.addVm({
      ...cluster.vm(parseVmRef('east/even/vm-0')!)!,
      runStrategy: 'Halted',
    });
    const { items } = await list('', 'platform');
    expect(items.map((item: any) => item.entityRef)).toEqual([
      'resource:default/vm-0',
      undefined,
      'resource:default/vm-2',
    ]);
    // vm-0 is off, and vm-1 has no door.
    const may = (item: any) =>
      ['takeSnapshot', 'createSchedule', 'retention', 'start', 'stop'].filter(
        verb => item.allowed[verb].allowed,
      );
    expect(items.map(may)).toEqual([
      ['takeSnapshot', 'createSchedule', 'retention', 'start'],
      [],
      ['takeSnapshot', 'createSchedule', 'retention', 'stop'],
    ]);
  });

  it('sorts by place and by state, those that are busy first', async () => {
    await begin(4);
    cluster.addVm({
      ...cluster.vm(parseVmRef('east/even/vm-2')!)!,
      snapshotInProgress: 's1',
    });
    const of = async (query: string) => names(await list(query, 'platform'));
    expect(await of('?sort=place')).toEqual(['vm-0', 'vm-2', 'vm-1', 'vm-3']);
    expect(await of('?sort=place&order=desc')).toEqual([
      'vm-1',
      'vm-3',
      'vm-0',
      'vm-2',
    ]);
    // vm-1 is paused, vm-3 runs, vm-0 is stopped.
    expect(await of('?sort=state')).toEqual(['vm-2', 'vm-1', 'vm-3', 'vm-0']);
  });

  it('tells what is under way, on whatever page, and to whom it may', async () => {
    await begin(9);
    const busy = (place: string, snapshotInProgress: string, at: string) => {
      const vm = cluster.vm(parseVmRef(place)!)!;
      cluster.addVm({ ...vm, snapshotInProgress });
      cluster.addSnapshot(snapshotInProgress, {
        namespace: vm.ref.namespace,
        vmName: vm.ref.name,
        createdAt: at,
        facts: { phase: 'InProgress' },
      });
    };
    busy('east/odd/vm-1', 's1', '2026-11-22T09:00:00Z');
    busy('east/odd/vm-5', 's5', '2026-11-22T10:00:00Z');
    busy('east/odd/vm-3', 's3', '2026-11-22T11:00:00Z');
    const underWay = async (query: string, role?: string) => {
      const body = await list(query, role);
      const all = body.underWay.map((item: any) => item.ref.name);
      return [all, body.underWayItems];
    };
    expect(await underWay('?limit=1', 'platform')).toEqual([
      ['vm-3', 'vm-5', 'vm-1'],
      3,
    ]);
    // vm-3 is another team's.
    expect(await underWay('?limit=1&offset=3')).toEqual([['vm-5', 'vm-1'], 2]);
    expect(await underWay('?search=vm-1')).toEqual([['vm-1'], 1]);
    const { underWay: shown } = await list('?limit=1&offset=1');
    expect(shown[0]).toMatchObject({
      entityRef: 'resource:default/vm-5',
      busy: { kind: 'snapshot', name: 's5' },
    });
    ['vm-2', 'vm-4', 'vm-6'].forEach((name, i) =>
      busy(`east/even/${name}`, `t${i}`, '2026-11-22T08:00:00Z'),
    );
    const [most, number] = await underWay('', 'platform');
    expect([most.length, number]).toEqual([5, 6]);
  });

  it('finds VMs by their names, within what one may read', async () => {
    await begin(4);
    const query = '?vms=east/odd/vm-1,east/even/vm-0,east/even/none';
    expect(names(await list(query, 'platform'))).toEqual(['vm-0', 'vm-1']);
    expect(names(await list(query))).toEqual(['vm-1']);
    const many = Array.from({ length: 26 }, (_, i) => `east/odd/vm-${i}`);
    const res = await request(backend.server)
      .get(`/api/kubevirt-snapshots/vms?vms=${many}`)
      .set('authorization', headers.owner!);
    expect(res.status).toBe(400);
  });

  it('says what a snapshot taken now would be worth', async () => {
    await begin(4);
    const { items } = await list('', 'platform');
    expect(items.map((item: any) => item.expectedConsistency)).toEqual([
      'offline',
      'paused',
      'application',
      'application',
    ]);
  });

  describe('of an entity', () => {
    const related = (
      kind: string,
      name: string,
      relations: { type: string; targetRef: string }[],
    ) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind,
      metadata: { name, namespace: 'default' },
      relations,
    });
    const resource = (name: string) => `resource:default/${name}`;

    it.each([
      ['group:default/team-b', ['vm-0', 'vm-3']],
      // Its own are none; those of the groups below it, which form a circle.
      ['group:default/department', ['vm-0', 'vm-6', 'vm-3']],
      ['user:default/bo', ['vm-0', 'vm-6', 'vm-3']],
      // vm-1 is a part; the other entity claims vm-2 and its owner doesn't.
      ['system:default/shop', ['vm-1']],
      ['component:default/front', ['vm-4']],
      ['component:default/none', []],
      ['system:default/absent', []],
    ])('%s shows what belongs to it', async (ref, expected) => {
      await begin(6, [
        related('Group', 'department', [
          { type: 'parentOf', targetRef: 'group:default/squad' },
          { type: 'parentOf', targetRef: 'group:default/gone' },
        ]),
        related('Group', 'squad', [
          { type: 'parentOf', targetRef: 'group:default/team-b' },
          { type: 'parentOf', targetRef: 'user:default/bo' },
          { type: 'parentOf', targetRef: 'group:default/department' },
        ]),
        related('Group', 'team-b', []),
        related('User', 'bo', [
          { type: 'memberOf', targetRef: 'group:default/team-b' },
        ]),
        related('System', 'shop', [
          { type: 'hasPart', targetRef: resource('vm-1') },
          { type: 'hasPart', targetRef: resource('liar') },
          { type: 'hasPart', targetRef: 'component:default/front' },
        ]),
        related('Component', 'front', [
          { type: 'dependsOn', targetRef: resource('vm-4') },
          { type: 'dependsOn', targetRef: resource('no-vm') },
          { type: 'partOf', targetRef: 'system:default/shop' },
        ]),
        related('Component', 'none', []),
        vmEntity('liar', 'east/even/vm-2', 'group:default/team-b'),
        vmEntity('no-vm', undefined),
      ]);
      cluster.addVm({
        ref: parseVmRef('east/even/vm-6')!,
        annotations: { 'kubevirt-snapshots/owner': 'user:default/bo' },
      });
      questions.length = 0;
      const body = await list(
        `?belongsTo=${ref}&sort=lastSnapshot`,
        'platform',
      );
      expect(names(body)).toEqual(expected);
      expect(questions.length).toBeLessThanOrEqual(1);
    });

    it('shows nothing that one may not read', async () => {
      await begin(6, [
        related('System', 'shop', [
          { type: 'hasPart', targetRef: resource('vm-0') },
          { type: 'hasPart', targetRef: resource('vm-1') },
        ]),
      ]);
      expect(names(await list('?belongsTo=system:default/shop'))).toEqual([
        'vm-1',
      ]);
      expect(names(await list('?belongsTo=group:default/team-b'))).toEqual([]);
    });

    it('has to be named as one', async () => {
      await begin(1);
      const res = await request(backend.server)
        .get('/api/kubevirt-snapshots/vms?belongsTo=team')
        .set('authorization', headers.owner!);
      expect(res.status).toBe(400);
      expect(res.body.error.details.field).toBe('belongsTo');
    });
  });
});
