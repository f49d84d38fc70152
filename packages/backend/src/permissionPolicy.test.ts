// SPDX-License-Identifier: Apache-2.0
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import {
  createPermission,
  type Permission,
} from '@backstage/plugin-permission-common';
import type { PolicyQueryUser } from '@backstage/plugin-permission-node';
import {
  bindingReadPermission,
  kubevirtSnapshotsPermissions,
  snapshotCreatePermission,
  snapshotDeletePermission,
  vmReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { SamplePermissionPolicy } from './permissionPolicy';

function permission(
  name: string,
  action?: 'create' | 'read' | 'update' | 'delete',
): Permission {
  return createPermission({ name, attributes: action ? { action } : {} });
}

const people = {
  platform: ['user:default/pat', 'group:default/platform'],
  auditor: ['user:default/quinn', 'group:default/auditors'],
  developer: ['user:default/ada', 'group:default/team-a'],
  auditorInTeam: [
    'user:default/eve',
    'group:default/auditors',
    'group:default/team-a',
  ],
};

function decide(asked: Permission, ownershipEntityRefs?: string[]) {
  const policy = new SamplePermissionPolicy({
    userInfo: mockServices.userInfo.mock({
      getUserInfo: async () => ({
        userEntityRef: ownershipEntityRefs![0],
        ownershipEntityRefs: ownershipEntityRefs!,
      }),
    }),
  });
  const user = ownershipEntityRefs && {
    credentials: mockCredentials.user(ownershipEntityRefs[0]),
  };
  return policy.handle({ permission: asked }, user as PolicyQueryUser);
}

describe('SamplePermissionPolicy', () => {
  const A = 'ALLOW';
  const D = 'DENY';
  const C = 'CONDITIONAL';

  describe.each([
    // permission                          platform auditor developer auditorInTeam
    [vmReadPermission, A, A, C, A],
    [snapshotCreatePermission, A, D, C, D],
    [snapshotDeletePermission, A, D, C, D],
    [bindingReadPermission, A, A, D, A],
    [permission('catalog.entity.read', 'read'), A, A, A, A],
    [permission('catalog.location.read', 'read'), A, A, A, A],
    [permission('catalog.entity.refresh', 'update'), A, D, D, D],
    [permission('catalog.entity.delete', 'delete'), A, D, D, D],
    [permission('catalog.location.create', 'create'), A, D, D, D],
    [permission('kubernetes.proxy'), A, D, D, D],
    [permission('kubernetes.clusters.read', 'read'), A, D, D, D],
    [permission('kubernetes.resources.read', 'read'), A, D, D, D],
    [permission('some.other.read', 'read'), A, D, D, D],
    [permission('some.other.create', 'create'), A, D, D, D],
    // A name that only looks like one of ours
    [permission('kubevirt-snapshots.vm.reader', 'read'), A, D, D, D],
  ])('$name', (asked, platform, auditor, developer, auditorInTeam) => {
    it.each([
      ['platform', platform],
      ['auditor', auditor],
      ['developer', developer],
      ['auditorInTeam', auditorInTeam],
    ] as const)('%s: %s', async (who, result) => {
      await expect(decide(asked, people[who])).resolves.toMatchObject({
        result,
      });
    });

    it('nobody: DENY', async () => {
      await expect(decide(asked)).resolves.toEqual({ result: D });
    });
  });

  it('asks the cluster for ownership with all claims of the person', async () => {
    await expect(
      decide(snapshotCreatePermission, people.developer),
    ).resolves.toEqual({
      result: C,
      pluginId: 'kubevirt-snapshots',
      resourceType: 'kubevirt-vm',
      conditions: {
        anyOf: [
          {
            rule: 'IS_VM_OWNER',
            resourceType: 'kubevirt-vm',
            params: { claims: people.developer },
          },
        ],
      },
    });
  });

  it('lets no developer have a permission of ours unconditionally', async () => {
    for (const ours of kubevirtSnapshotsPermissions) {
      const { result } = await decide(ours, people.developer);
      expect([C, D]).toContain(result);
    }
  });

  it('lets no auditor change anything', async () => {
    for (const ours of kubevirtSnapshotsPermissions) {
      const { result } = await decide(ours, people.auditor);
      expect(result).toBe(ours.attributes.action === 'read' ? A : D);
    }
  });
});
