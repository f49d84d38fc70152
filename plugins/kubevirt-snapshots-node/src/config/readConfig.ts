// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  isRfc1123Label,
  parseVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { normalizeEntityRef } from '../binding/entityRefs';
import { checkClusterUrl } from './checkClusterUrl';
import type {
  BindingConfig,
  ClusterConfig,
  DirectClusterConfig,
  KubevirtSnapshotsConfig,
} from './types';

const ROOT = 'kubevirtSnapshots';

/** Entries of the Kubernetes plugin that are written in the configuration. */
function readKubernetesEntries(config: Config): Map<string, Config> {
  const entries = new Map<string, Config>();
  const methods =
    config.getOptionalConfigArray('kubernetes.clusterLocatorMethods') ?? [];
  for (const method of methods) {
    if (method.getOptionalString('type') === 'config') {
      for (const entry of method.getOptionalConfigArray('clusters') ?? []) {
        const name = entry.getOptionalString('name');
        if (name && !entries.has(name)) {
          entries.set(name, entry);
        }
      }
    }
  }
  return entries;
}

function readImpersonation(
  entry: Config,
): DirectClusterConfig['impersonation'] {
  const impersonation = entry.getOptionalConfig('impersonation');
  return (
    impersonation && {
      serviceAccountTokenFile: impersonation.getString(
        'serviceAccountTokenFile',
      ),
      group:
        impersonation.getOptionalString('group') ??
        'backstage:kubevirt-snapshots',
    }
  );
}

function readNamespaces(entry: Config, at: string): string[] | undefined {
  const namespaces = entry.getOptionalStringArray('namespaces');
  if (namespaces === undefined) {
    return undefined;
  }
  if (namespaces.length === 0) {
    throw new InputError(
      `${at}.namespaces is empty. List the namespaces to watch, or leave the key out to watch all of them.`,
    );
  }
  for (const namespace of namespaces) {
    if (!isRfc1123Label(namespace)) {
      throw new InputError(
        `${at}.namespaces holds "${namespace}", which is no name of a namespace.`,
      );
    }
  }
  return Array.from(new Set(namespaces));
}

function readAuthProvider(entry: Config): string {
  // Newer configurations put it into authMetadata, under a key with dots.
  const metadata = entry.getOptional<JsonObject>('authMetadata');
  const provider =
    entry.getOptionalString('authProvider') ??
    metadata?.['kubernetes.io/auth-provider'];
  return typeof provider === 'string' ? provider : 'unknown';
}

/** The same cluster may go by another name in the Kubernetes plugin. */
function findByUrl(
  kubernetes: Map<string, Config>,
  url: string,
): Config | undefined {
  return Array.from(kubernetes.values()).find(
    entry => entry.getOptionalString('url')?.replace(/\/+$/, '') === url,
  );
}

/** Keys that say how to call a cluster oneself. */
const DIRECT_KEYS = [
  'url',
  'caFile',
  'caData',
  'skipTLSVerify',
  'serviceAccountTokenFile',
  'impersonation',
];

function readTransport(entry: Config, at: string): ClusterConfig['transport'] {
  const transport = entry.getOptionalString('transport') ?? 'direct';
  if (transport !== 'direct' && transport !== 'kubernetesProxy') {
    throw new InputError(
      `${at}.transport is "${transport}". Write direct or kubernetesProxy.`,
    );
  }
  const idle =
    transport === 'kubernetesProxy' && DIRECT_KEYS.find(key => entry.has(key));
  if (idle) {
    throw new InputError(
      `${at}.${idle} has no effect with transport kubernetesProxy: address and account are those of the Kubernetes plugin. Leave it out.`,
    );
  }
  return transport;
}

