// SPDX-License-Identifier: Apache-2.0

/** The module in a real catalog, fed by a sandbox cluster over HTTP. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { startSandbox, type KubeObject, type Sandbox } from 'kubevirt-sandbox';
import { pause, until } from './__testUtils__/until';
import catalogModuleKubevirt from './index';

jest.setTimeout(120_000);

const ACCOUNT = 'kubevirt-snapshots';
/** Seconds, not minutes: from a change in the cluster to the catalog's answer. */
const LIMIT_MS = 10_000;

describe('catalogModuleKubevirt', () => {
  let folder: string;
  let sandbox: Sandbox;
  let backend: Awaited<ReturnType<typeof startTestBackend>>;

  const vm = (name: string, more: object = {}): KubeObject => ({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace: 'shop',
      annotations: { 'kubevirt-snapshots/owner': 'team-a,team-b' },
      ...more,
    },
    spec: {
      runStrategy: 'Halted',
      template: {
        spec: {
          domain: {
            devices: { disks: [{ name: 'root', disk: { bus: 'virtio' } }] },
            memory: { guest: '1Gi' },
          },
          volumes: [
            { name: 'root', containerDisk: { image: 'example.com/disk:1' } },
          ],
        },
      },
    },
  });
  const at = (name: string) => ({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    namespace: 'shop',
    name,
  });

  async function entities(): Promise<Entity[]> {
    const response = await fetch(
      `http://localhost:${backend.server.port()}/api/catalog/entities?filter=spec.type=virtual-machine`,
      { headers: { authorization: mockCredentials.service.header() } },
    );
    expect(response.status).toBe(200);
    return await response.json();
  }
  const names = async () => (await entities()).map(e => e.metadata.name).sort();
  const find = async (name: string) =>
    (await entities()).find(e => e.metadata.name === name);

  async function startBackend() {
    backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleKubevirt,
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'https://portal.example.com' },
            catalog: {
              providers: {
                kubevirt: {
                  gold: {
                    cluster: 'east',
                    labelSelector: 'tier=gold',
                    debounce: '100ms',
                  },
                  shop: {
                    cluster: 'east',
                    namespaces: ['shop'],
                    debounce: '100ms',
                    links: [
                      {
                        url: 'https://console.example.com/{namespace}/{name}',
                        title: 'Console',
                      },
                    ],
                  },
                },
              },
            },
            kubevirtSnapshots: {
              clusters: [
                {
                  name: 'east',
                  url: sandbox.url,
                  serviceAccountTokenFile: join(folder, 'token'),
                },
              ],
            },
          },
        }),
      ],
    });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'catalog-module-kubevirt-'));
    sandbox = await startSandbox({ name: 'east', speed: 100 });
    await sandbox.applyManifests(
      readFileSync(
        resolvePackagePath(
          'backstage-plugin-catalog-backend-module-kubevirt',
          '../../deploy/kubevirt-snapshots-rbac.yaml',
        ),
        'utf8',
      ),
    );
    writeFileSync(
      join(folder, 'token'),
      sandbox.serviceAccountToken('backstage-kubevirt-snapshots', ACCOUNT),
    );
    sandbox.objects.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    });
    sandbox.objects.create(vm('web-01'));
    await startBackend();
    await until(async () => (await names()).length, 'the first', 60_000);
  });

  afterAll(async () => {
    await backend?.stop();
    await sandbox?.stop();
    rmSync(folder, { recursive: true });
  });

  it('adds, moves and removes VMs within seconds', async () => {
    sandbox.objects.create(vm('web-02'));
    const took: Record<string, number> = {};
    took.added = await until(
      () => find('web-02.shop.east'),
      'the new VM is an entity',
      LIMIT_MS,
    );
    const entity = (await find('web-02.shop.east'))!;
    expect(entity.relations!.map(r => [r.type, r.targetRef]).sort()).toEqual([
      ['ownedBy', 'group:default/team-a'],
      ['ownedBy', 'group:default/team-b'],
    ]);
    expect(
      entity.metadata.annotations!['backstage.io/managed-by-origin-location'],
    ).toBe('kubevirt:east/shop/web-02');
    expect(entity.metadata.links).toEqual([
      {
        url: 'https://portal.example.com/catalog/default/resource/web-02.shop.east/snapshots',
        title: 'Snapshots',
      },
      { url: 'https://console.example.com/shop/web-02', title: 'Console' },
    ]);

    sandbox.objects.patch(at('web-02'), {
      metadata: { annotations: { 'kubevirt-snapshots/owner': 'team-c' } },
    });
    took.moved = await until(
      async () => {
        const { relations } = (await find('web-02.shop.east'))!;
        return (
          relations?.length === 1 &&
          relations[0].targetRef === 'group:default/team-c'
        );
      },
      'the VM is with its new owner',
      LIMIT_MS,
    );

    sandbox.objects.remove(at('web-02'));
    took.removed = await until(
      async () => !(await find('web-02.shop.east')),
      'the VM is gone from the catalog',
      LIMIT_MS,
    );
    for (const ms of Object.values(took)) {
      expect(ms).toBeLessThan(LIMIT_MS);
    }
  });

  it('lets a VM pass from one provider to another and back', async () => {
    const provider = async () =>
      (await find('web-01.shop.east'))?.metadata.annotations![
        'kubevirt-snapshots/provider'
      ];
    expect(await provider()).toBe('shop');
    for (const [tier, id] of [
      ['gold', 'gold'],
      [null, 'shop'],
      ['gold', 'gold'],
      [null, 'shop'],
    ]) {
      sandbox.objects.patch(at('web-01'), { metadata: { labels: { tier } } });
      await until(async () => (await provider()) === id, `${id}`, LIMIT_MS);
      // The other one has let go of it by now, and it is still there.
      await pause(500);
      expect(await provider()).toBe(id);
    }
  });

  it('keeps all entities while the cluster is away', async () => {
    const before = await names();
    sandbox.faults.setAnswering(false);
    sandbox.faults.closeWatches({ abrupt: true });
    await pause(1_500);
    expect(await names()).toEqual(before);
    const since = Date.now();
    sandbox.faults.setAnswering(true);
    sandbox.faults.add({
      match: { path: '/virtualmachines(\\?|$)' },
      action: { type: 'respond', status: 403 },
    });
    sandbox.faults.compact();
    sandbox.faults.closeWatches({ abrupt: true });
    const isRefused = ({ status }: { status: number }) => status === 403;
    await until(
      () =>
        sandbox.requests
          .list({ since, pathPattern: '/virtualmachines(\\?|$)' })
          .some(isRefused),
      'a list is refused',
      30_000,
    );
    await pause(500);
    expect(await names()).toEqual(before);
    sandbox.objects.create(vm('web-03'));
    sandbox.faults.clear();
    await until(() => find('web-03.shop.east'), 'what waited', 60_000);
    expect(await names()).toEqual([...before, 'web-03.shop.east']);
  });
});
