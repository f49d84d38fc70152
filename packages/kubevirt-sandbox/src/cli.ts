// SPDX-License-Identifier: Apache-2.0
/* eslint-disable no-console */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { demoClusters, demoSeed, type Sandbox, startSandbox } from './index';

const USAGE =
  'usage: cli.ts --data <dir> [--speed 1] [--port-base 7301] [--many 40] [--rbac <file.yaml>]...';

/** Service accounts whose tokens are written, by file name. */
const TOKENS: Record<string, [namespace: string, name: string]> = {
  'kubevirt-snapshots.token': [
    'backstage-kubevirt-snapshots',
    'kubevirt-snapshots',
  ],
  'kubernetes.token': ['backstage', 'backstage-kubernetes'],
};

function writeToken(folder: string, file: string, token: string): void {
  writeFileSync(path.join(folder, file), `${token}\n`, { mode: 0o600 });
}

function ensureServiceAccount(
  sandbox: Sandbox,
  namespace: string,
  name: string,
): void {
  const existing = (
    kind: string,
    object: { namespace?: string; name: string },
  ) => sandbox.objects.get({ apiVersion: 'v1', kind, ...object });
  if (!existing('Namespace', { name: namespace })) {
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
  }
  if (!existing('ServiceAccount', { namespace, name })) {
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
    });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      speed: { type: 'string', default: '1' },
      'port-base': { type: 'string', default: '7301' },
      many: { type: 'string', default: '40' },
      rbac: { type: 'string', multiple: true, default: [] },
    },
  });
  if (!values.data) {
    throw new Error(USAGE);
  }
  const portBase = Number(values['port-base']);
  const manifests = values.rbac.map(file => readFileSync(file, 'utf8'));
  const sandboxes: Sandbox[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= Promise.all(sandboxes.map(sandbox => sandbox.stop())).then(
      () => process.exit(0),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  for (const [index, name] of demoClusters.entries()) {
    const folder = path.join(values.data, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const sandbox = await startSandbox({
      name,
      // 0 asks for free ports
      port: portBase === 0 ? 0 : portBase + index,
      speed: Number(values.speed),
      dataDir: folder,
      seed: demoSeed(name, { many: Number(values.many) }),
    });
    sandboxes.push(sandbox);
    for (const yaml of manifests) {
      await sandbox.applyManifests(yaml);
    }
    writeToken(folder, 'admin.token', sandbox.adminToken);
    for (const [file, [namespace, account]] of Object.entries(TOKENS)) {
      // without its manifest an account exists, but may do nothing: as safe as a cluster before the set-up
      ensureServiceAccount(sandbox, namespace, account);
      writeToken(folder, file, sandbox.serviceAccountToken(namespace, account));
    }
    console.log(`sandbox ${name} ready on ${sandbox.url}`);
  }
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
