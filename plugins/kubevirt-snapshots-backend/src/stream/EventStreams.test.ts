// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from 'node:events';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmAccess } from '../authorization/VmGate';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { EventStreams } from './EventStreams';

class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  ended = false;
  head: Record<string, string> = {};
  writeHead(_: number, head: Record<string, string>) {
    this.head = head;
  }
  write(text: string) {
    this.written.push(text);
  }
  end() {
    this.ended = true;
    this.emit('close');
  }
  get messages() {
    return this.written
      .filter(text => text.startsWith('data: '))
      .map(text => JSON.parse(text.slice(6)));
  }
}

describe('EventStreams', () => {
  let cluster: FakeCluster;
  let streams: EventStreams;
  const access = { ref: FakeCluster.ref } as VmAccess;

  beforeEach(() => {
    jest.useFakeTimers();
    cluster = new FakeCluster();
    streams = new EventStreams({
      cluster,
      index: { subscribe: () => () => {} } as any,
      protections: { subscribe: () => () => {} } as any,
      schedules: { subscribe: () => () => {} } as any,
      views: { revision: () => cluster.revision() } as any,
    });
  });
  afterEach(() => {
    streams.close();
    jest.useRealTimers();
  });

  function open(
    options: Partial<Parameters<EventStreams['serve']>[0]> = {},
  ): FakeResponse {
    const res = new FakeResponse();
    streams.serve({
      res: res as any,
      access,
      decide: async () => access,
      ...options,
    });
    return res;
  }

  it('keeps proxies from holding it back', () => {
    expect(open().head['Cache-Control']).toContain('no-transform');
  });

  it('tells a burst of changes once, and nothing of other VMs', () => {
    const res = open();
    cluster.addSnapshot('s1');
    cluster.addSnapshot('s2');
    cluster.addVm({ ref: parseVmRef('east/shop/other')! });
    jest.advanceTimersByTime(50);
    expect(res.messages.map(m => m.type)).toEqual(['hello', 'changed']);
    cluster.addVm({ ref: parseVmRef('east/shop/other')! });
    jest.advanceTimersByTime(50);
    expect(res.messages).toHaveLength(2);
  });

  it('tells when the cluster goes away', () => {
    const res = open();
    cluster.freshnessNow = { state: 'stale', asOf: '2026-01-01T00:00:00Z' };
    cluster.addSnapshot('s1');
    jest.advanceTimersByTime(50);
    expect(res.messages[1]).toMatchObject({
      type: 'freshness',
      freshness: { state: 'stale' },
    });
  });

  it.each([
    ['the right is revoked', async () => Promise.reject(new Error('no'))],
    ['nobody says whether it still stands', () => new Promise<never>(() => {})],
    [
      'the entity stands for another VM',
      async () => ({ ref: parseVmRef('east/shop/other')! } as VmAccess),
    ],
  ])('ends within 30 seconds when %s', async (_, decide) => {
    const res = open({ decide });
    await jest.advanceTimersByTimeAsync(24_000);
    expect(res.ended).toBe(false);
    await jest.advanceTimersByTimeAsync(6_000);
    expect(res.ended).toBe(true);
    expect(res.messages[1]).toEqual({ type: 'bye', reason: 'revoked' });
    expect(streams.size).toBe(0);
  });

  it('goes on for whoever still may listen, and asks again', async () => {
    const decide = jest.fn(async () => access);
    const res = open({ decide });
    await jest.advanceTimersByTimeAsync(120_000);
    expect(res.ended).toBe(false);
    expect(decide.mock.calls.length).toBeGreaterThanOrEqual(4);
  });

  it('ends when the token expires', async () => {
    const res = open({ expiresAt: new Date(Date.now() + 5_000) });
    await jest.advanceTimersByTimeAsync(4_900);
    expect(res.ended).toBe(false);
    await jest.advanceTimersByTimeAsync(100);
    expect(res.messages[1]).toEqual({ type: 'bye', reason: 'expired' });
    expect(res.ended).toBe(true);
  });

  it('sends a heartbeat, and nothing more once the browser has left', () => {
    const res = open();
    jest.advanceTimersByTime(15_000);
    expect(res.written).toHaveLength(2);
    res.emit('close');
    expect(streams.size).toBe(0);
    cluster.addSnapshot('s1');
    jest.advanceTimersByTime(60_000);
    expect(res.written).toHaveLength(2);
  });
});
