// SPDX-License-Identifier: Apache-2.0
import type { Sink } from '../cache/ClusterCache';
import { Raw } from '../project/raw';
import { StubCluster } from '../testing/StubCluster';
import { until } from '../testing/until';
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
import { RESOURCES } from '../transport/resources';
import { DEFAULT_TIMINGS, retryDelay } from './backoff';
import { Reflector, ReflectorOptions } from './Reflector';
import { ClusterError } from '../cluster/ClusterError';

const PLURAL = 'virtualmachinesnapshots';

function item(name: string, resourceVersion = '1'): Raw {
  return {
    kind: 'VirtualMachineSnapshot',
    metadata: { name, namespace: 'vms', uid: name, resourceVersion },
  };
}

/** Keeps names, and what happened to them. */
class MemorySink implements Sink {
  readonly items = new Map<string, Raw>();
  upsert(raw: Raw) {
    this.items.set((raw as any).metadata.name, raw);
  }
  remove(key: { name: string }) {
    this.items.delete(key.name);
  }
  list() {
    const seen = new Set<string>();
    return {
      add: (raw: Raw) => {
        this.upsert(raw);
        seen.add((raw as any).metadata.name);
      },
      commit: () => {
        for (const name of Array.from(this.items.keys())) {
          if (!seen.has(name)) {
            this.items.delete(name);
          }
        }
      },
    };
  }
  get names() {
    return Array.from(this.items.keys()).sort();
  }
}

