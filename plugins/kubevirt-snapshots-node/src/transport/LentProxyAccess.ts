// SPDX-License-Identifier: Apache-2.0
import {
  createServiceFactory,
  createServiceRef,
  type AuthService,
  type DiscoveryService,
} from '@backstage/backend-plugin-api';
import { ClusterError } from '../cluster/ClusterError';
import type { ProxyAccess } from './ProxyCredentials';

/**
 * Access to the Kubernetes plugin for the cluster service. That one belongs to
 * the process and has no identity; a plugin that uses it lends its own.
 *
 * @public
 */
export class LentProxyAccess implements ProxyAccess {
  #access?: ProxyAccess;

  /** What one plugin lends is enough for all. */
  lend(services: { auth: AuthService; discovery: DiscoveryService }): void {
    const { auth, discovery } = services;
    this.#access ??= {
      baseUrl: () => discovery.getBaseUrl('kubernetes'),
      token: async () => {
        const { token } = await auth.getPluginRequestToken({
          onBehalfOf: await auth.getOwnServiceCredentials(),
          targetPluginId: 'kubernetes',
        });
        return token;
      },
    };
  }

  baseUrl(): Promise<string> {
    return this.#lent.baseUrl();
  }

  token(): Promise<string> {
    return this.#lent.token();
  }

  get #lent(): ProxyAccess {
    if (!this.#access) {
      throw new ClusterError(
        'unreachable',
        'The plugin is still starting and cannot call the Kubernetes plugin yet',
      );
    }
    return this.#access;
  }
}

/**
 * Where a plugin or module that uses the cluster service lends its identity.
 *
 * @public
 */
export const proxyAccessRef = createServiceRef<LentProxyAccess>({
  id: 'kubevirt-snapshots.proxy-access',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {},
      factory: () => new LentProxyAccess(),
    }),
});
