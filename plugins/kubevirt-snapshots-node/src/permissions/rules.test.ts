// SPDX-License-Identifier: Apache-2.0
import {
  createConditionAuthorizer,
  createConditionTransformer,
} from '@backstage/plugin-permission-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  snapshotDeletePermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  createKubevirtVmConditionalDecision,
  kubevirtVmConditions,
} from './conditions';
import { VmResource } from './resource';
import { hasLabel, inCluster, inNamespace, isVmOwner } from './rules';
import { matchesVmCriteria } from './VmFilter';

const vm: VmResource = {
  ref: { cluster: 'prod', namespace: 'team-a', name: 'web-01' },
  uid: 'u1',
  owners: ['group:default/team-a'],
  labels: { tier: 'gold' },
};

const rules = [isVmOwner, inCluster, inNamespace, hasLabel];
const ruleset = {
  getRuleByName: (name: string) => rules.find(r => r.name === name)! as any,
};
const c = kubevirtVmConditions;

const cases: [string, any, boolean][] = [
  ['owner', c.isVmOwner({ claims: ['group:default/team-a'] }), true],
  [
    'owner in capitals',
    c.isVmOwner({ claims: ['Group:default/TEAM-A'] }),
    true,
  ],
  ['another owner', c.isVmOwner({ claims: ['group:default/team-b'] }), false],
  ['no claims', c.isVmOwner({ claims: [] }), false],
  ['cluster', c.inCluster({ clusters: ['dev', 'prod'] }), true],
  ['another cluster', c.inCluster({ clusters: ['dev'] }), false],
  ['namespace', c.inNamespace({ namespaces: ['team-a'] }), true],
  ['another namespace', c.inNamespace({ namespaces: ['team-ab'] }), false],
  ['label', c.hasLabel({ key: 'tier' }), true],
  ['label with value', c.hasLabel({ key: 'tier', value: 'gold' }), true],
  ['another value', c.hasLabel({ key: 'tier', value: 'lead' }), false],
  ['empty value', c.hasLabel({ key: 'tier', value: '' }), false],
  ['inherited key', c.hasLabel({ key: 'constructor' }), false],
  [
    'all of',
    {
      allOf: [c.inCluster({ clusters: ['prod'] }), c.hasLabel({ key: 'x' })],
    },
    false,
  ],
  [
    'any of',
    {
      anyOf: [c.inCluster({ clusters: ['prod'] }), c.hasLabel({ key: 'x' })],
    },
    true,
  ],
  ['not', { not: c.inNamespace({ namespaces: ['team-a'] }) }, false],
];

describe('permission rules', () => {
  it.each(cases)('%s: apply and toQuery agree', (_, conditions, wanted) => {
    const decision = createKubevirtVmConditionalDecision(
      vmReadPermission,
      conditions,
    );
    expect(createConditionAuthorizer<VmResource>(ruleset)(decision, vm)).toBe(
      wanted,
    );
    const query = createConditionTransformer<any>(ruleset)(conditions);
    expect(matchesVmCriteria(query, vm)).toBe(wanted);
  });

  it('denies what is not there', () => {
    const decision = createKubevirtVmConditionalDecision(
      snapshotDeletePermission,
      c.inCluster({ clusters: ['prod'] }),
    );
    expect(decision).toEqual({
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'kubevirt-snapshots',
      resourceType: 'kubevirt-vm',
      conditions: {
        rule: 'IN_CLUSTER',
        resourceType: 'kubevirt-vm',
        params: { clusters: ['prod'] },
      },
    });
    expect(
      createConditionAuthorizer<VmResource>(ruleset)(decision, undefined),
    ).toBe(false);
  });

  it('refuses filters that it does not know', () => {
    expect(matchesVmCriteria({ key: 'new' } as any, vm)).toBe(false);
  });

  it('tells its parameters as JSON schema', () => {
    for (const rule of rules) {
      const schema = (rule.paramsSchema as any)['~standard'].jsonSchema.input({
        target: 'draft-07',
      });
      expect(schema).toMatchObject({ type: 'object' });
    }
  });
});
