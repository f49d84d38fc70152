// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from 'node:events';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import type { FleetAccess } from '../authorization/VmGate';
import type { Operation } from '../operations/types';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { FleetStreams } from './FleetStreams';

class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  head: Record<string, string> = {};
  writeHead(_: number, head: Record<string, string>) {
    this.head = head;
  }
  write(text: string) {
    this.written.push(text);
  }
  end() {
    this.emit('close');
  }
  get types() {
    return this.written
      .filter(text => text.startsWith('data: '))
      .map(text => JSON.parse(text.slice(6)))
      .map(({ type, reason }) => (reason ? `${type} ${reason}` : type));
  }
}

const own = (name: string, team = 'team-a') => ({
  ref: parseVmRef(`east/shop/${name}`)!,
  annotations: { 'kubevirt-snapshots/owner': `group:default/${team}` },
});

/** Reads what a team owns. */
const accessOf = (team: string) =>
  ({
    accessTo: (vm: VmRecord) => ({
      can: () =>
        vm.annotations['kubevirt-snapshots/owner'] === `group:default/${team}`,
    }),
  } as unknown as FleetAccess);

describe('FleetStreams', () => {
  let cluster: FakeCluster;
  let streams: FleetStreams;
  let tellOperation: (operation: Operation) => void;
  let tellSchedule: (vmKey: string) => void;

  beforeEach(() => {
    jest.useFakeTimers();
    cluster = new FakeCluster();
    cluster.addVm(own('web-01'));
    cluster.addVm(own('strange', 'team-b'));
    streams = new FleetStreams({
      cluster,
      index: {
        subscribe: (listener: typeof tellOperation) => {
          tellOperation = listener;
          return () => {};
        },
      } as any,
      schedules: {
        subscribe: listener => {
          tellSchedule = listener;
          return () => {};
        },
      },
    });
  });
  afterEach(() => {
    streams.close();
    jest.useRealTimers();
  });

  function open(decide = async () => accessOf('team-a'), expiresAt?: Date) {
    const res = new FakeResponse();
    streams.serve({
      res: res as any,
      fleet: accessOf('team-a'),
      decide,
      expiresAt,
    });
    return res;
  }

  it('tells of the VMs that one may read, and of no others', () => {
    const res = open();
    expect(res.head['Cache-Control']).toContain('no-transform');
    cluster.addVm({ ...own('strange', 'team-b'), paused: true });
    cluster.addVm(own('stranger', 'team-b'));
    tellOperation({ vm: own('strange').ref } as Operation);
    tellSchedule('east/shop/strange');
    jest.advanceTimersByTime(5_000);
    expect(res.types).toEqual(['hello']);
    cluster.addVm({ ...own('web-01'), paused: true });
    jest.advanceTimersByTime(50);
    expect(res.types).toEqual(['hello', 'changed']);
    tellOperation({ vm: own('web-01').ref } as Operation);
    jest.advanceTimersByTime(1_000);
    expect(res.types).toEqual(['hello', 'changed', 'changed']);
    tellSchedule('east/shop/web-01');
    jest.advanceTimersByTime(1_000);
    expect(res.types).toHaveLength(4);
  });

  it.each([
    ['a new VM', () => cluster.addVm(own('web-02'))],
    ['one that is gone', () => cluster.removeVm(own('web-01').ref)],
    ['one that was given away', () => cluster.addVm(own('web-01', 'team-b'))],
    ['one that was got', () => cluster.addVm(own('strange', 'team-a'))],
  ])('tells of %s', (_, change) => {
    const res = open();
    change();
    jest.advanceTimersByTime(50);
    expect(res.types).toEqual(['hello', 'changed']);
  });

  it('tells nothing of one that was given away, from then on', () => {
    const res = open();
    cluster.addVm(own('web-01', 'team-b'));
    jest.advanceTimersByTime(50);
    cluster.addVm({ ...own('web-01', 'team-b'), paused: true });
    jest.advanceTimersByTime(5_000);
    expect(res.types).toEqual(['hello', 'changed']);
  });

  it('tells at most once a second, and never misses the last change', () => {
    const res = open();
    for (let i = 0; i < 25; i += 1) {
      cluster.addVm({ ...own('web-01'), paused: i % 2 === 0 });
      jest.advanceTimersByTime(100);
    }
    // After 50 ms, then each second.
    expect(res.types.filter(type => type === 'changed')).toHaveLength(3);
    jest.advanceTimersByTime(1_000);
    expect(res.types.filter(type => type === 'changed')).toHaveLength(4);
    jest.advanceTimersByTime(10_000);
    expect(res.types.filter(type => type === 'changed')).toHaveLength(4);
  });

  it('decides anew within 30 seconds, and says if that shows other VMs', async () => {
    const res = open(async () => accessOf('team-b'));
    await jest.advanceTimersByTimeAsync(24_000);
    expect(res.types).toEqual(['hello']);
    await jest.advanceTimersByTimeAsync(6_000);
    expect(res.types).toEqual(['hello', 'changed']);
    cluster.addVm({ ...own('web-01'), paused: true });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(res.types).toEqual(['hello', 'changed']);
    cluster.addVm({ ...own('strange', 'team-b'), paused: true });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(res.types).toEqual(['hello', 'changed', 'changed']);
  });

  it('says nothing when deciding anew shows the same', async () => {
    const res = open();
    await jest.advanceTimersByTimeAsync(31_000);
    expect(res.types).toEqual(['hello']);
  });

  it('ends when nobody can decide any more, and when the token expires', async () => {
    const refused = open(async () => Promise.reject(new Error('no')));
    const expired = open(undefined, new Date(Date.now() + 5_000));
    await jest.advanceTimersByTimeAsync(31_000);
    expect(refused.types).toEqual(['hello', 'bye revoked']);
    expect(expired.types).toEqual(['hello', 'bye expired']);
    expect(streams.size).toBe(0);
  });

  it('ends with the backend, and listens to nothing once the browser has left', () => {
    const left = open();
    left.emit('close');
    expect(streams.size).toBe(0);
    cluster.addVm(own('web-02'));
    const stays = open();
    streams.close();
    jest.advanceTimersByTime(60_000);
    expect(left.types).toEqual(['hello']);
    expect(stays.types).toEqual(['hello', 'bye shutdown']);
  });
});
