// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendModule,
  type UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isPermission,
  isResourcePermission,
  type Permission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  kubevirtSnapshotsPermissions,
  RESOURCE_TYPE_KUBEVIRT_VM,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  createKubevirtVmConditionalDecision,
  kubevirtVmConditions,
} from 'backstage-plugin-kubevirt-snapshots-node';

/** Runs the clusters and the portal: may do everything. */
const PLATFORM_GROUP = 'group:default/platform';

/** Sees everything of ours and changes nothing. */
const AUDITORS_GROUP = 'group:default/auditors';

const ALLOW: PolicyDecision = { result: AuthorizeResult.ALLOW };
const DENY: PolicyDecision = { result: AuthorizeResult.DENY };

/**
 * A sample to start from. Whatever it doesn't know is denied, so that a plugin
 * that is added later stays closed until somebody has thought about it.
 *
 * | who       | VMs and their snapshots        | catalog | Kubernetes plugin |
 * | --------- | ------------------------------ | ------- | ----------------- |
 * | platform  | everything                     | all     | all               |
 * | auditors  | read, of every VM              | read    | nothing           |
 * | others    | everything, of VMs they own    | read    | nothing           |
 * | signed out| nothing                        | nothing | nothing           |
 *
 * An auditor never changes anything, even as a member of a team that owns VMs.
 */
export class SamplePermissionPolicy implements PermissionPolicy {
  readonly #userInfo: UserInfoService;

  constructor(options: { userInfo: UserInfoService }) {
    this.#userInfo = options.userInfo;
  }

  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    if (!user) {
      return DENY;
    }
    const { permission } = request;
    const { ownershipEntityRefs } = await this.#userInfo.getUserInfo(
      user.credentials,
    );

    if (ownershipEntityRefs.includes(PLATFORM_GROUP)) {
      return ALLOW;
    }
    if (isOfKubevirtSnapshots(permission)) {
      if (ownershipEntityRefs.includes(AUDITORS_GROUP)) {
        return isRead(permission) ? ALLOW : DENY;
      }
      // Which VMs are whose is a fact of the cluster; the rule asks for it. It
      // is decided per VM, so a permission without a VM isn't for owners.
      return isResourcePermission(permission, RESOURCE_TYPE_KUBEVIRT_VM)
        ? createKubevirtVmConditionalDecision(permission, {
            anyOf: [
              kubevirtVmConditions.isVmOwner({ claims: ownershipEntityRefs }),
            ],
          })
        : DENY;
    }
    // The Kubernetes plugin's tab and proxy know no ownership: who has them has
    // all that the plugin's account can read, of every team.
    if (permission.name.startsWith('kubernetes.')) {
      return DENY;
    }
    if (permission.name.startsWith('catalog.')) {
      return isRead(permission) ? ALLOW : DENY;
    }
    return DENY;
  }
}

function isOfKubevirtSnapshots(permission: Permission): boolean {
  return kubevirtSnapshotsPermissions.some(ours =>
    isPermission(permission, ours),
  );
}

function isRead(permission: Permission): boolean {
  return permission.attributes.action === 'read';
}

export const permissionPolicyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'sample-policy',
  register(reg) {
    reg.registerInit({
      deps: { policy: policyExtensionPoint, userInfo: coreServices.userInfo },
      async init({ policy, userInfo }) {
        policy.setPolicy(new SamplePermissionPolicy({ userInfo }));
      },
    });
  },
});
