// SPDX-License-Identifier: Apache-2.0
/** Measures what the cluster service adds to an otherwise empty process. */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigReader } from '@backstage/config';
import { DefaultClusterService } from 'backstage-plugin-kubevirt-snapshots-node';

const silent: any = {
  child: () => silent,
  error() {},
  warn() {},
  info() {},
  debug() {},
};

async function settledMemory() {
  for (let i = 0; i < 5; i += 1) {
    (globalThis as { gc?: () => void }).gc!();
    await sleep(100);
  }
  return process.memoryUsage();
}

async function main() {
  const { url, folder, snapshots, broken } = JSON.parse(process.argv[2]);
  const before = await settledMemory();
  const service = DefaultClusterService.create({
    config: new ConfigReader({
      kubevirtSnapshots: {
        clusters: [
          {
            name: 'bench',
            url,
            serviceAccountTokenFile: join(folder, 'kubevirt-snapshots.token'),
          },
        ],
      },
    }),
    logger: silent,
  });
  await service.start();
  while (
    !service.hasSynced('bench') ||
    service.status('bench').snapshots < snapshots
  ) {
    await sleep(100);
  }
  const kept: unknown[] = [];
  if (broken) {
    const token = readFileSync(join(folder, 'admin.token'), 'utf8');
    const response = await fetch(
      `${url}/apis/snapshot.kubevirt.io/v1beta1/virtualmachinesnapshotcontents`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    kept.push(await response.json());
  }
  const after = await settledMemory();
  const mb = (bytes: number) => Number((bytes / 2 ** 20).toFixed(1));
  process.stdout.write(
    `${JSON.stringify({
      heapMb: mb(after.heapUsed - before.heapUsed),
      rssMb: mb(after.rss - before.rss),
      kept: kept.length,
    })}\n`,
  );
  await service.stop();
}

void main();
