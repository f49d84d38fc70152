// SPDX-License-Identifier: Apache-2.0
/**
 * What the cache costs: memory for 10,000 snapshots with their contents,
 * VolumeSnapshots and claims, some of them with hostile annotations; and how
 * soon a change in the cluster or on another replica reaches a browser.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetName, FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { get } from './lib/load';
import { listPath, startCluster, startPortal } from './lib/portal';
import type { Backend } from './lib/backend';
import { start } from './lib/processes';
import { databaseConfig } from './lib/database';
import { percentile, report, round, say } from './lib/report';
import { openStream } from './lib/stream';

const VMS = 500;
const SNAPSHOTS_EACH = 20;
const PROBES = 100;
const TAKES = 30;

async function memory(broken: boolean) {
  const cluster = await startCluster({
    snapshots: Array.from({ length: VMS }, () => SNAPSHOTS_EACH),
    hostileEvery: 100,
  });
  const { process: child, answer } = await start({
    file: 'benchmarks/src/processes/cache.ts',
    args: [
      JSON.stringify({
        url: cluster.url,
        folder: cluster.folder,
        snapshots: VMS * SNAPSHOTS_EACH,
        broken,
      }),
    ],
    nodeArgs: ['--expose-gc'],
    log: `${cluster.folder}/cache.log`,
    ready: line =>
      line.startsWith('{')
        ? (JSON.parse(line) as { heapMb: number; rssMb: number })
        : undefined,
  });
  await child.stop();
  await cluster.process.stop();
  say(`memory: ${JSON.stringify(answer)}`);
  return answer;
}

async function latency() {
  const postgres = await startPostgres();
  const cluster = await startCluster({
    snapshots: Array.from({ length: TAKES }, () => 5),
  });
  const replicas: Backend[] = [];
  try {
    const database = databaseConfig(postgres.connectionString);
    for (const name of ['here', 'there']) {
      replicas.push(await startPortal(cluster, { vms: TAKES, database, name }));
    }
    const [here, there] = replicas;
    const token = await here.token('ada');

    const oneReplica: number[] = [];
    const vm = fleetName(0);
    const stream = await openStream(here.url, vm, token);
    for (let i = 0; i < PROBES; i += 1) {
      const heard = stream.next();
      await cluster.control('POST', 'objects', {
        action: 'patch',
        ref: {
          apiVersion: 'snapshot.kubevirt.io/v1beta1',
          kind: 'VirtualMachineSnapshot',
          namespace: FLEET_NAMESPACE,
          name: `${vm}-s0`,
        },
        patch: { metadata: { annotations: { description: `probe ${i}` } } },
      });
      const at = performance.now();
      oneReplica.push(Math.max(0, (await heard) - at));
      await sleep(50);
    }
    stream.close();

    const twoReplicas: number[] = [];
    for (let i = 0; i < TAKES; i += 1) {
      const name = fleetName(i);
      const { body } = await get(`${here.url}${listPath(name)}`, {
        authorization: `Bearer ${token}`,
      });
      const other = await openStream(there.url, name, await there.token('ada'));
      const heard = other.next();
      const at = performance.now();
      const response = await fetch(`${here.url}${listPath(name)}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          operationId: randomUUID(),
          vmUid: JSON.parse(body()).vm.uid,
          name: `${name}-probe`,
        }),
      });
      if (response.status !== 202) {
        throw new Error(`Take answered ${await response.text()}`);
      }
      twoReplicas.push((await heard) - at);
      other.close();
    }
    return { oneReplica, twoReplicas };
  } finally {
    await Promise.all(replicas.map(replica => replica.process.stop()));
    await cluster.process.stop();
    await postgres.stop();
  }
}

async function main() {
  // Broken on purpose: a cache that keeps whole objects.
  const { heapMb, rssMb } = await memory(process.argv.includes('--break'));
  const { oneReplica, twoReplicas } = await latency();
  report(
    'cache',
    {
      heapMb,
      rssMb,
      changeToMessageP50Ms: round(percentile(oneReplica, 0.5)),
      changeToMessageP95Ms: round(percentile(oneReplica, 0.95)),
      otherReplicaP95Ms: round(percentile(twoReplicas, 0.95)),
    },
    {
      heapMb: { atMost: 25 },
      changeToMessageP95Ms: { atMost: 50 },
      otherReplicaP95Ms: { atMost: 1000 },
    },
  );
}

main().catch(error => {
  say(String(error.stack ?? error));
  process.exit(1);
});
