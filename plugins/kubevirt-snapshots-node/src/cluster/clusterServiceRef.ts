// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { proxyAccessRef } from '../transport/LentProxyAccess';
import { DefaultClusterService } from './DefaultClusterService';
import type { ClusterService } from './types';

/**
 * The cluster service. One per process, so that every plugin and module shares
 * one set of watches, whatever the number of users.
 *
 * @public
 */
export const clusterServiceRef = createServiceRef<ClusterService>({
  id: 'kubevirt-snapshots.cluster',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.rootLogger,
        lifecycle: coreServices.rootLifecycle,
        proxyAccess: proxyAccessRef,
      },
      factory({ config, logger, lifecycle, proxyAccess }) {
        const clusters = DefaultClusterService.create({
          config,
          logger: logger.child({ service: 'kubevirt-snapshots.cluster' }),
          proxyAccess,
        });
        lifecycle.addStartupHook(() => clusters.start());
        lifecycle.addShutdownHook(() => clusters.stop());
        return clusters;
      },
    }),
});
