// SPDX-License-Identifier: Apache-2.0
import type { KubeClient } from './KubeClient';
import { compareWithSnapshot } from './restoreCalls';
import type { SnapshotRecord } from './types';

const ref = { cluster: 'east', namespace: 'shop', name: 'web-01' };

it('knows what a restore leaves out, and what it brings back that is no volume', async () => {
  const vm = {
    metadata: { namespace: 'shop', name: 'web-01', uid: 'uid-1' },
    spec: {
      template: {
        spec: {
          domain: { devices: { tpm: { persistent: true } } },
          volumes: [
            { name: 'root', persistentVolumeClaim: { claimName: 'root' } },
            { name: 'dump', memoryDump: { claimName: 'dump' } },
          ],
        },
      },
    },
  };
  const STATE = 'persistent-state-for-web-01';
  const content = {
    metadata: { namespace: 'shop', name: 'content', uid: 'uid-2' },
    spec: {
      source: { virtualMachine: vm },
      virtualMachineSnapshotName: 'web-01',
      volumeBackups: ['root', 'dump', STATE].map(volumeName => ({
        volumeName,
        volumeSnapshotName: `of-${volumeName}`,
        persistentVolumeClaim: { metadata: { name: volumeName } },
      })),
    },
  };
  const objects: Record<string, object> = {
    virtualmachines: vm,
    virtualmachinesnapshotcontents: content,
  };
  const client = {
    get: async ({ plural }: { plural: string }) => objects[plural],
  } as unknown as KubeClient;
  const record = { ...ref, uid: 'uid-3', contentName: 'content' };
  const comparison = await compareWithSnapshot(
    client,
    record as unknown as SnapshotRecord,
    ref,
  );
  expect(comparison?.content.disks.map(({ name }) => name)).toEqual([
    STATE,
    'root',
  ]);
  expect(comparison?.stateVolume).toBe(STATE);
});
