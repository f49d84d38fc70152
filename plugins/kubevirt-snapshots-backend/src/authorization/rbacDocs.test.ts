// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  kubevirtSnapshotsPermissions,
  parseVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  kubevirtVmRules,
  type VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { parse } from 'yaml';

/**
 * The files of docs/rbac, evaluated as the RBAC plugin documents it: a role has
 * a permission by name and action, a conditional policy of the role wins over
 * it, and `$ownerRefs` is replaced by the person's ownership refs.
 */
const docs = (name: string) =>
  readFileSync(resolve(__dirname, '../../../../docs/rbac', name), 'utf8');

const lines = docs('rbac-policy.csv')
  .split('\n')
  .filter(line => line.trim())
  .map(line => line.split(',').map(field => field.trim()));
const grants = lines.filter(([kind]) => kind === 'p');
const members = lines.filter(([kind]) => kind === 'g');
const conditional = parse(docs('rbac-conditional-policies.yaml'));

const authorize = createConditionAuthorizer<VmResource>(
  Object.values(kubevirtVmRules) as any,
);

function may(
  ownershipRefs: string[],
  permission: string,
  vm: VmResource,
): boolean {
  const roles = members
    .filter(([, member]) => ownershipRefs.includes(member))
    .map(([, , role]) => role);
  return grants.some(([, role, name, , effect]) => {
    if (!roles.includes(role) || name !== permission || effect !== 'allow') {
      return false;
    }
    const conditioned =
      conditional.roleEntityRef === role &&
      conditional.permissionMapping.some((m: any) => m.name === name);
    return conditioned
      ? authorize(
          {
            result: AuthorizeResult.CONDITIONAL,
            pluginId: conditional.pluginId,
            resourceType: conditional.resourceType,
            conditions: JSON.parse(
              JSON.stringify(conditional.conditions).replace(
                '"$ownerRefs"',
                ownershipRefs.map(ref => JSON.stringify(ref)).join(','),
              ),
            ),
          },
          vm,
        )
      : true;
  });
}

const vmOf = (team: string): VmResource => ({
  ref: parseVmRef('east/shop/web-01')!,
  owners: [`group:default/${team}`],
  labels: {},
});

describe('the RBAC files of the documentation', () => {
  it('name permissions that exist, with their actions', () => {
    const known = new Map<string, string>(
      kubevirtSnapshotsPermissions.map(permission => [
        permission.name,
        permission.attributes.action ?? 'use',
      ]),
    );
    const named = [
      ...grants.map(([, , name, action]) => [name, action]),
      ...conditional.permissionMapping.map((m: any) => [m.name, m.action]),
    ];
    for (const [name, action] of named) {
      expect([name, known.get(name)]).toEqual([name, action]);
    }
    // The operators' role has everything there is.
    const operators = grants
      .filter(([, role]) => role === 'role:default/vm-operators')
      .map(([, , name]) => name);
    expect(operators.sort()).toEqual([...known.keys()].sort());
  });

  it.each([
    // person, permission, team A's VM, team B's VM
    ['team-a', 'vm.read', true, false],
    ['team-a', 'snapshot.create', true, false],
    ['team-a', 'snapshot.delete', true, false],
    ['team-a', 'snapshot.protect', false, false],
    ['team-b', 'vm.read', false, true],
    ['auditors', 'vm.read', true, true],
    ['auditors', 'snapshot.create', false, false],
    ['auditors', 'snapshot.delete', false, false],
    ['platform', 'snapshot.delete', true, true],
    ['platform', 'snapshot.protect', true, true],
    ['nobody', 'vm.read', false, false],
  ])('%s: %s', (group, permission, a, b) => {
    const refs = ['user:default/somebody', `group:default/${group}`];
    const name = `kubevirt-snapshots.${permission}`;
    expect([
      may(refs, name, vmOf('team-a')),
      may(refs, name, vmOf('team-b')),
    ]).toEqual([a, b]);
  });
});
