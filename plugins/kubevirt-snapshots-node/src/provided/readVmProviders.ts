// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { isRfc1123Label } from 'backstage-plugin-kubevirt-snapshots-common';
import { readKubevirtSnapshotsConfig } from '../config/readConfig';
import type { ClusterConfig } from '../config/types';
import { LabelSelector } from './LabelSelector';

/** Key of the configuration under which the providers are. */
export const PROVIDERS_KEY = 'catalog.providers.kubevirt';

/**
 * Which VMs one provider under `catalog.providers.kubevirt` adds to the
 * catalog.
 *
 * @public
 */
export interface VmProviderConfig {
  id: string;
  cluster: string;
  /** Absent: all. */
  namespaces?: string[];
  exclude: string[];
  labelSelector?: LabelSelector;
}

function readNamespaces(config: Config, key: string, at: string) {
  const namespaces = config.getOptionalStringArray(key);
  for (const namespace of namespaces ?? []) {
    if (!isRfc1123Label(namespace)) {
      throw new InputError(
        `${at}.${key} holds "${namespace}", which is no name of a namespace.`,
      );
    }
  }
  return namespaces;
}

function readLabelSelector(config: Config, at: string) {
  const text = config.getOptionalString('labelSelector');
  if (text === undefined) {
    return undefined;
  }
  try {
    return LabelSelector.parse(text);
  } catch (error) {
    throw new InputError(`${at}.labelSelector: ${(error as Error).message}`);
  }
}

function readProvider(
  id: string,
  config: Config,
  clusters: ClusterConfig[],
): VmProviderConfig {
  const at = `${PROVIDERS_KEY}.${id}`;
  const name = config.getString('cluster');
  const cluster = clusters.find(c => c.name === name);
  if (!cluster) {
    throw new InputError(
      `${at}.cluster is "${name}", which is not under kubevirtSnapshots.clusters. Write one of: ${
        clusters.map(c => c.name).join(', ') || '(there is none)'
      }.`,
    );
  }
  const namespaces = readNamespaces(config, 'namespaces', at);
  if (namespaces?.length === 0) {
    throw new InputError(
      `${at}.namespaces is empty. List the namespaces to provide, or leave the key out to provide all of them.`,
    );
  }
  const unwatched = namespaces?.find(
    namespace => cluster.namespaces && !cluster.namespaces.includes(namespace),
  );
  if (unwatched) {
    throw new InputError(
      `${at}.namespaces holds "${unwatched}", which is not watched: it is missing in the namespaces of cluster "${name}" under kubevirtSnapshots.clusters.`,
    );
  }
  return {
    id,
    cluster: name,
    namespaces,
    exclude: readNamespaces(config, 'exclude', at) ?? [],
    labelSelector: readLabelSelector(config, at),
  };
}

/**
 * Reads which VMs are provided, in the order of the configuration.
 *
 * @throws InputError that names the key and what to do
 */
export function readVmProviders(config: Config): VmProviderConfig[] {
  const providers = config.getOptionalConfig(PROVIDERS_KEY);
  if (!providers) {
    return [];
  }
  const { clusters } = readKubevirtSnapshotsConfig(config);
  return providers
    .keys()
    .map(id => readProvider(id, providers.getConfig(id), clusters));
}
