// SPDX-License-Identifier: Apache-2.0
import { mockCredentials } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { bindEntity } from 'backstage-plugin-kubevirt-snapshots-node';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { vmEntity } from '../__testUtils__/startPlugin';
import type { VmGate } from '../authorization/VmGate';
import { listBindings } from './bindings';

it('names the entities that nobody confirms, with what is missing', async () => {
  const cluster = new FakeCluster();
  cluster.addVm();
  cluster.addVm({ ref: parseVmRef('east/shop/silent')!, annotations: {} });
  const catalog = catalogServiceMock({
    entities: [
      vmEntity('web-01', 'east/shop/web-01'),
      vmEntity('forged', 'east/shop/web-01', 'group:default/team-b'),
      vmEntity('unbound', 'east/shop/silent'),
      vmEntity('malformed', 'web-01'),
      vmEntity('gone', 'east/shop/gone'),
      vmEntity('elsewhere', 'west/shop/web-01'),
      vmEntity('plain', undefined),
    ],
  });
  const list = await listBindings({
    catalog,
    cluster,
    gate: {
      bind: (entity, vm) =>
        bindEntity({
          entity,
          vm,
          config: {
            mode: 'strict',
            trustedNamespaces: [],
            namespaceOwners: [],
          },
        }),
    } as VmGate,
    credentials: mockCredentials.user(),
  });
  expect(list).toMatchObject({ confirmed: 1, truncated: false });
  expect(
    list.unconfirmed.map(({ entityRef, code }) => [
      entityRef.replace('resource:default/', ''),
      code,
    ]),
  ).toEqual([
    ['elsewhere', 'unknown-cluster'],
    ['forged', 'not-bound'],
    ['gone', 'vm-gone'],
    ['malformed', 'malformed-annotation'],
    ['unbound', 'not-bound'],
  ]);
  expect(list.unconfirmed[4].reason).toContain(
    "doesn't name this entity in its annotation kubevirt-snapshots/entity-ref",
  );
});
