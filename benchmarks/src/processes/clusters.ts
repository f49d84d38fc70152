// SPDX-License-Identifier: Apache-2.0
/** Runs several sandbox clusters with a fleet each, in one process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetSeed, startSandbox } from 'kubevirt-sandbox';

interface Arguments {
  data: string;
  names: string[];
  /** Per cluster. */
  vms: number;
  owned: number;
  snapshotsEach: number;
  rbac: string[];
}

async function main() {
  const options: Arguments = JSON.parse(process.argv[2]);
  const urls: Record<string, string> = {};
  const stops: (() => Promise<void>)[] = [];
  for (const name of options.names) {
    const sandbox = await startSandbox({
      name,
      seed: fleetSeed({
        snapshots: Array.from(
          { length: options.vms },
          () => options.snapshotsEach,
        ),
        owned: options.owned,
      }),
      speed: 100,
    });
    for (const file of options.rbac) {
      await sandbox.applyManifests(readFileSync(file, 'utf8'));
    }
    const write = (file: string, token: string) =>
      writeFileSync(join(options.data, `${name}.${file}`), token, {
        mode: 0o600,
      });
    write(
      'token',
      sandbox.serviceAccountToken(
        'backstage-kubevirt-snapshots',
        'kubevirt-snapshots',
      ),
    );
    write('admin', sandbox.adminToken);
    urls[name] = sandbox.url;
    stops.push(() => sandbox.stop());
  }
  process.on('SIGTERM', () => {
    Promise.all(stops.map(stop => stop())).then(() => process.exit(0));
  });
  process.stdout.write(`ready ${JSON.stringify(urls)}\n`);
}

void main();
