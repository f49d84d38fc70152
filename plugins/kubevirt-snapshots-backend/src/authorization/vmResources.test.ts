// SPDX-License-Identifier: Apache-2.0
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { vmResources } from './vmResources';

it('answers each reference in its place, with what the cluster says', () => {
  const cluster = new FakeCluster();
  const vm = cluster.addVm({ labels: { tier: 'gold' } });
  expect(
    vmResources(['east/shop/gone', 'nonsense', 'east/shop/web-01'], {
      cluster,
      binding: { mode: 'strict', trustedNamespaces: [], namespaceOwners: [] },
    }),
  ).toEqual([
    undefined,
    undefined,
    {
      ref: vm.ref,
      uid: vm.uid,
      owners: ['group:default/team-a'],
      labels: { tier: 'gold' },
    },
  ]);
});
