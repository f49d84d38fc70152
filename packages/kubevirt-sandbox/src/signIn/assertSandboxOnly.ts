// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';

/**
 * How long a cluster may take to tell its version. A backend that is starting is
 * busy for seconds, in which it does not read an answer either.
 */
const VERSION_TIMEOUT_MS = 30_000;

/**
 * Throws unless every configured cluster is a sandbox on this machine. Beside a
 * real cluster, a sign-in without a password would hand that cluster to anybody
 * who can reach the portal, so there is no setting that skips this.
 */
export async function assertSandboxOnly(config: Config): Promise<void> {
  const clusters = readClusterUrls(config);
  if (clusters.length === 0) {
    throw new Error(
      'The demo sign-in starts beside a sandbox cluster only, and no cluster is configured',
    );
  }
  for (const { name, url } of clusters) {
    if (!isLoopback(url)) {
      throw new Error(
        `The demo sign-in refuses to start: cluster '${name}' at ${url} is not on this machine`,
      );
    }
    const version = await readGitVersion(url).catch((error: unknown) => {
      throw new Error(
        `The demo sign-in refuses to start: cluster '${name}' at ${url} does not tell its version (${error})`,
      );
    });
    if (!version.includes('kubevirt-sandbox')) {
      throw new Error(
        `The demo sign-in refuses to start: cluster '${name}' at ${url} is not a sandbox, it calls itself '${version}'`,
      );
    }
  }
}

function readClusterUrls(config: Config): { name: string; url: string }[] {
  const clusters: { name: string; url: string }[] = [];
  const locators =
    config.getOptionalConfigArray('kubernetes.clusterLocatorMethods') ?? [];
  for (const locator of locators) {
    const type = locator.getString('type');
    if (type !== 'config') {
      throw new Error(
        `The demo sign-in refuses to start: clusters found by '${type}' can't be told from real ones`,
      );
    }
    for (const cluster of locator.getOptionalConfigArray('clusters') ?? []) {
      clusters.push({
        name: cluster.getString('name'),
        url: cluster.getString('url'),
      });
    }
  }
  for (const cluster of config.getOptionalConfigArray(
    'kubevirtSnapshots.clusters',
  ) ?? []) {
    // Without an address of its own it takes that of the entry above.
    const url = cluster.getOptionalString('url');
    if (url) {
      clusters.push({ name: cluster.getString('name'), url });
    }
  }
  return clusters;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

async function readGitVersion(url: string): Promise<string> {
  const response = await fetch(`${url.replace(/\/$/, '')}/version`, {
    redirect: 'error',
    signal: AbortSignal.timeout(VERSION_TIMEOUT_MS),
  });
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const { gitVersion } = (await response.json()) as { gitVersion?: unknown };
  return String(gitVersion);
}
