// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import {
  contentObject,
  restoreObject,
  cloneObject,
  snapshotObject,
  vmiObject,
  vmObject,
} from '../testing/objects';
import { ChangeHub } from './ChangeHub';
import { ClusterCache } from './ClusterCache';

const web = { cluster: 'prod', namespace: 'vms', name: 'web-01' };
const other = { ...web, name: 'web-02' };

function setup() {
  const hub = ChangeHub.create({
    onError: error => {
      throw error;
    },
  });
  return { hub, cache: ClusterCache.create({ cluster: 'prod', hub }) };
}

describe('ClusterCache', () => {
  it('joins VMs with instances and snapshots with contents, in any order', () => {
    const { cache } = setup();
    const machine: any = vmObject();
    const snapshot: any = snapshotObject();
    cache.sinks.contents.upsert(contentObject(snapshot, machine));
    cache.sinks.virtualMachineInstances.upsert(
      vmiObject('web-01', ['AgentConnected']),
    );
    expect(cache.vm(web)).toBeUndefined();
    expect(cache.snapshotsOf(web)).toEqual([]);
    cache.sinks.virtualMachines.upsert(machine);
    cache.sinks.snapshots.upsert(snapshot);
    expect(cache.vm(web)).toMatchObject({
      running: true,
      agentConnected: true,
    });
    expect(cache.vms()).toHaveLength(1);
    expect(cache.snapshotsOf(web)).toMatchObject([
      {
        name: 'snap-1',
        capturedVmUid: machine.metadata.uid,
        disks: { total: 1, cut: 1, ready: 1 },
      },
    ]);
    expect(cache.counts).toEqual({ vms: 1, snapshots: 1 });
    cache.sinks.virtualMachineInstances.remove(web);
    expect(cache.vm(web)).toMatchObject({ running: false });
  });

  it('gives the same record of a VM until something about it changes', () => {
    const { cache } = setup();
    const machine: any = vmObject();
    cache.sinks.virtualMachines.upsert(machine);
    const off = cache.vm(web)!;
    expect(cache.vms()[0]).toBe(off);
    cache.sinks.virtualMachineInstances.upsert(
      vmiObject('web-01', ['AgentConnected']),
    );
    const on = cache.vm(web)!;
    expect([off.running, on.running]).toEqual([false, true]);
    expect(cache.vms()[0]).toBe(on);
    machine.metadata.labels = { team: 'b' };
    machine.metadata.resourceVersion = '2';
    cache.sinks.virtualMachines.upsert(machine);
    expect(cache.vm(web)).toMatchObject({
      running: true,
      labels: { team: 'b' },
    });
  });

  it('does not give a snapshot the content of a former one of its name', () => {
    const { cache } = setup();
    const former: any = snapshotObject('snap-1');
    const present: any = snapshotObject('snap-1', {
      status: { virtualMachineSnapshotContentName: undefined },
    });
    // Kept by deletionPolicy Retain.
    cache.sinks.contents.upsert(contentObject(former, vmObject()));
    cache.sinks.snapshots.upsert(present);
    expect(cache.snapshot({ namespace: 'vms', name: 'snap-1' })).toMatchObject({
      capturedVmUid: undefined,
      disks: { total: 0 },
    });
  });

  it('finds uses by snapshot and, unfinished, by VM', () => {
    const { cache } = setup();
    const snap = { namespace: 'vms', name: 'snap-1' };
    cache.sinks.restores.upsert(restoreObject('r1', 'snap-1'));
    cache.sinks.restores.upsert(
      restoreObject('r2', 'snap-1', { complete: true }),
    );
    cache.sinks.clones.upsert(
      cloneObject('c1', { kind: 'VirtualMachineSnapshot', name: 'snap-1' }),
    );
    cache.sinks.clones.upsert(
      cloneObject('c2', { kind: 'VirtualMachine', name: 'web-01' }),
    );
    const names = (uses: { name: string }[]) => uses.map(u => u.name).sort();
    expect(names(cache.usesOfSnapshot(snap))).toEqual(['c1', 'r1', 'r2']);
    expect(names(cache.unfinishedUsesOfVm(web))).toEqual(['c2', 'r1']);
    expect(
      names(cache.unfinishedUsesOfVm({ namespace: 'vms', name: 'copy' })),
    ).toEqual(['c1', 'c2']);
    cache.sinks.restores.remove({ namespace: 'vms', name: 'r1' });
    expect(names(cache.unfinishedUsesOfVm(web))).toEqual(['c2']);
  });

  it('removes what a full list no longer holds, in its namespace only', () => {
    const { cache } = setup();
    const elsewhere: any = vmObject('x', { metadata: { namespace: 'labs' } });
    const machine = vmObject();
    cache.sinks.virtualMachines.upsert(machine);
    cache.sinks.virtualMachines.upsert(vmObject('web-02'));
    cache.sinks.virtualMachines.upsert(elsewhere);
    const list = cache.sinks.virtualMachines.list('vms');
    list.add(machine);
    expect(cache.vms()).toHaveLength(3);
    list.commit();
    expect(
      cache
        .vms()
        .map(v => v.ref.name)
        .sort(),
    ).toEqual(['web-01', 'x']);
    cache.sinks.virtualMachines.list().commit();
    expect(cache.vms()).toEqual([]);
  });

  it('counts changes per VM, and only real ones', async () => {
    const { hub, cache } = setup();
    const told = jest.fn();
    const toldOther = jest.fn();
    const toldAll = jest.fn();
    hub.subscribe(web, told);
    hub.subscribe(other, toldOther);
    hub.subscribeAll(toldAll);
    const machine = vmObject();
    const snapshot: any = snapshotObject();
    const start = hub.revision(web);

    cache.sinks.virtualMachines.upsert(machine);
    cache.sinks.snapshots.upsert(snapshot);
    cache.sinks.contents.upsert(contentObject(snapshot, machine));
    expect(hub.revision(web)).toBeGreaterThan(start);
    expect(told).not.toHaveBeenCalled();
    await turn();
    await turn();
    expect(told).toHaveBeenCalledTimes(1);
    expect(toldAll.mock.calls).toEqual([[{ cluster: 'prod', ref: web }]]);
    expect(toldOther).not.toHaveBeenCalled();

    const before = hub.revision(web);
    const list = cache.sinks.snapshots.list();
    list.add(snapshot);
    list.commit();
    cache.sinks.virtualMachines.upsert(machine);
    expect(hub.revision(web)).toBe(before);

    cache.sinks.virtualMachineInstances.upsert(vmiObject('web-01'));
    const running = hub.revision(web);
    expect(running).toBeGreaterThan(before);
    cache.sinks.virtualMachineInstances.upsert(vmiObject('web-01'));
    expect(hub.revision(web)).toBe(running);
    cache.sinks.restores.upsert(restoreObject('r', 'snap-1'));
    expect(hub.revision(web)).toBeGreaterThan(running);
  });

  it('tells both VMs when a snapshot name moves from one to the other', async () => {
    const { hub, cache } = setup();
    cache.sinks.snapshots.upsert(snapshotObject('snap-1'));
    await turn();
    await turn();
    const changes: unknown[] = [];
    hub.subscribeAll(change => changes.push(change.ref?.name));
    cache.sinks.snapshots.upsert(snapshotObject('snap-1', { vm: 'web-02' }));
    await turn();
    await turn();
    expect(changes.sort()).toEqual(['web-01', 'web-02']);
    expect(cache.snapshotsOf(web)).toEqual([]);
    expect(cache.snapshotsOf(other)).toHaveLength(1);
  });

  it('never counts backwards, also when nothing of a VM is left', () => {
    const { hub, cache } = setup();
    const seen: number[] = [];
    const note = () => seen.push(hub.revision(web));
    note();
    for (let i = 0; i < 3; i += 1) {
      cache.sinks.virtualMachines.upsert(vmObject());
      note();
      cache.sinks.virtualMachines.remove(web);
      note();
      cache.sinks.virtualMachines.upsert(vmObject('web-02'));
      cache.sinks.virtualMachines.remove(other);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('needs at most 25 MB for 10,000 snapshots with contents, whatever is in them', () => {
    v8.setFlagsFromString('--expose-gc');
    const gc = vm.runInNewContext('gc') as () => void;
    const heap = () => {
      gc();
      gc();
      return process.memoryUsage().heapUsed;
    };
    const { cache } = setup();
    const hostile = 'x'.repeat(20_000);
    const feed = (from: number, to: number) => {
      for (let i = from; i < to; i += 1) {
        const machine: any = vmObject(`vm-${i % 200}`);
        machine.spec.template.spec.volumes[2].cloudInitNoCloud.userData =
          hostile;
        const raw: any = snapshotObject(`vm-${i % 200}-2026-${i}`, {
          vm: `vm-${i % 200}`,
          metadata: {
            labels: {
              'kubevirt-snapshots/operation': randomUUID(),
              'kubevirt-snapshots/vm-uid': randomUUID(),
              'kubevirt-snapshots/origin': 'manual',
            },
            annotations: {
              description: `before upgrade ${i}`,
              'kubevirt-snapshots/created-by': 'user:default/jane',
              hostile,
            },
          },
          status: {
            indications: ['GuestAgent', 'Online'],
            sourceUID: randomUUID(),
            sourceIndications: [
              { indication: 'GuestAgent', message: 'Guest agent was active' },
              { indication: 'Online', message: 'Snapshot taken while' },
            ],
          },
        });
        // As they come from the network: nothing is shared.
        cache.sinks.snapshots.upsert(JSON.parse(JSON.stringify(raw)));
        cache.sinks.contents.upsert(
          JSON.parse(JSON.stringify(contentObject(raw, machine))),
        );
      }
    };
    feed(0, 100);
    const before = heap();
    feed(100, 10_100);
    const used = (heap() - before) / 1e6;
    expect(cache.counts.snapshots).toBe(10_100);
    expect(used).toBeLessThan(25);
    process.stdout.write(`10,000 snapshots: ${used.toFixed(1)} MB\n`);
  });
});
