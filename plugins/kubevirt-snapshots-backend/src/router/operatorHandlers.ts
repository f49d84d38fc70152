// SPDX-License-Identifier: Apache-2.0
import type { PermissionsService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  bindingReadPermission,
  type ClusterView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { Caller, VmGate } from '../authorization/VmGate';
import { refused } from '../errors';
import { listBindings } from '../views/bindings';
import type { Handler } from './Handler';

/** Routes for the people who run the portal: whether its set-up is sound. */
export function operatorHandlers(options: {
  permissions: PermissionsService;
  catalog: CatalogService;
  cluster: ClusterService;
  gate: VmGate;
  mutations: MutationSwitch;
}): Record<'listClusters' | 'listBindings', Handler> {
  const { cluster } = options;

  async function admit({ credentials }: Caller): Promise<void> {
    const [decision] = await options.permissions.authorize(
      [{ permission: bindingReadPermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw refused('You may not see the set-up of the clusters');
    }
  }

  return {
    listClusters: async ({ res, caller }) => {
      await admit(caller);
      const actor = caller.credentials.principal.userEntityRef;
      const clusters = cluster.statuses().map(
        (status): ClusterView => ({
          name: status.name,
          title: status.title,
          state: status.state,
          asOf: status.asOf,
          message: status.message,
          proxyBypass: status.proxyBypass,
          mutations: options.mutations.verdict(status.name, actor),
          vms: status.vms,
          snapshots: status.snapshots,
        }),
      );
      res.json({ clusters });
    },

    listBindings: async ({ res, caller }) => {
      await admit(caller);
      res.json(
        await listBindings({ ...options, credentials: caller.credentials }),
      );
    },
  };
}
