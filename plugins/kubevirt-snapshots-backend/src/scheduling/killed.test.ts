// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LABEL_SCHEDULE } from 'backstage-plugin-kubevirt-snapshots-common';
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
import {
  runSchedules,
  SCHEDULE_KILL_POINTS,
  type SchedulesToKill,
} from '../__testUtils__/schedulesToKill';
import { applyMigrations } from '../database/openDatabase';
import { snapshotNameOf } from './types';

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, '../../../..');

/** Beyond the lease and the time that a late request could still arrive. */
const LATER_MS = 200_000;

describe('a replica that is killed while it carries out a schedule', () => {
  let sandbox: Sandbox;
  let folder: string;
  let tokenFile: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-killed-'));
    sandbox = await startSandbox({
      name: 'killed',
      speed: 100,
      seed: fleetSeed({ snapshots: SCHEDULE_KILL_POINTS.map(() => 0) }),
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

  function runChild(options: SchedulesToKill): Promise<string | number | null> {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        resolve(__dirname, '../__testUtils__/schedulesToKill.ts'),
        'schedules-to-kill',
        JSON.stringify(options),
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return new Promise(done =>
      child.on('exit', (code, signal) => done(signal ?? code)),
    );
  }

  it.each(SCHEDULE_KILL_POINTS.map((killAt, i) => ({ killAt, i })))(
    '$killAt: one run, one snapshot, one intent with its outcome',
    async ({ killAt, i }) => {
      const vm = fleetName(i);
      const database = join(folder, `${vm}.sqlite`);
      const knex = knexFactory({
        client: 'better-sqlite3',
        connection: { filename: database },
        useNullAsDefault: true,
      });
      try {
        await applyMigrations(knex);
        const id = `killed22222${String.fromCharCode(97 + i)}`;
        const dueAt = Math.floor(Date.now() / 1000) * 1000;
        await knex('schedules').insert({
          id,
          cluster: 'killed',
          namespace: FLEET_NAMESPACE,
          vm_name: vm,
          vm_uid: sandbox.objects.get({
            apiVersion: 'kubevirt.io/v1',
            kind: 'VirtualMachine',
            namespace: FLEET_NAMESPACE,
            name: vm,
          })!.metadata.uid,
          owners: '[]',
          entity_ref: `resource:default/${vm}`,
          name: 'nightly',
          settings: JSON.stringify({
            name: 'nightly',
            rule: { kind: 'daily', hour: 3, minute: 0 },
            timeZone: 'UTC',
            retention: {},
            catchUpMinutes: 60,
          }),
          settings_revision: 1,
          state: 'active',
          next_due_at: dueAt,
          effective_from: 0,
          created_by: 'user:default/ada',
          created_at: 0,
          author: 'user:default/ada',
          author_basis: 'unknown',
          failures: 0,
          revision: 0,
        });
        const replica = {
          database,
          cluster: 'killed',
          url: sandbox.url,
          tokenFile,
        };
        expect(await runChild({ ...replica, offsetMs: 0, killAt })).toBe(
          'SIGKILL',
        );
        // Another one starts when the lease of the dead one is over.
        await runSchedules({ ...replica, offsetMs: LATER_MS });

        const made = sandbox.objects
          .list({
            apiVersion: 'snapshot.kubevirt.io/v1beta1',
            kind: 'VirtualMachineSnapshot',
            namespace: FLEET_NAMESPACE,
          })
          .filter(({ metadata }) => metadata.labels?.[LABEL_SCHEDULE] === id);
        expect(made.map(({ metadata }) => metadata.name)).toEqual([
          snapshotNameOf({ scheduleId: id, dueAt, byHand: false }),
        ]);
        expect(await knex('schedule_runs')).toMatchObject([
          {
            due_at: dueAt,
            state: 'succeeded',
            snapshot_uid: made[0].metadata.uid,
          },
        ]);
        const kinds = await knex('audit_events').orderBy('seq').pluck('kind');
        expect(kinds).toEqual(['intent', 'settled']);
        expect(await knex('locks')).toEqual([]);
      } finally {
        await knex.destroy();
      }
    },
  );
});
