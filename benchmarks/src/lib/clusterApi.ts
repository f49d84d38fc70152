// SPDX-License-Identifier: Apache-2.0
/** The API server itself, past everything that is measured. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchEvents } from 'kubevirt-sandbox';
import type { BenchCluster } from './portal';

async function ask(cluster: BenchCluster, path: string, signal?: AbortSignal) {
  const token = readFileSync(join(cluster.folder, 'admin.token'), 'utf8');
  const response = await fetch(`${cluster.url}/apis/${path}`, {
    headers: { authorization: `Bearer ${token.trim()}` },
    signal,
  });
  if (!response.ok) {
    throw new Error(`${path}: ${await response.text()}`);
  }
  return response;
}

/** All objects under a path. */
export async function listOf<T>(
  cluster: BenchCluster,
  path: string,
): Promise<T[]> {
  const response = await ask(cluster, path);
  return ((await response.json()) as { items: T[] }).items;
}

/**
 * Tells each event of a path, beginning with what is there.
 *
 * @returns what ends it
 */
export async function watch(
  cluster: BenchCluster,
  path: string,
  onEvent: (type: string, object: any) => void,
): Promise<() => void> {
  const end = new AbortController();
  const response = await ask(cluster, `${path}?watch=1`, end.signal);
  const read = async () => {
    for await (const { type, object } of watchEvents(response)) {
      onEvent(type, object);
    }
  };
  read().catch(() => {});
  return () => end.abort();
}
