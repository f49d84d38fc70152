// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import {
  demoSeed,
  startSandbox,
  type RequestRecord,
  type Sandbox,
} from 'kubevirt-sandbox';
import { CommittedIntent } from './CommittedIntent';
import { DefaultClusterService } from './DefaultClusterService';

jest.setTimeout(60_000);

const NAMESPACE = 'backstage-kubevirt-snapshots';
const deploy = (name: string) =>
  readFileSync(resolve(__dirname, '../../../../deploy', name), 'utf8');

describe('impersonation', () => {
  let sandbox: Sandbox;
  let service: DefaultClusterService;
  let folder: string;

  async function begin(impersonation: boolean) {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-impersonation-'));
    sandbox = await startSandbox({
      name: 'demo-east',
      speed: 100,
      seed: demoSeed('demo-east', { many: 1 }),
    });
    for (const file of [
      'kubevirt-snapshots-rbac.yaml',
      'kubevirt-snapshots-impersonation-rbac.yaml',
    ]) {
      await sandbox.applyManifests(deploy(file));
    }
    const tokenFile = (account: string) => {
      const file = join(folder, account);
      writeFileSync(file, sandbox.serviceAccountToken(NAMESPACE, account));
      return file;
    };
    service = DefaultClusterService.create({
      logger: mockServices.logger.mock(),
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: 'demo-east',
              url: sandbox.url,
              serviceAccountTokenFile: tokenFile('kubevirt-snapshots'),
              ...(impersonation && {
                impersonation: {
                  serviceAccountTokenFile: tokenFile(
                    'kubevirt-snapshots-impersonator',
                  ),
                },
              }),
            },
          ],
        },
      }),
    });
  }

  afterEach(async () => {
    await service.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  const take = (actor: string) =>
    service.createSnapshot(
      CommittedIntent.fromCommittedRow({
        operationId: 'operation-1',
        sequence: 1,
        actor,
      }),
      {
        ref: { cluster: 'demo-east', namespace: 'shop', name: 'web-02' },
        name: 'impersonated',
        deadlineSeconds: 60,
        labels: {},
        annotations: {},
      },
    );
  const posts = (): RequestRecord[] =>
    sandbox.requests.list({ method: 'POST' });

  it('makes the cluster see the person, with rights of the group only', async () => {
    await begin(true);
    const record = await take('user:default/ada');
    expect(record.name).toBe('impersonated');
    expect(posts().map(({ user, status }) => [user, status])).toEqual([
      ['backstage:user:default/ada', 201],
    ]);
    const { uid, resourceVersion } = (await service.getSnapshot(record))!;
    expect(sandbox.requests.list({ method: 'GET' }).at(-1)!.user).toBe(
      `system:serviceaccount:${NAMESPACE}:kubevirt-snapshots`,
    );
    expect([uid, resourceVersion].every(Boolean)).toBe(true);
  });

  it('refuses a name that could become another header', async () => {
    await begin(true);
    await expect(
      take('user:default/ada\r\nImpersonate-Group: system:masters'),
    ).rejects.toThrow('names nobody');
    expect(posts()).toEqual([]);
  });

  it('is off unless it is configured', async () => {
    await begin(false);
    await take('user:default/ada');
    expect(posts().map(({ user }) => user)).toEqual([
      `system:serviceaccount:${NAMESPACE}:kubevirt-snapshots`,
    ]);
  });
});
