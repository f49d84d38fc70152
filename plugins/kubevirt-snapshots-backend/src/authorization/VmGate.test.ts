// SPDX-License-Identifier: Apache-2.0
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  type ConditionalPolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  snapshotCreatePermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtVmRules } from 'backstage-plugin-kubevirt-snapshots-node';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { people, vmEntity } from '../__testUtils__/startPlugin';
import { VmGate } from './VmGate';

const REF = 'resource:default/web-01';

describe('VmGate', () => {
  let cluster: FakeCluster;
  let gate: VmGate;
  let allowed: boolean;
  let asked: number;
  let conditional: ConditionalPolicyDecision | undefined;
  let provided: string | undefined;
  const caller = {
    credentials: mockCredentials.user(people.owner),
    tokenDigest: 'token-1',
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_700_000_000_000 });
    cluster = new FakeCluster();
    cluster.addVm();
    allowed = true;
    asked = 0;
    conditional = undefined;
    provided = undefined;
    gate = new VmGate({
      cluster,
      catalog: catalogServiceMock({
        entities: [vmEntity('web-01', 'east/shop/web-01')],
      }),
      permissions: mockServices.permissions.mock({
        authorizeConditional: async requests => {
          asked += 1;
          return requests.map(
            () =>
              conditional ?? {
                result: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
              },
          );
        },
      }),
      permissionsRegistry: mockServices.permissionsRegistry.mock({
        getPermissionRuleset: (() => ({
          getRuleByName: (name: string) =>
            Object.values(kubevirtVmRules).find(rule => rule.name === name)!,
        })) as any,
      }),
      binding: { mode: 'strict', trustedNamespaces: [], namespaceOwners: [] },
      provided: { entityRefOf: () => provided } as any,
    });
  });
  afterEach(() => jest.useRealTimers());

  it('reuses a decision for a read, for five seconds and the same token', async () => {
    await gate.forRead(REF, caller);
    allowed = false;
    jest.advanceTimersByTime(4_900);
    await expect(gate.forRead(REF, caller)).resolves.toMatchObject({
      actor: people.owner,
    });
    expect(asked).toBe(1);
    await expect(
      gate.forRead(REF, { ...caller, tokenDigest: 'token-2' }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    jest.advanceTimersByTime(200);
    await expect(gate.forRead(REF, caller)).rejects.toMatchObject({
      name: 'NotAllowedError',
      details: { owners: ['group:default/team-a'] },
    });
  });

  it('never reuses one for a write', async () => {
    await gate.forRead(REF, caller);
    const access = await gate.afresh(REF, caller, { live: true });
    expect(access.can(snapshotCreatePermission)).toBe(true);
    allowed = false;
    await expect(
      gate.afresh(REF, caller, { live: true }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    expect(asked).toBe(3);
  });

  it('decides a write on the VM that the cluster has now, not on the cached one', async () => {
    const { uid } = await gate
      .afresh(REF, caller, { live: true })
      .then(access => access.vm);
    const cached = cluster.vm(FakeCluster.ref)!;
    cluster.getVm = async () => ({
      ...cached,
      uid: 'another',
      annotations: {},
    });
    await expect(
      gate.afresh(REF, caller, { live: true }),
    ).rejects.toMatchObject({ details: { code: 'not-bound' } });
    expect((await gate.afresh(REF, caller, { live: false })).vm.uid).toBe(uid);
  });

  it('reuses the decision over all VMs as well, and applies it to each', async () => {
    const fleet = await gate.forFleet(caller);
    await gate.forFleet(caller);
    expect(asked).toBe(1);
    const vm = cluster.vm(FakeCluster.ref)!;
    expect(fleet.accessTo(vm).can(vmReadPermission)).toBe(true);
  });

  const ownedBy = (claims: unknown, resourceType = 'kubevirt-vm') =>
    ({
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'kubevirt-snapshots',
      resourceType,
      conditions: {
        resourceType,
        rule: 'IS_VM_OWNER',
        params: { claims },
      },
    } as ConditionalPolicyDecision);

  it('applies the conditions of a decision to what the cluster tells of each VM', async () => {
    conditional = ownedBy(['group:default/team-a']);
    const fleet = await gate.forFleet(caller);
    const own = cluster.vm(FakeCluster.ref)!;
    const foreign = {
      ...own,
      annotations: { 'kubevirt-snapshots/owner': 'group:default/team-b' },
    };
    expect(fleet.accessTo(own).can(vmReadPermission)).toBe(true);
    expect(fleet.accessTo(foreign).can(vmReadPermission)).toBe(false);
    expect(
      fleet
        .accessTo(own)
        .can(vmReadPermission, { ref: own.ref, owners: [], labels: {} }),
    ).toBe(false);
  });

  it('allows nothing by conditions that it cannot read', async () => {
    const vm = cluster.vm(FakeCluster.ref)!;
    conditional = ownedBy('group:default/team-a');
    const unreadable = await gate.forFleet(caller);
    expect(() => unreadable.accessTo(vm).can(vmReadPermission)).toThrow(
      /Parameters to rule are invalid/,
    );
    conditional = ownedBy(['group:default/team-a'], 'catalog-entity');
    const foreign = await gate.forFleet({ ...caller, tokenDigest: 'token-2' });
    expect(foreign.accessTo(vm).can(vmReadPermission)).toBe(false);
  });

  it('takes the entity that the portal itself provides, and no other', async () => {
    provided = 'resource:default/web-01.shop.east';
    await expect(gate.forRead(REF, caller)).rejects.toMatchObject({
      details: { code: 'not-bound' },
    });
    provided = undefined;
    await expect(gate.forRead(REF, caller)).resolves.toBeDefined();
  });

  it('does not remember a failure', async () => {
    const unknown = 'resource:default/nothing';
    await expect(gate.forRead(unknown, caller)).rejects.toMatchObject({
      details: { code: 'entity-not-found' },
    });
    await expect(gate.forRead(unknown, caller)).rejects.toBeDefined();
    expect(asked).toBe(2);
  });
});
