// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORGANISATION, startBackend } from './backend';
import { databaseConfig } from './database';
import { ROOT, start, type Process } from './processes';

/** Several clusters with many VMs. */
export interface FleetClusters {
  names: string[];
  urls: Record<string, string>;
  folder: string;
  control(
    cluster: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<any>;
  stop(): Promise<void>;
}

/** Starts sandbox clusters; team A owns the first VMs of each. */
export async function startClusters(options: {
  clusters: number;
  vmsEach: number;
  ownedEach: number;
  snapshotsEach: number;
}): Promise<FleetClusters> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-fleet-'));
  const names = Array.from(
    { length: options.clusters },
    (_, i) => `bench-${i + 1}`,
  );
  const { process: sandboxes, answer: urls } = await start({
    file: 'benchmarks/src/processes/clusters.ts',
    args: [
      JSON.stringify({
        data: folder,
        names,
        vms: options.vmsEach,
        owned: options.ownedEach,
        snapshotsEach: options.snapshotsEach,
        rbac: [join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml')],
      }),
    ],
    nodeArgs: ['--max-old-space-size=10000'],
    log: join(folder, 'sandboxes.log'),
    ready: line =>
      line.startsWith('ready ')
        ? (JSON.parse(line.slice(6)) as Record<string, string>)
        : undefined,
  });
  // So many objects keep their controllers busy for a while at first, which is
  // no part of what is measured.
  for (const name of names) {
    await waitFor(
      `${name} answers at once`,
      async () => {
        const at = performance.now();
        await (await fetch(`${urls[name]}/version`)).arrayBuffer();
        return performance.now() - at < 200;
      },
      { limitMs: 600_000, everyMs: 1_000 },
    );
  }
  return {
    names,
    urls,
    folder,
    async control(cluster, method, path, body) {
      const admin = readFileSync(join(folder, `${cluster}.admin`), 'utf8');
      const response = await fetch(`${urls[cluster]}/sandbox/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${admin}`,
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      });
      if (!response.ok) {
        throw new Error(`${method} ${path}: ${await response.text()}`);
      }
      return response.json();
    },
    async stop() {
      await sandboxes.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A portal on these clusters. Its data stays when it is started again. */
export interface FleetPortal {
  url: string;
  process: Process;
  /** An answer of the portal's API to a demo person. */
  get(person: string, path: string): Promise<any>;
  status(person: string, path: string): Promise<number>;
}

/**
 * Starts a backend whose catalog is filled from the clusters alone.
 *
 * @param options - `database`: of a PostgreSQL, as a portal of that size has;
 * `prefix`: of the names of its databases there
 */
export async function startFleetPortal(
  clusters: FleetClusters,
  options: { database: string; prefix: string },
): Promise<FleetPortal> {
  const backend = await startBackend({
    data: join(clusters.folder, 'portal'),
    database: {
      ...databaseConfig(options.database),
      prefix: options.prefix,
    },
    config: {
      catalog: {
        locations: [ORGANISATION],
        // As docs/configure.md says for a fleet: going through thousands of
        // entities that only their provider changes keeps a core busy.
        processingInterval: { hours: 1 },
        providers: {
          kubevirt: Object.fromEntries(
            clusters.names.map(name => [name, { cluster: name }]),
          ),
        },
      },
      kubernetes: {
        serviceLocatorMethod: { type: 'singleTenant' },
        clusterLocatorMethods: [],
      },
      kubevirtSnapshots: {
        clusters: clusters.names.map(name => ({
          name,
          url: clusters.urls[name],
          serviceAccountTokenFile: join(clusters.folder, `${name}.token`),
        })),
      },
    },
  });
  const tokens = new Map<string, string>();
  const ask = async (person: string, path: string) => {
    let token = tokens.get(person);
    if (!token) {
      token = await backend.token(person);
      tokens.set(person, token);
    }
    return fetch(`${backend.url}/api${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  };
  return {
    url: backend.url,
    process: backend.process,
    async get(person, path) {
      const response = await ask(person, path);
      if (!response.ok) {
        throw new Error(`${path}: ${response.status} ${await response.text()}`);
      }
      return response.json();
    },
    async status(person, path) {
      const response = await ask(person, path);
      await response.arrayBuffer();
      return response.status;
    },
  };
}

/** Waits for something, and tells how long that took, ms. */
export async function waitFor(
  what: string,
  test: () => Promise<unknown>,
  options: { limitMs?: number; everyMs?: number } = {},
): Promise<number> {
  const { limitMs = 60_000, everyMs = 25 } = options;
  const begun = performance.now();
  for (;;) {
    const answer = await test().catch(() => undefined);
    const took = performance.now() - begun;
    if (answer) {
      return took;
    }
    if (took > limitMs) {
      throw new Error(`Not within ${limitMs} ms: ${what}`);
    }
    await sleep(everyMs);
  }
}
