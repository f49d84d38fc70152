// SPDX-License-Identifier: Apache-2.0
import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { StubCluster, WATCHED_PLURALS } from '../testing/StubCluster';
import { until } from '../testing/until';
import { clusterServiceRef } from './clusterServiceRef';
import type { ClusterService } from './types';

describe('clusterServiceRef', () => {
  it('is one for all plugins, and lives as long as the backend', async () => {
    const stub = await StubCluster.create();
    WATCHED_PLURALS.forEach(plural => stub.setList(plural, []));
    const seen: ClusterService[] = [];
    const plugin = (pluginId: string) =>
      createBackendPlugin({
        pluginId,
        register(env) {
          env.registerInit({
            deps: { clusters: clusterServiceRef },
            async init({ clusters }) {
              seen.push(clusters);
            },
          });
        },
      });
    const backend = await startTestBackend({
      features: [
        plugin('one'),
        plugin('two'),
        mockServices.rootConfig.factory({
          data: {
            kubevirtSnapshots: {
              clusters: [
                {
                  name: 'prod',
                  url: stub.url,
                  serviceAccountTokenFile: __filename,
                },
              ],
            },
          },
        }),
      ],
    });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
    // This file is no token.
    await until(() => seen[0].status('prod').state === 'unusable');
    await backend.stop();
    await stub.stop();
  });
});
