// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { AuditRowInput } from './types';

/**
 * Writes a row for each cluster whose open proxy the operator has accepted:
 * from then on things can be changed past this trail, and the trail has to say
 * so. Once per cluster and start of the backend.
 *
 * @returns a function that stops watching
 */
export function recordAcceptedBypass(options: {
  cluster: ClusterService;
  write: (row: Omit<AuditRowInput, 'kind'>) => Promise<void>;
  logger: LoggerService;
}): () => void {
  const { cluster, write, logger } = options;
  const recorded = new Set<string>();
  const look = () => {
    for (const status of cluster.statuses()) {
      if (status.proxyBypass === 'accepted' && !recorded.has(status.name)) {
        recorded.add(status.name);
        write({
          action: 'proxy-bypass.accept',
          actor: 'plugin:kubevirt-snapshots',
          origin: 'system',
          options: { cluster: status.name },
        }).catch(error => {
          recorded.delete(status.name);
          logger.error(
            `Could not record that the open proxy of cluster ${status.name} is accepted`,
            error,
          );
        });
      }
    }
  };
  look();
  return cluster.subscribeAll(({ ref }) => {
    if (!ref) {
      look();
    }
  });
}
