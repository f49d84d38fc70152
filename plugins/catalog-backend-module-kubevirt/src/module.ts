// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import {
  clusterServiceRef,
  proxyAccessRef,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { KubevirtEntityProvider } from './KubevirtEntityProvider';
import { KubevirtOwnersProcessor } from './KubevirtOwnersProcessor';

/**
 * Adds the virtual machines of the clusters to the catalog, as configured
 * under `catalog.providers.kubevirt`.
 *
 * @public
 */
export const catalogModuleKubevirt = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'kubevirt',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogProcessingExtensionPoint,
        clusters: clusterServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        proxyAccess: proxyAccessRef,
        scheduler: coreServices.scheduler,
      },
      async init({
        auth,
        catalog,
        clusters,
        config,
        discovery,
        lifecycle,
        logger,
        proxyAccess,
        scheduler,
      }) {
        proxyAccess.lend({ auth, discovery });
        const providers = KubevirtEntityProvider.fromConfig(config, {
          clusters,
          logger,
          scheduler,
        });
        catalog.addEntityProvider(providers);
        catalog.addProcessor(new KubevirtOwnersProcessor());
        lifecycle.addShutdownHook(async () => {
          await Promise.all(providers.map(provider => provider.stop()));
        });
      },
    });
  },
});
