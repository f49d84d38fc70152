// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { clusterServiceRef } from 'backstage-plugin-kubevirt-snapshots-node';
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
        catalog: catalogProcessingExtensionPoint,
        clusters: clusterServiceRef,
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        scheduler: coreServices.scheduler,
      },
      async init({ catalog, clusters, config, lifecycle, logger, scheduler }) {
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