describe('Reflector', () => {
  let stub: StubCluster;
  let transport: ClusterTransport;
  let sink: MemorySink;
  let reflector: Reflector;
  const states: string[] = [];

  function begin(more: Partial<ReflectorOptions> = {}) {
    const { timings, ...options } = more;
    reflector = Reflector.create({
      cluster: 'prod',
      transport,
      resource: RESOURCES.snapshots,
      sink,
      onState: () => states.push(reflector.state.phase),
      random: () => 0,
      timings: {
        ...DEFAULT_TIMINGS,
        retryMin: 20,
        retryMax: 40,
        retryMissing: 40,
        retryAbsent: 40,
        shortLived: 5,
        ...timings,
      },
      ...options,
    });
    reflector.start();
  }
  const live = () =>
    until(
      () => reflector.state.phase === 'live' && stub.openWatches(PLURAL).length,
      'live',
    );
  const lists = () => stub.count('GET', PLURAL);

  beforeEach(async () => {
    stub = await StubCluster.create();
    stub.setList(PLURAL, [item('a'), item('b')]);
    sink = new MemorySink();
    states.length = 0;
    transport = ClusterTransport.create({
      name: 'prod',
      credentials: ServiceAccountCredentials.create(
        { name: 'prod', url: stub.url },
        { value: 't' },
      ),
      maxResponseBytes: 100_000,
    });
  });

  afterEach(async () => {
    await reflector?.stop();
    transport.close();
    await stub.stop();
  });

  it('lists, then watches from there', async () => {
    begin();
    await live();
    expect(sink.names).toEqual(['a', 'b']);
    const { query, path } = stub.watches[0];
    expect(path).toBe(
      '/apis/snapshot.kubevirt.io/v1beta1/virtualmachinesnapshots',
    );
    expect(Object.fromEntries(query)).toEqual({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '1000',
      timeoutSeconds: '240',
    });
    stub.send(PLURAL, 'ADDED', item('c', '1001'));
    stub.send(PLURAL, 'DELETED', item('a', '1002'));
    await until(() => sink.names.join() === 'b,c');
    expect(reflector.state).toMatchObject({ phase: 'live', synced: true });
  });

  it('reads the list page by page', async () => {
    stub.setList(
      PLURAL,
      Array.from({ length: 1201 }, (_, i) => item(`s${i}`)),
    );
    begin();
    await live();
    expect(sink.items.size).toBe(1201);
    expect(lists()).toBe(3);
    expect(stub.requests[0].query.get('limit')).toBe('500');
  });

  it('asks for smaller pages when one is too large', async () => {
    const big = (i: number) => ({ ...item(`s${i}`), x: 'x'.repeat(1000) });
    stub.setList(
      PLURAL,
      Array.from({ length: 300 }, (_, i) => big(i)),
    );
    begin();
    await live();
    expect(sink.items.size).toBe(300);
  });

  it('resumes where a watch broke off, without a list', async () => {
    let clock = 0;
    begin({ now: () => (clock += 1) });
    await live();
    // The list and the open watch.
    await until(() => (reflector.state.heardAt ?? 0) > 1);
    const before = reflector.state.heardAt!;
    stub.send(PLURAL, 'BOOKMARK', {
      kind: 'VirtualMachineSnapshot',
      metadata: { resourceVersion: '1500' },
    });
    await until(() => reflector.state.heardAt! > before);
    stub.cut();
    await until(() => stub.watches.length === 2);
    expect(stub.watches[1].query.get('resourceVersion')).toBe('1500');
    expect(lists()).toBe(1);
    expect(states).toEqual(['live']);
  });

  it('lists anew when the cluster forgot where it was (event)', async () => {
    begin();
    await live();
    stub.setList(PLURAL, [item('z')]);
    stub.send(PLURAL, 'ERROR', {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 10 (200)',
    });
    await until(() => sink.names.join() === 'z');
    await live();
    expect(lists()).toBe(2);
    expect(states).toEqual(['live']);
  });

  it('lists anew when the cluster forgot where it was (HTTP)', async () => {
    begin();
    await live();
    let gone = 1;
    stub.hook = request => {
      if (request.query.has('watch') && gone > 0) {
        gone -= 1;
        return { status: 410, body: { kind: 'Status', code: 410 } };
      }
      return undefined;
    };
    stub.setList(PLURAL, [item('z')]);
    stub.cut();
    await until(() => sink.names.join() === 'z');
    expect(lists()).toBe(2);
  });

  it('begins a list again when its continuation expired', async () => {
    stub.setList(
      PLURAL,
      Array.from({ length: 600 }, (_, i) => item(`s${i}`)),
    );
    let expired = 1;
    stub.hook = request => {
      if (request.query.get('continue') && expired > 0) {
        expired -= 1;
        return { status: 410, body: { kind: 'Status', code: 410 } };
      }
      return undefined;
    };
    begin();
    await live();
    expect(sink.items.size).toBe(600);
    expect(lists()).toBe(4);
  });

  it('is stale while the cluster is away, and comes back', async () => {
    begin();
    await live();
    stub.hook = (_, response) => {
      response.socket!.destroy();
      return 'taken';
    };
    stub.cut();
    await until(() => reflector.state.phase === 'failed');
    expect(reflector.state).toMatchObject({
      synced: true,
      error: { code: 'unreachable' },
    });
    expect(sink.names).toEqual(['a', 'b']);
    stub.hook = () => undefined;
    await live();
    expect(states).toEqual(['live', 'failed', 'live']);
    expect(reflector.state.error).toBeUndefined();
    expect(lists()).toBe(1);
  });

  it('opens a silent watch anew', async () => {
    let clock = 0;
    begin({
      now: () => (clock += 1000),
      timings: { ...DEFAULT_TIMINGS, silence: 30, shortLived: 5 },
    });
    await live();
    const before = reflector.state.heardAt!;
    await until(() => stub.watches.length >= 4);
    // Nothing has changed, and the cluster has said so by answering.
    expect(reflector.state.heardAt).toBeGreaterThan(before);
    expect(states).toEqual(['live']);
    expect(lists()).toBe(1);
  });

  it('opens the watch anew when told to', async () => {
    begin();
    await live();
    await new Promise(r => setTimeout(r, 10));
    reflector.verify();
    await until(() => stub.watches.length === 2);
    expect(states).toEqual(['live']);
  });

  it('does not run hot when watches end at once', async () => {
    begin({
      timings: { ...DEFAULT_TIMINGS, retryMin: 20, shortLived: 1000 },
    });
    stub.hook = (request, response) => {
      if (request.query.has('watch')) {
        response.writeHead(200);
        response.end();
        return 'taken';
      }
      return undefined;
    };
    await new Promise(r => setTimeout(r, 300));
    expect(stub.requests.length).toBeLessThan(10);
  });

  it('does not run hot when every watch is too old', async () => {
    stub.hook = request =>
      request.query.has('watch')
        ? { status: 410, body: { kind: 'Status', code: 410 } }
        : undefined;
    begin();
    await new Promise(r => setTimeout(r, 300));
    expect(stub.requests.length).toBeLessThan(60);
  });

  it.each([
    [
      403,
      'x is forbidden: User "u" cannot list resource "y" in API group "z"',
      'forbidden',
    ],
    [401, 'Unauthorized', 'unauthorized'],
    [404, 'the server could not find the requested resource', 'crds-missing'],
    [500, 'boom', 'server-error'],
  ])('says why at %s and tries again', async (code, message, wanted) => {
    stub.hook = () => ({
      status: code,
      body: { kind: 'Status', code, message, details: {} },
    });
    begin();
    await until(() => reflector.state.phase === 'failed');
    expect(reflector.state).toMatchObject({
      synced: false,
      error: { code: wanted },
    });
    stub.hook = () => undefined;
    await live();
  });

  it('tolerates that an optional resource is absent', async () => {
    begin();
    await live();
    await reflector.stop();
    stub.hook = () => ({ status: 404, body: '404 page not found' });
    begin({ optional: true });
    await until(() => reflector.state.phase === 'absent');
    expect(reflector.state).toMatchObject({ synced: true });
    expect(sink.names).toEqual([]);
    stub.hook = () => undefined;
    await live();
    expect(sink.names).toEqual(['a', 'b']);
  });

  it('lists anew after an event that it cannot read', async () => {
    begin();
    await live();
    stub.setList(PLURAL, [item('z')]);
    stub.watches[0].response.write('{"type":\n');
    await until(() => sink.names.join() === 'z');
    expect(lists()).toBe(2);
  });

  it('stops at once, whatever it is doing', async () => {
    begin();
    await live();
    await reflector.stop();
    await until(() => stub.openWatches(PLURAL).length === 0);
    stub.hook = () => 'taken';
    begin();
    await until(() => lists() === 2);
    await reflector.stop();
    expect(reflector.state.phase).toBe('connecting');
  });
});

describe('retryDelay', () => {
  const delay = (code: any, failures: number, retryAfterMs?: number) =>
    retryDelay(
      code && new ClusterError(code, '', { retryAfterMs }),
      failures,
      DEFAULT_TIMINGS,
      () => 1,
    );

  it('doubles up to a limit, with patience where a person has to act', () => {
    expect(delay('unreachable', 1)).toBe(250);
    expect(delay('unreachable', 2)).toBe(500);
    expect(delay('unreachable', 99)).toBe(10_000);
    expect(delay('crds-missing', 1)).toBe(30_000);
    expect(delay('forbidden', 1)).toBe(30_000);
    expect(delay('overloaded', 1, 4000)).toBe(4000);
    expect(retryDelay(undefined, 1, DEFAULT_TIMINGS, () => 0)).toBe(125);
  });
});
