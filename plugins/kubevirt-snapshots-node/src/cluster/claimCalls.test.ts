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
