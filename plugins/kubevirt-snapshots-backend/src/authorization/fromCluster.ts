// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import { unavailable } from '../errors';

/**
 * Runs a live read on behalf of a request: a cluster that can't answer is 503
 * with its reason, and nothing has been done.
 */
export async function fromCluster<T>(
  cluster: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ClusterError) {
      throw unavailable(
        `Nothing was done: cluster ${cluster} could not be asked. ${error.message}`,
        'cluster-away',
      );
    }
    throw error;
  }
}
