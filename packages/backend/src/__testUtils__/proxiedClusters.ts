// SPDX-License-Identifier: Apache-2.0

/**
 * A process of its own: a backend with the real Kubernetes plugin and the
 * cluster service behind its proxy. Jest can't load that plugin's imports.
 */
import { writeFileSync } from 'node:fs';
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  clusterServiceRef,
  proxyAccessRef,
} from 'backstage-plugin-kubevirt-snapshots-node';

/** What the cluster service knows, as the test gets to hear it. */
export interface Report {
  synced: boolean;
  message?: string;
  bypass: string;
  mutations: boolean;
  snapshots: string[];
}

const probe = createBackendPlugin({
  pluginId: 'kubevirt-snapshots',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        clusters: clusterServiceRef,
        discovery: coreServices.discovery,
        lifecycle: coreServices.lifecycle,
        proxyAccess: proxyAccessRef,
      },
      async init({ auth, clusters, discovery, lifecycle, proxyAccess }) {
        proxyAccess.lend({ auth, discovery });
        const timer = setInterval(() => {
          const [status] = clusters.statuses();
          const report: Report = {
            synced: clusters.hasSynced(status.name),
            message: status.message,
            bypass: status.proxyBypass,
            mutations: clusters.mutations(status.name).allowed,
            snapshots: clusters
              .vms(status.name)
              .flatMap(({ ref }) => clusters.snapshots(ref))
              .map(({ name }) => name),
          };
          process.send?.(report);
        }, 50);
        lifecycle.addShutdownHook(() => clearInterval(timer));
      },
    });
  },
});

async function main(config: object, file: string) {
  writeFileSync(file, JSON.stringify(config));
  process.argv.push('--config', file);
  const backend = createBackend();
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(import('@backstage/plugin-kubernetes-backend'));
  backend.add(probe);
  process.once('disconnect', () => process.exit(0));
  await backend.start();
}

if (process.argv[2] === 'proxied-clusters') {
  const [, , , config, file] = process.argv;
  main(JSON.parse(config), file).catch(error => {
    // eslint-disable-next-line no-console
    console.error(error);
    process.exit(1);
  });
}
