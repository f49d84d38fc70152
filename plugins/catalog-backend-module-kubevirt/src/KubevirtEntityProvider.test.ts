// SPDX-License-Identifier: Apache-2.0
import { ConfigReader } from '@backstage/config';
import { FakeCatalog } from './__testUtils__/FakeCatalog';
import { FakeClusters } from './__testUtils__/FakeClusters';
import { pause, until } from './__testUtils__/until';
import { KubevirtEntityProvider } from './KubevirtEntityProvider';

// Loading all of the backend's test utilities for it would take seconds.
const logger: any = {
  child: () => logger,
  debug: () => {},
  warn: () => {},
};

const CLUSTERS = ['east', 'west'].map(name => ({
  name,
  url: 'https://127.0.0.1:1',
  serviceAccountTokenFile: '/nowhere',
}));
const DEBOUNCE_MS = 50;
/** Long enough for a write that must not come. */
const SETTLED_MS = 200;

describe('KubevirtEntityProvider', () => {
  let clusters: FakeClusters;
  let started: KubevirtEntityProvider[];
  /** What the scheduler runs, by provider. */
  let refresh: Record<string, () => Promise<void>>;

  function read(kubevirt: object, more: object = {}) {
    return KubevirtEntityProvider.fromConfig(
      new ConfigReader({
        catalog: { providers: { kubevirt } },
        kubevirtSnapshots: { clusters: CLUSTERS, ...more },
      } as any),
      {
        clusters: clusters.service,
        logger,
        scheduler: {
          createScheduledTaskRunner: () => ({
            run: async ({ id, fn }: any) => {
              refresh[id] = fn;
            },
          }),
        } as any,
      },
    );
  }

  /** Starts one provider for each entry; debounced by 50 ms. */
  async function start(kubevirt: Record<string, object>, more: object = {}) {
    const fast = Object.entries(kubevirt).map(([id, provider]) => [
      id,
      { debounce: `${DEBOUNCE_MS}ms`, ...provider },
    ]);
    const catalogs: FakeCatalog[] = [];
    for (const provider of read(Object.fromEntries(fast), more)) {
      const catalog = new FakeCatalog();
      await provider.connect(catalog.connection);
      started.push(provider);
      catalogs.push(catalog);
    }
    return catalogs;
  }

  beforeEach(() => {
    clusters = new FakeClusters('east', 'west');
    started = [];
    refresh = {};
  });

  afterEach(async () => {
    await Promise.all(started.map(provider => provider.stop()));
  });

  it('writes all once the cluster has been read, and not before', async () => {
    clusters.set('east', { synced: false, live: false });
    clusters.put('east/shop/web-01', { owner: 'team-a' });
    const [catalog] = await start({ one: { cluster: 'east' } });
    await refresh['kubevirt-provider:one:refresh']();
    clusters.set('east', { synced: true });
    await pause(SETTLED_MS);
    expect(catalog.writes).toEqual([]);
    clusters.put('east/shop/web-02');
    clusters.set('east', { live: true });
    await until(() => catalog.writes.length, 'the first write');
    expect(catalog.writes).toEqual(['full']);
    expect(catalog.refs).toEqual([
      'resource:default/web-01.shop.east',
      'resource:default/web-02.shop.east',
    ]);
    expect(catalog.mutations[0]).toMatchObject({
      entities: [{ locationKey: 'kubevirt:east' }, {}],
    });
  });

  it('writes changes as one delta, and only what the catalog would see', async () => {
    for (let i = 0; i < 5; i += 1) {
      clusters.put(`east/shop/vm-${i}`, { owner: 'team-a' });
    }
    const [catalog] = await start({ one: { cluster: 'east' } });
    await until(() => catalog.refs.length === 5, 'all');
    clusters.put('east/shop/vm-0', { owner: 'team-b' });
    clusters.put('east/shop/vm-1', { owner: 'team-a', running: true });
    clusters.put('east/shop/vm-2', { owner: 'team-b' });
    clusters.put('east/shop/vm-2', { owner: 'team-c' });
    clusters.remove('east/shop/vm-3');
    clusters.put('east/shop/new');
    clusters.put('west/shop/new');
    await until(() => catalog.writes.length === 2, 'a delta');
    expect(catalog.mutations[1]).toMatchObject({
      type: 'delta',
      added: [
        { entity: { spec: { owner: 'group:default/team-b' } } },
        { entity: { spec: { owner: 'group:default/team-c' } } },
        { entity: { metadata: { name: 'new.shop.east' } } },
      ],
      removed: [{ entityRef: 'resource:default/vm-3.shop.east' }],
    });
    clusters.put('east/shop/vm-1', { owner: 'team-a', paused: true });
    await pause(SETTLED_MS);
    expect(catalog.writes).toEqual(['full', 'delta']);
  });

  it('does not wait for a quiet moment', async () => {
    const [catalog] = await start({ one: { cluster: 'east' } });
    await until(() => catalog.writes.length, 'all');
    let i = 0;
    const busy = setInterval(() => clusters.put(`east/shop/${(i += 1)}`), 10);
    try {
      await until(() => catalog.writes.length > 3, 'deltas', 2_000);
      expect(catalog.writes.slice(0, 3)).toEqual(['full', 'delta', 'delta']);
    } finally {
      clearInterval(busy);
    }
  });

  it('removes nothing while the cluster is not live', async () => {
    clusters.put('east/shop/a');
    clusters.put('east/shop/b');
    const [catalog] = await start({ one: { cluster: 'east' } });
    await until(() => catalog.refs.length === 2, 'all');
    clusters.set('east', { live: false });
    clusters.remove('east/shop/a');
    clusters.remove('east/shop/b');
    await refresh['kubevirt-provider:one:refresh']();
    await pause(SETTLED_MS);
    expect(catalog.refs).toHaveLength(2);
    expect(catalog.writes).toEqual(['full']);
    clusters.put('east/shop/b');
    clusters.set('east', { live: true });
    await until(() => catalog.refs.length === 1, 'what waited');
    expect(catalog.refs).toEqual(['resource:default/b.shop.east']);
  });

  it("is not touched by another cluster's trouble", async () => {
    clusters.put('east/shop/a');
    clusters.put('west/shop/a');
    const [east, west] = await start({
      one: { cluster: 'east' },
      two: { cluster: 'west' },
    });
    await until(() => east.refs.length + west.refs.length === 2, 'both');
    clusters.set('west', { synced: false, live: false });
    clusters.remove('west/shop/a');
    clusters.put('east/shop/b');
    await until(() => east.refs.length === 2, 'the delta of one');
    expect(west.refs).toEqual(['resource:default/a.shop.west']);
    expect(west.mutations[0]).toMatchObject({
      entities: [{ locationKey: 'kubevirt:west' }],
    });
  });

  it('mends on schedule what it was never told', async () => {
    clusters.put('east/shop/a');
    const [catalog] = await start({ one: { cluster: 'east' } });
    await until(() => catalog.refs.length === 1, 'all');
    clusters.remove('east/shop/a', { silently: true });
    await refresh['kubevirt-provider:one:refresh']();
    expect(catalog.refs).toEqual([]);
  });

  it('forgets after a restart what went meanwhile', async () => {
    clusters.put('east/shop/a');
    clusters.put('east/shop/b');
    const [before] = await start({ one: { cluster: 'east' } });
    await until(() => before.refs.length === 2, 'all');
    await started.pop()!.stop();
    expect(clusters.listeners).toBe(0);
    clusters.remove('east/shop/a');
    await pause(SETTLED_MS);
    expect(before.writes).toEqual(['full']);
    const [after] = await start({ one: { cluster: 'east' } });
    await until(() => after.writes.length, 'all again');
    expect(after.mutations[0]).toMatchObject({
      type: 'full',
      entities: [{ entity: { metadata: { name: 'b.shop.east' } } }],
    });
  });

  it('tries again what the catalog refused', async () => {
    clusters.put('east/shop/a');
    const [catalog] = await start({ one: { cluster: 'east' } });
    catalog.failing = 2;
    await until(() => catalog.refs.length === 1, 'all, the third time');
    catalog.failing = 1;
    clusters.put('east/shop/b');
    await until(() => catalog.refs.length === 2, 'a delta, the second time');
    catalog.failing = 1;
    await expect(refresh['kubevirt-provider:one:refresh']()).rejects.toThrow(
      'the database is away',
    );
    await until(() => catalog.writes.length === 3, 'the refresh');
    expect(catalog.writes).toEqual(['full', 'delta', 'full']);
  });

  it('passes a VM whose labels change to the provider that takes it then', async () => {
    clusters.put('east/shop/a', { labels: { tier: 'gold' } });
    clusters.put('east/shop/b');
    clusters.put('east/lab/c', { labels: { tier: 'gold' } });
    const [gold, rest] = await start({
      gold: { cluster: 'east', labelSelector: 'tier=gold', exclude: ['lab'] },
      rest: { cluster: 'east', namespaces: ['shop'] },
    });
    await until(() => gold.writes.length && rest.writes.length, 'both');
    expect(gold.refs).toEqual(['resource:default/a.shop.east']);
    expect(rest.refs).toEqual(['resource:default/b.shop.east']);
    clusters.put('east/shop/a', { labels: { tier: 'tin' } });
    await until(() => gold.refs.length === 0 && rest.refs.length === 2, 'it');
  });

  it('reads owners where everybody reads them', async () => {
    clusters.put('east/shop/a');
    clusters.put('east/shop/b', { owner: 'user:ann, team-b' });
    clusters.put('east/data/c');
    clusters.put('east/data/d', { owner: '??' });
    const [catalog] = await start(
      { one: { cluster: 'east', defaultOwner: 'Platform' } },
      {
        namespaceOwners: [
          { cluster: 'east', namespace: 'shop', owners: ['team-a'] },
        ],
      },
    );
    await until(() => catalog.refs.length === 4, 'all');
    expect(
      Array.from(catalog.entities.values(), e => [
        e.metadata.title,
        e.spec!.owner,
        e.metadata.annotations!['kubevirt-snapshots/owner'],
      ]),
    ).toEqual([
      ['a', 'group:default/team-a', 'group:default/team-a'],
      ['b', 'user:default/ann', 'user:default/ann,group:default/team-b'],
      ['c', 'group:default/platform', undefined],
      ['d', 'group:default/platform', undefined],
    ]);
  });

  it.each([
    [{ cluster: 'north' }, /kubevirt\.one\.cluster is "north"/],
    [{ cluster: 'east', defaultOwner: 'a b' }, /one\.defaultOwner is "a b"/],
    [
      { cluster: 'east', systemLabel: 'a/b/c' },
      /one\.systemLabel is "a\/b\/c"/,
    ],
    [{ cluster: 'east', labelSelector: '' }, /one\.labelSelector/],
    [{ cluster: 'east', debounce: '1ms' }, /one\.debounce is 1 ms/],
    [{ cluster: 'east', debounce: 'soon' }, /debounce/],
    [{ cluster: 'east', schedule: {} }, /schedule/],
    ['east', /one/],
  ])('refuses %j', (one, message) => {
    expect(() => read({ one })).toThrow(message);
  });

  it('provides nothing without configuration', () => {
    expect(
      KubevirtEntityProvider.fromConfig(new ConfigReader({}), {
        clusters: clusters.service,
        logger,
        scheduler: {} as any,
      }),
    ).toEqual([]);
  });
});
