// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '../support/portal';
import { newName, vm } from '../support/vms';

const PROXY = '/api/kubernetes/proxy';
const SNAPSHOT_API = `${PROXY}/apis/snapshot.kubevirt.io/v1beta1/namespaces/shop`;
const CLUSTER = { 'backstage-kubernetes-cluster': 'demo-east' };
const TARGET = {
  apiGroup: 'kubevirt.io',
  kind: 'VirtualMachine',
  name: 'web-02',
};

test('the Kubernetes proxy is no way around the permissions, not even for Pat', async ({
  apiOf,
  east,
}) => {
  const pat = await apiOf('Pat');
  const read = await pat.get(
    `${PROXY}/apis/kubevirt.io/v1/namespaces/shop/virtualmachines/web-02`,
    CLUSTER,
  );
  expect(read.status()).toBe(200);

  const since = Date.now();
  const name = newName('web-02');
  for (const [resource, kind, spec] of [
    ['virtualmachinesnapshots', 'VirtualMachineSnapshot', { source: TARGET }],
    [
      'virtualmachinerestores',
      'VirtualMachineRestore',
      { target: TARGET, virtualMachineSnapshotName: 'web-02-offline' },
    ],
  ] as const) {
    const answer = await pat.post(
      `${SNAPSHOT_API}/${resource}`,
      {
        apiVersion: 'snapshot.kubevirt.io/v1beta1',
        kind,
        metadata: { namespace: 'shop', name },
        spec,
      },
      CLUSTER,
    );
    expect(answer.status()).toBe(403);
    expect(await answer.json()).toMatchObject({
      kind: 'Status',
      reason: 'Forbidden',
    });
  }
  // It was the cluster that refused, by its own rights.
  const writes = await east.requests({ since, method: 'POST' });
  expect(
    writes.filter(({ path }) => path.includes('snapshot.kubevirt.io')),
  ).toMatchObject([{ status: 403 }, { status: 403 }]);
  expect(await east.snapshot(vm('web-02'), name)).toBeUndefined();
});

test('developers and auditors do not get to the proxy at all', async ({
  apiOf,
}) => {
  for (const person of ['Ada', 'Ben', 'Quinn'] as const) {
    const answer = await (
      await apiOf(person)
    ).get(
      `${PROXY}/apis/kubevirt.io/v1/namespaces/shop/virtualmachines`,
      CLUSTER,
    );
    expect(answer.status(), person).toBe(403);
  }
});
