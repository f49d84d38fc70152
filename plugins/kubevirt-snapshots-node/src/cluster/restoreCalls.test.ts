// SPDX-License-Identifier: Apache-2.0
import type { Raw } from '../project/raw';
import type { KubeClient } from './KubeClient';
import { compareWithSnapshot } from './restoreCalls';
import type { RestoreComparison, SnapshotRecord } from './types';

const ref = { cluster: 'east', namespace: 'shop', name: 'web-01' };
const STATE = 'persistent-state-for-web-01';

const claim = (
  name: string,
  of: string,
  createdAt = '2026-01-01T00:00:00Z',
  more: Raw = {},
): Raw => ({
  metadata: {
    namespace: 'shop',
    name,
    uid: `uid-of-${name}`,
    creationTimestamp: createdAt,
    labels: { 'persistent-state-for': of },
    ...more,
  },
});

const withTpm = { domain: { devices: { tpm: { persistent: true } } } };
const withEfi = {
  domain: { firmware: { bootloader: { efi: { persistent: true } } } },
};
const volumes = [
  { name: 'root', persistentVolumeClaim: { claimName: 'root' } },
  { name: 'dump', memoryDump: { claimName: 'dump' } },
];

function vmOf(spec: Raw = {}, template: Raw = {}, status: Raw = {}): Raw {
  return {
    metadata: { namespace: 'shop', name: 'web-01', uid: 'uid-1' },
    spec: { ...spec, template: { spec: { volumes, ...template } } },
    status,
  };
}

/** Compares, and tells how often claims were asked for. */
async function compare(
  vm: Raw,
  captured: Raw = vm,
  claims: Raw[] = [],
): Promise<RestoreComparison & { asked: string[] }> {
  const content = {
    metadata: { namespace: 'shop', name: 'content', uid: 'uid-2' },
    spec: {
      source: { virtualMachine: captured },
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
  const asked: string[] = [];
  const client = {
    get: async ({ plural }: { plural: string }) => objects[plural],
    list: async (
      { plural }: { plural: string },
      _namespace: string,
      { labelSelector }: { labelSelector?: string },
    ) => {
      asked.push(`${plural} ${labelSelector}`);
      return claims;
    },
  } as unknown as KubeClient;
  const record = { ...ref, uid: 'uid-3', contentName: 'content' };
  const comparison = await compareWithSnapshot(
    client,
    record as unknown as SnapshotRecord,
    ref,
  );
  return { ...comparison!, asked };
}

describe('what a restore does besides disks', () => {
  it('brings no memory dump back, and takes it off the VM', async () => {
    const { content, current, captured } = await compare(vmOf());
    expect(content.disks.map(({ name }) => name)).toEqual([STATE, 'root']);
    expect(current.map(({ volume }) => volume)).toEqual(['root', 'dump']);
    expect(captured.map(({ volume }) => volume)).toEqual(['root']);
  });

  it.each([
    ['TPM', withTpm],
    ['EFI', withEfi],
  ])(
    'knows the claim of the %s state: the newest that stays',
    async (_, tpm) => {
      const vm = vmOf({}, tpm);
      const comparison = await compare(vm, vm, [
        claim('old', 'web-01', '2026-01-01T00:00:00Z'),
        claim('new', 'web-01', '2026-03-01T00:00:00Z'),
        claim('other', 'web-011', '2026-04-01T00:00:00Z'),
        claim('going', 'web-01', '2026-05-01T00:00:00Z', {
          deletionTimestamp: '2026-05-02T00:00:00Z',
        }),
      ]);
      expect(comparison.asked).toEqual([
        'persistentvolumeclaims persistent-state-for=web-01',
      ]);
      expect(comparison.state).toEqual({
        volume: STATE,
        claim: 'new',
        leaves: false,
      });
    },
  );

  it('asks the cluster for no claim of a VM that has no state', async () => {
    const { state, asked } = await compare(vmOf());
    expect([state, asked]).toEqual([undefined, []]);
  });

  it('tells state that has no claim, and state that the captured VM does not keep', async () => {
    const both = await compare(vmOf({}, withTpm));
    expect(both.state).toEqual({ volume: STATE, leaves: false });
    const now = await compare(vmOf({}, withTpm), vmOf(), [
      claim('state', 'web-01'),
    ]);
    expect(now.state).toEqual({ volume: STATE, claim: 'state', leaves: true });
    const then = await compare(vmOf(), vmOf({}, withTpm));
    expect(then.state).toEqual({ volume: STATE, leaves: false });
  });

  it('finds state that a preference asks for by its claim alone', async () => {
    const vm = vmOf({ preference: { name: 'windows' } });
    expect((await compare(vm)).state).toBeUndefined();
    expect((await compare(vm, vm, [claim('state', 'web-01')])).state).toEqual({
      volume: STATE,
      claim: 'state',
      leaves: false,
    });
  });

  const pinned = (more: Raw = {}) => ({
    instancetypeRef: {
      name: 'u1',
      controllerRevisionRef: { name: 'web-01-u1' },
      ...more,
    },
  });
  const type = (more: Raw = {}) => ({ instancetype: { name: 'u1', ...more } });

  it.each([
    ['no instance type', {}, {}, false],
    ['a revision in the spec', type({ revisionName: 'r' }), {}, false],
    ['a VM that has none yet', type(), {}, true],
    ['the revision that the VM has', type(), pinned(), false],
    ['another type than the VM has', type({ name: 'u2' }), pinned(), true],
    [
      'a type of another kind',
      type({ kind: 'B' }),
      pinned({ kind: 'A' }),
      true,
    ],
    [
      'a type of the same kind',
      type({ kind: 'A' }),
      pinned({ kind: 'A' }),
      false,
    ],
    [
      'no revision after all',
      type(),
      pinned({ controllerRevisionRef: {} }),
      true,
    ],
  ])(
    'tells whether the instance type floats: %s',
    async (_, spec, status, floats) => {
      const { floatingInstanceType } = await compare(
        vmOf({}, {}, status),
        vmOf(spec),
      );
      expect(floatingInstanceType).toBe(floats);
    },
  );
});
