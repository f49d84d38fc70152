// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import knexFactory from 'knex';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import {
  fleetName,
  FLEET_NAMESPACE,
  fleetSeed,
  startSandbox,
  type Sandbox,
} from 'kubevirt-sandbox';
import { acceptOptions } from '../__testUtils__/databases';
import {
  RESTORE_KILL_POINTS,
  runPortal,
  type PortalToKill,
} from '../__testUtils__/portalToKill';
import { until } from '../__testUtils__/restoreBed';
import { PublicKeys } from '../audit/signing/keys';
import { verifyDatabase } from '../audit/verify/verifyDatabase';
import { applyMigrations } from '../database/openDatabase';

jest.setTimeout(600_000);

const ROOT = resolve(__dirname, '../../../..');
/** Beyond the lease and the time that a late request could still arrive. */
const LATER_MS = 200_000;
/** Processes at once. */
const AT_ONCE = 4;

describe('a portal that is killed while it restores', () => {
  let sandbox: Sandbox;
  let folder: string;
  let tokenFile: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-killed-'));
    sandbox = await startSandbox({
      name: 'killed',
      speed: 100,
      seed: fleetSeed({ snapshots: RESTORE_KILL_POINTS.map(() => 1) }),
    });
    await sandbox.applyManifests(
      readFileSync(join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml'), 'utf8'),
    );
    tokenFile = join(folder, 'token');
    writeFileSync(
      tokenFile,
      sandbox.serviceAccountToken(
        'backstage-kubevirt-snapshots',
        'kubevirt-snapshots',
      ),
    );
  });
  afterAll(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (apiVersion: string, kind: string, name: string) =>
    sandbox.objects.get({ apiVersion, kind, namespace: FLEET_NAMESPACE, name });
  const vmOf = (name: string) => get('kubevirt.io/v1', 'VirtualMachine', name)!;
  const runs = (name: string) =>
    get('kubevirt.io/v1', 'VirtualMachineInstance', name)?.status?.phase ===
    'Running';

  function runChild(options: PortalToKill): Promise<string | number | null> {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        resolve(__dirname, '../__testUtils__/portalToKill.ts'),
        'portal-to-kill',
        JSON.stringify(options),
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return new Promise(done =>
      child.on('exit', (code, signal) => done(signal ?? code)),
    );
  }

  /** Kills one at the point, lets another one finish, and tells what came of it. */
  async function tryPoint(
    killAt: (typeof RESTORE_KILL_POINTS)[number],
    name: string,
  ) {
    const vm = structuredClone(vmOf(name));
    vm.spec.runStrategy = 'Always';
    sandbox.objects.update(vm);
    await until(
      () => runs(name),
      running => running,
    );
    const snapshot = get(
      'snapshot.kubevirt.io/v1beta1',
      'VirtualMachineSnapshot',
      `${name}-s0`,
    )!;
    const database = join(folder, `${name}.sqlite`);
    const knex = knexFactory({
      client: 'better-sqlite3',
      connection: { filename: database },
      useNullAsDefault: true,
    });
    try {
      await applyMigrations(knex);
      const id = randomUUID();
      const accept = acceptOptions('restore', `${name}-s0`, {
        id,
        vm: { cluster: 'killed', namespace: FLEET_NAMESPACE, name },
        vmUid: vm.metadata.uid,
        snapshotUid: snapshot.metadata.uid,
        target: restoreNameOf(id),
        request: {
          restore: {
            power: 'stop',
            startAfterwards: true,
            safetySnapshot: true,
            volumes: 'new-names',
            ownership: 'None',
            replaces: ['rootdisk', 'data'],
            clears: [],
            wasRunning: true,
            runStrategy: 'Always',
          },
        },
      });
      const portal = {
        database,
        cluster: 'killed',
        url: sandbox.url,
        tokenFile,
      };
      const exit = await runChild({ ...portal, accept, killAt });
      await runPortal({ ...portal, offsetMs: LATER_MS });
      const rows = (await knex('audit_events').orderBy('seq')).map(row =>
        JSON.parse(row.body),
      );
      const { problem } = await verifyDatabase({
        knex,
        keys: PublicKeys.fromPem([]),
      });
      const restore = get(
        'snapshot.kubevirt.io/v1beta1',
        'VirtualMachineRestore',
        restoreNameOf(id),
      );
      const written = (pattern: RegExp) =>
        sandbox.requests
          .list({ pathPattern: pattern })
          .filter(r => r.method !== 'GET' && r.status < 300).length;
      return {
        exit,
        rows: rows.map(row => [row.kind, row.outcome]),
        problem,
        locks: await knex('locks'),
        switched:
          vmOf(name).metadata.annotations?.[
            'restore.kubevirt.io/lastRestoreUID'
          ] === `${restoreNameOf(id)}-${restore?.metadata.uid}`,
        running: await until(
          () => runs(name),
          running => running,
        ),
        runStrategy: vmOf(name).spec.runStrategy,
        stops: written(new RegExp(`/${name}/stop$`)),
        starts: written(new RegExp(`/${name}/start$`)),
        safety: sandbox.objects
          .list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineSnapshot',
            namespace: FLEET_NAMESPACE,
          })
          .filter(
            s => s.metadata.labels?.['kubevirt-snapshots/operation'] === id,
          ).length,
        restores: sandbox.objects
          .list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineRestore',
            namespace: FLEET_NAMESPACE,
          })
          .filter(r => r.spec.target.name === name).length,
      };
    } finally {
      await knex.destroy();
    }
  }

  it('leaves the VM restored and running, does nothing twice and closes the trail, wherever it died', async () => {
    const results: Record<string, unknown> = {};
    const queue = RESTORE_KILL_POINTS.map((point, i) => ({ point, i }));
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (;;) {
          const next = queue.shift();
          if (!next) {
            return;
          }
          results[next.point] = await tryPoint(next.point, fleetName(next.i));
        }
      }),
    );
    const good = {
      exit: 'SIGKILL',
      rows: [
        ['intent', undefined],
        ['settled', 'success'],
      ],
      problem: undefined,
      locks: [],
      switched: true,
      running: true,
      runStrategy: 'Always',
      stops: 1,
      starts: 1,
      safety: 1,
      restores: 1,
    };
    expect(results).toEqual(
      Object.fromEntries(RESTORE_KILL_POINTS.map(point => [point, good])),
    );
    // Counted where it counts: in the API server's own log.
    expect(
      sandbox.requests
        .list({ method: 'POST', pathPattern: /virtualmachinerestores$/ })
        .filter(r => r.status === 201),
    ).toHaveLength(RESTORE_KILL_POINTS.length);
  });
});
