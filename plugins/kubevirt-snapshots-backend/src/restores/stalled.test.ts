// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import { DefaultClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import {
  fleetName,
  FLEET_NAMESPACE,
  fleetSeed,
  startSandbox,
  type Sandbox,
} from 'kubevirt-sandbox';
import {
  acceptOptions,
  setUp,
  restoreWanted,
} from '../__testUtils__/databases';
import { until } from '../__testUtils__/until';
import { OperationWorker } from '../operations/OperationWorker';

jest.setTimeout(120_000);

const ROOT = resolve(__dirname, '../../../..');
/** Beyond the lease and the time that a late request could still arrive. */
const LATER_MS = 200_000;

/** The writes of a restore, by the call and what is in its path. */
const WRITES = [
  ['stop', 'setPower', /\/stop$/],
  ['safety snapshot', 'createSnapshot', /\/virtualmachinesnapshots$/],
  ['restore', 'createRestore', /\/virtualmachinerestores$/],
  ['start', 'setPower', /\/start$/],
] as const;

describe('a replica that is stalled on its way to the cluster', () => {
  let sandbox: Sandbox;
  let folder: string;
  let offset = 0;
  let next = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-stalled-'));
    sandbox = await startSandbox({
      name: 'stalled',
      speed: 100,
      seed: fleetSeed({ snapshots: WRITES.map(() => 1) }),
    });
    await sandbox.applyManifests(
      readFileSync(join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml'), 'utf8'),
    );
    writeFileSync(
      join(folder, 'token'),
      sandbox.serviceAccountToken(
        'backstage-kubevirt-snapshots',
        'kubevirt-snapshots',
      ),
    );
  });
  afterEach(() => {
    offset = 0;
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (apiVersion: string, kind: string, name: string) =>
    sandbox.objects.get({ apiVersion, kind, namespace: FLEET_NAMESPACE, name });
  const runs = (name: string) =>
    get('kubevirt.io/v1', 'VirtualMachineInstance', name)?.status?.phase ===
    'Running';

  async function openCluster() {
    const service = DefaultClusterService.create({
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: 'stalled',
              url: sandbox.url,
              serviceAccountTokenFile: join(folder, 'token'),
            },
          ],
        },
      }),
      logger: mockServices.logger.mock(),
    });
    await service.start();
    await until(
      () => service.hasSynced('stalled'),
      synced => synced,
    );
    return service;
  }

  it.each(WRITES)(
    'does not send its %s when it wakes up',
    async (what, call, path) => {
      const name = fleetName(next);
      next += 1;
      sandbox.power(FLEET_NAMESPACE, name, 'start');
      await until(
        () => runs(name),
        running => running,
      );
      const base = await setUp('SQLITE_3', () => offset);
      const startWorker = (cluster: DefaultClusterService, owner: string) => {
        const worker = new OperationWorker({
          ...base,
          cluster,
          logger: mockServices.logger.mock(),
          owner,
        });
        worker.start();
        return worker;
      };
      const clusters = [await openCluster(), await openCluster()];

      // It has made sure of its lease and is about to send.
      let arrived = () => {};
      const stalls = new Promise<void>(done => {
        arrived = done;
      });
      let wake = () => {};
      const awake = new Promise<void>(done => {
        wake = done;
      });
      const outcome: PromiseSettledResult<unknown>[] = [];
      const slow = clusters[0] as unknown as Record<
        string,
        (...args: unknown[]) => Promise<unknown>
      >;
      const original = slow[call].bind(slow);
      slow[call] = async (...args: unknown[]) => {
        if (call === 'setPower' && args[2] !== what) {
          return original(...args);
        }
        arrived();
        await awake;
        outcome.push(...(await Promise.allSettled([original(...args)])));
        throw new Error('The rest of it is of no interest');
      };

      const id = randomUUID();
      const since = Date.now();
      await base.store.accept(
        acceptOptions('restore', `${name}-s0`, {
          id,
          vm: { cluster: 'stalled', namespace: FLEET_NAMESPACE, name },
          vmUid: get('kubevirt.io/v1', 'VirtualMachine', name)!.metadata.uid,
          snapshotUid: get(
            'snapshot.kubevirt.io/v1beta1',
            'VirtualMachineSnapshot',
            `${name}-s0`,
          )!.metadata.uid,
          target: restoreNameOf(id),
          request: { restore: restoreWanted },
        }),
      );
      const workers = [startWorker(clusters[0], 'stalled')];
      await stalls;
      offset = LATER_MS;
      workers.push(startWorker(clusters[1], 'successor'));
      await until(
        () => base.store.get(id),
        operation => operation?.state === 'succeeded',
      );
      await until(
        () => runs(name),
        running => running,
      );

      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + LATER_MS);
      wake();
      await until(
        () => outcome.length,
        length => length > 0,
      );
      expect(outcome).toMatchObject([
        { reason: { code: 'too-late', ambiguous: false } },
      ]);
      await Promise.all(workers.map(worker => worker.stop()));
      await Promise.all(clusters.map(cluster => cluster.stop()));
      // Not even one that the cluster would have refused.
      expect(
        sandbox.requests
          .list({ since, pathPattern: path })
          .filter(({ method }) => method !== 'GET')
          .map(({ status }) => status),
      ).toEqual([path.source.includes('virtualmachine') ? 201 : 202]);
      expect(runs(name)).toBe(true);
      expect(await base.trail.rowsOf(id)).toMatchObject([
        { kind: 'intent' },
        { kind: 'settled', outcome: 'success' },
      ]);
    },
  );
});