function readCluster(
  entry: Config,
  at: string,
  kubernetes: Map<string, Config>,
): ClusterConfig {
  const name = entry.getOptionalString('name') ?? '';
  // The name is the first part of every VM's reference.
  if (!parseVmRef(`${name}/a/a`) || name !== name.trim()) {
    throw new InputError(
      `${at}.name is missing or has blanks in it. Give the cluster the name it has under kubernetes.clusterLocatorMethods.`,
    );
  }
  const inherited = kubernetes.get(name);
  const basics = {
    name,
    title:
      entry.getOptionalString('title') ?? inherited?.getOptionalString('title'),
    namespaces: readNamespaces(entry, at),
  };
  const transport = readTransport(entry, at);
  if (transport === 'kubernetesProxy') {
    return { ...basics, transport };
  }
  const url =
    entry.getOptionalString('url') ?? inherited?.getOptionalString('url');
  if (!url) {
    throw new InputError(
      `${at}: no URL is known for cluster "${name}". Set ${at}.url, or add a cluster of that name to a clusterLocatorMethod of type config under kubernetes. A cluster that the Kubernetes plugin finds otherwise is reached by ${at}.transport: kubernetesProxy.`,
    );
  }
  const serviceAccountTokenFile = entry.getOptionalString(
    'serviceAccountTokenFile',
  );
  if (!serviceAccountTokenFile) {
    throw new InputError(
      `${at}.serviceAccountTokenFile is missing. Name the file with the token of the service account kubevirt-snapshots of cluster "${name}"; deploy/README.md says how to make one.`,
    );
  }
  const checkedUrl = checkClusterUrl(
    url,
    entry.has('url')
      ? `${at}.url`
      : `url of cluster "${name}" under kubernetes.clusterLocatorMethods`,
  );
  const account = inherited ?? findByUrl(kubernetes, checkedUrl);
  // CA and verification belong together: what is given here replaces both.
  const ownTrust = ['caFile', 'caData', 'skipTLSVerify'].some(k =>
    entry.has(k),
  );
  const trust = ownTrust ? entry : inherited;
  return {
    ...basics,
    transport,
    url: checkedUrl,
    serviceAccountTokenFile,
    caFile: trust?.getOptionalString('caFile'),
    caData: trust?.getOptionalString('caData'),
    skipTLSVerify: trust?.getOptionalBoolean('skipTLSVerify'),
    impersonation: readImpersonation(entry),
    kubernetesPlugin: account && {
      authProvider: readAuthProvider(account),
      serviceAccountToken: account.getOptionalString('serviceAccountToken'),
    },
  };
}

function readClusters(config: Config): ClusterConfig[] {
  const kubernetes = readKubernetesEntries(config);
  const entries = config.getOptionalConfigArray(`${ROOT}.clusters`) ?? [];
  const clusters = entries.map((entry, index) =>
    readCluster(entry, `${ROOT}.clusters[${index}]`, kubernetes),
  );
  const seen = new Set<string>();
  clusters.forEach(({ name }, index) => {
    if (seen.has(name)) {
      throw new InputError(
        `${ROOT}.clusters[${index}].name is "${name}", as in an entry before. Each cluster needs a name of its own.`,
      );
    }
    seen.add(name);
  });
  return clusters;
}

/**
 * Reads `kubevirtSnapshots.binding` and `kubevirtSnapshots.namespaceOwners`.
 *
 * @throws InputError that names the key and what to do
 * @public
 */
export function readBindingConfig(config: Config): BindingConfig {
  const mode = config.getOptionalString(`${ROOT}.binding.mode`) ?? 'strict';
  if (mode !== 'strict' && mode !== 'trusting') {
    throw new InputError(
      `${ROOT}.binding.mode is "${mode}". Write strict or trusting.`,
    );
  }
  const trustedNamespaces =
    config.getOptionalStringArray(`${ROOT}.binding.namespaces`) ?? [];
  for (const text of trustedNamespaces) {
    if (!parseVmRef(`${text}/a`)) {
      throw new InputError(
        `${ROOT}.binding.namespaces holds "${text}". Write <cluster>/<namespace>.`,
      );
    }
  }
  if (mode === 'trusting' && trustedNamespaces.length === 0) {
    throw new InputError(
      `${ROOT}.binding.mode is trusting, which needs ${ROOT}.binding.namespaces: the list of <cluster>/<namespace> in which catalog files are believed.`,
    );
  }
  const entries =
    config.getOptionalConfigArray(`${ROOT}.namespaceOwners`) ?? [];
  const namespaceOwners = entries.map((entry, index) => {
    const at = `${ROOT}.namespaceOwners[${index}]`;
    const owners = entry.getStringArray('owners').map(text => {
      const ref = normalizeEntityRef(text);
      if (!ref) {
        throw new InputError(
          `${at}.owners holds "${text}", which is no entity ref such as group:default/team-a.`,
        );
      }
      return ref;
    });
    const namespace = entry.getString('namespace');
    if (!isRfc1123Label(namespace)) {
      throw new InputError(
        `${at}.namespace is "${namespace}", which is no name of a namespace.`,
      );
    }
    return { cluster: entry.getString('cluster'), namespace, owners };
  });
  return { mode, trustedNamespaces, namespaceOwners };
}

/**
 * Reads `kubevirtSnapshots` and, for URLs and trust, the Kubernetes plugin's
 * clusters of the same names.
 *
 * @throws InputError that names the key and what to do
 * @public
 */
export function readKubevirtSnapshotsConfig(
  config: Config,
): KubevirtSnapshotsConfig {
  const flag = (key: string) =>
    config.getOptionalBoolean(`${ROOT}.${key}`) ?? false;
  return {
    clusters: readClusters(config),
    binding: readBindingConfig(config),
    acceptProxyBypass: flag('acceptProxyBypass'),
    mutations: {
      guests: flag('mutations.guests'),
      withoutPermissions: flag('mutations.withoutPermissions'),
    },
  };
}
