// SPDX-License-Identifier: Apache-2.0
/** Runs one sandbox cluster with a fleet in a process of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetSeed, startSandbox } from 'kubevirt-sandbox';

interface Arguments {
  data: string;
  snapshots: number[];
  hostileEvery?: number;
  speed?: number;
  rbac: string[];
}

/**
 * Lets the Kubernetes plugin's account list snapshots, which ours doesn't need
 * it to: plugins that go through its proxy do.
 */
const PROXY_MAY_LIST = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: bench-proxy-may-list }
rules:
  - apiGroups: [snapshot.kubevirt.io]
    resources: [virtualmachinesnapshots]
    verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: bench-proxy-may-list }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: bench-proxy-may-list }
subjects:
  - { kind: ServiceAccount, namespace: backstage, name: backstage-kubernetes }
`;

async function main() {
  const options: Arguments = JSON.parse(process.argv[2]);
  const sandbox = await startSandbox({
    name: 'bench',
    seed: fleetSeed(options),
    speed: options.speed ?? 100,
  });
  for (const file of options.rbac) {
    await sandbox.applyManifests(readFileSync(file, 'utf8'));
  }
  await sandbox.applyManifests(PROXY_MAY_LIST);
  const write = (name: string, token: string) =>
    writeFileSync(join(options.data, name), token, { mode: 0o600 });
  write(
    'kubevirt-snapshots.token',
    sandbox.serviceAccountToken(
      'backstage-kubevirt-snapshots',
      'kubevirt-snapshots',
    ),
  );
  write(
    'kubernetes.token',
    sandbox.serviceAccountToken('backstage', 'backstage-kubernetes'),
  );
  write('admin.token', sandbox.adminToken);
  process.on('SIGTERM', () => {
    sandbox.stop().then(() => process.exit(0));
  });
  process.stdout.write(`ready ${sandbox.url}\n`);
}

void main();
