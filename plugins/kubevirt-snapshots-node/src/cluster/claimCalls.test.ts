// SPDX-License-Identifier: Apache-2.0
import { projectClaim } from '../project/projectClaim';
import type { Raw } from '../project/raw';
import { findClaimUsers } from './claimCalls';
import type { KubeClient } from './KubeClient';

const claim = (labels?: Record<string, string>): Raw => ({
  metadata: {
    namespace: 'shop',
    name: 'restore-1-persistent-state-for-web-01',
    uid: 'uid-1',
    labels,
  },
});

it.each([
  [{ 'persistent-state-for': 'web-01' }, 'web-01'],
  [{ app: 'x' }, undefined],
])(
  'knows the claim of TPM or EFI state, which is in no list of volumes: %j',
  async (labels, vm) => {
    const raw = claim(labels);
    const client = {
      list: async ({ plural }: { plural: string }) =>
        plural === 'persistentvolumeclaims' ? [raw, claim()] : [],
    } as unknown as KubeClient;
    const record = projectClaim('east', raw)!;
    expect(record.stateOf).toBe(vm);
    expect(await findClaimUsers(client, record)).toEqual(
      vm ? [`It holds the TPM or EFI state of VM ${vm}.`] : [],
    );
  },
);

it.each([
  ['dataVolume', { name: 'c' }],
  ['persistentVolumeClaim', { claimName: 'c' }],
  // That of a memory dump is unmounted when it is over, and the VM's all the same.
  ['memoryDump', { claimName: 'c' }],
])('knows a claim that a VM has as a %s', async (kind, source) => {
  const vm = {
    metadata: { namespace: 'shop', name: 'web-01', uid: 'uid-2' },
    spec: { template: { spec: { volumes: [{ name: 'v', [kind]: source }] } } },
  };
  const client = {
    list: async ({ plural }: { plural: string }) =>
      plural === 'virtualmachines' ? [vm] : [],
  } as unknown as KubeClient;
  const record = projectClaim('east', {
    metadata: { namespace: 'shop', name: 'c', uid: 'uid-1' },
  })!;
  expect(await findClaimUsers(client, record)).toEqual([
    'VM web-01 has it among its volumes.',
  ]);
});
