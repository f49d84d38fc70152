// SPDX-License-Identifier: Apache-2.0

/**
 * The cluster service behind the real Kubernetes plugin: its proxy, its
 * account, its auth providers.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  fleetName,
  fleetSeed,
  FLEET_NAMESPACE,
  startSandbox,
  type Sandbox,
} from 'kubevirt-sandbox';
import type { Report } from './__testUtils__/proxiedClusters';

const ROOT = resolve(__dirname, '../../..');

jest.setTimeout(120_000);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}

describe('transport kubernetesProxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-proxy-'));
  let sandbox: Sandbox;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox({
      name: 'far',
      speed: 100,
      seed: fleetSeed({ snapshots: [2, 1] }),
    });
    await sandbox.applyManifests(
      readFileSync(join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml'), 'utf8'),
    );
  });

  afterEach(() => {
    children.splice(0).forEach(child => child.kill('SIGKILL'));
  });

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a backend and waits until its cluster service says something. */
  async function start(cluster: object) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const config = {
      app: { baseUrl: url },
      backend: {
        baseUrl: url,
        listen: { host: '127.0.0.1', port },
        database: { client: 'better-sqlite3', connection: ':memory:' },
      },
      kubernetes: {
        serviceLocatorMethod: { type: 'multiTenant' },
        clusterLocatorMethods: [{ type: 'config', clusters: [cluster] }],
      },
      kubevirtSnapshots: {
        clusters: [{ name: 'far', transport: 'kubernetesProxy' }],
      },
    };
    const child = fork(
      resolve(__dirname, '__testUtils__/proxiedClusters.ts'),
      [
        'proxied-clusters',
        JSON.stringify(config),
        join(folder, `${children.length}.json`),
      ],
      {
        cwd: ROOT,
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    children.push(child);
    return (wanted: (report: Report) => boolean) =>
      new Promise<Report>((done, failed) => {
        child.once('exit', code =>
          failed(new Error(`The backend ended with ${code}`)),
        );
        const listen = (report: Report) => {
          if (wanted(report)) {
            child.off('message', listen);
            done(report);
          }
        };
        child.on('message', listen);
      });
  }

  const known = () => ({
    name: 'far',
    url: sandbox.url,
    authProvider: 'serviceAccount',
    serviceAccountToken: sandbox.serviceAccountToken(
      'backstage-kubevirt-snapshots',
      'kubevirt-snapshots',
    ),
  });

  it('fills the cache, follows changes, and changes nothing as long as nobody accepts that the account is lent out', async () => {
    const heard = await start(known());
    const first = await heard(
      ({ synced, bypass }) => synced && bypass === 'open',
    );
    expect(first.snapshots).toHaveLength(3);
    expect(first.mutations).toBe(false);

    const name = first.snapshots.find(s => s.startsWith(fleetName(1)))!;
    sandbox.objects.remove({
      apiVersion: 'snapshot.kubevirt.io/v1beta1',
      kind: 'VirtualMachineSnapshot',
      namespace: FLEET_NAMESPACE,
      name,
    });
    const later = await heard(({ snapshots }) => snapshots.length === 2);
    expect(later.snapshots).not.toContain(name);
  });

  it('shows no token of the portal to a cluster whose provider has none of its own', async () => {
    const asked: unknown[] = [];
    const cluster = createServer((request, response) => {
      asked.push(request.url);
      response.end('{}');
    });
    await new Promise<void>(done => cluster.listen(0, '127.0.0.1', done));
    const { port } = cluster.address() as AddressInfo;
    const heard = await start({
      name: 'far',
      url: `http://127.0.0.1:${port}`,
      authProvider: 'oidc',
      oidcTokenProvider: 'okta',
    });
    const { message } = await heard(report => report.message !== undefined);
    expect(message).toMatch(
      'its auth provider oidc has no credentials of its own',
    );
    expect(asked).toEqual([]);
    cluster.close();
  });
});
