// SPDX-License-Identifier: Apache-2.0
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { ORGANISATION, startBackend, type Backend } from './backend';
import { ROOT, start, type Process } from './processes';

/** A cluster with a fleet of VMs, and a door to steer it. */
export interface BenchCluster {
  url: string;
  folder: string;
  process: Process;
  control(method: string, path: string, body?: object): Promise<any>;
}

/** Starts a sandbox cluster; `snapshots[i]` is how many VM `i` has. */
export async function startCluster(options: {
  snapshots: number[];
  hostileEvery?: number;
  /** How much faster than in the demo storage and guests are; 100 when absent. */
  speed?: number;
}): Promise<BenchCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-bench-'));
  const { process: sandbox, answer: url } = await start({
    file: 'benchmarks/src/processes/sandbox.ts',
    args: [
      JSON.stringify({
        ...options,
        data: folder,
        rbac: ['kubevirt-snapshots', 'backstage-kubernetes'].map(name =>
          join(ROOT, `deploy/${name}-rbac.yaml`),
        ),
      }),
    ],
    nodeArgs: ['--max-old-space-size=6000'],
    log: join(folder, 'sandbox.log'),
    ready: line => /^ready (\S+)/.exec(line)?.[1],
  });
  const admin = readFileSync(join(folder, 'admin.token'), 'utf8').trim();
  return {
    url,
    folder,
    process: {
      pid: sandbox.pid,
      stop: async () => {
        await sandbox.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    },
    async control(method, path, body) {
      const response = await fetch(`${url}/sandbox/${path}`, {
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
  };
}

/** Starts a backend on the cluster, with an entity for each VM. */
export async function startPortal(
  cluster: BenchCluster,
  options: {
    vms: number;
    database?: object;
    name?: string;
    logLevel?: string;
  },
): Promise<Backend> {
  const name = options.name ?? 'portal';
  const data = join(cluster.folder, name);
  mkdirSync(data, { recursive: true });
  const entities = Array.from({ length: options.vms }, (_, i) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: fleetName(i),
      annotations: {
        'kubevirt-snapshots/vm': `bench/${FLEET_NAMESPACE}/${fleetName(i)}`,
      },
    },
    spec: { type: 'virtual-machine', owner: 'group:default/team-a' },
  }));
  writeFileSync(
    join(data, 'entities.yaml'),
    entities.map(entity => JSON.stringify(entity)).join('\n---\n'),
  );
  const token = (file: string) => join(cluster.folder, file);
  const portal = await startBackend({
    data,
    database: options.database,
    logLevel: options.logLevel,
    config: {
      catalog: {
        locations: [
          ORGANISATION,
          { type: 'file', target: join(data, 'entities.yaml') },
        ],
      },
      kubernetes: {
        serviceLocatorMethod: { type: 'singleTenant' },
        clusterLocatorMethods: [
          {
            type: 'config',
            clusters: [
              {
                name: 'bench',
                url: cluster.url,
                authProvider: 'serviceAccount',
                serviceAccountToken: { $file: token('kubernetes.token') },
                skipMetricsLookup: true,
              },
            ],
          },
        ],
      },
      kubevirtSnapshots: {
        clusters: [
          {
            name: 'bench',
            serviceAccountTokenFile: token('kubevirt-snapshots.token'),
          },
        ],
      },
    },
  });
  const last = fleetName(options.vms - 1);
  const end = Date.now() + 180_000;
  for (;;) {
    const answer = await portal
      .token('ada')
      .then(ada =>
        fetch(`${portal.url}${listPath(last)}`, {
          headers: { authorization: `Bearer ${ada}` },
        }),
      )
      .catch(error => ({ ok: false, status: String(error) }));
    if (answer.ok) {
      return portal;
    }
    if (Date.now() > end) {
      throw new Error(`The portal is not ready: ${answer.status}`);
    }
    await sleep(500);
  }
}

/** Path of the list of a VM's snapshots. */
export const listPath = (vm: string) =>
  `/api/kubevirt-snapshots/entities/resource/default/${vm}/snapshots`;
