// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/no-conditional-expect -- what holds depends on the act */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import knexFactory, { type Knex } from 'knex';
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
  KILL_POINTS,
  runPortal,
  type PortalToKill,
} from '../__testUtils__/portalToKill';
import { acceptOptions } from '../__testUtils__/databases';
import { applyMigrations } from '../database/openDatabase';
import { PublicKeys } from './signing/keys';
import { verifyDatabase } from './verify/verifyDatabase';

jest.setTimeout(120_000);

const ROOT = resolve(__dirname, '../../../..');
const SNAPSHOT = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
  namespace: FLEET_NAMESPACE,
};
/** Beyond the lease and the time that a late request could still arrive. */
const LATER_MS = 200_000;

const TYPES = ['take', 'stop', 'delete'] as const;
const CASES = TYPES.flatMap((type, t) =>
  KILL_POINTS.map((killAt, p) => ({
    type,
    killAt,
    vm: fleetName(t * KILL_POINTS.length + p),
  })),
);

describe('a portal that is killed', () => {
  let sandbox: Sandbox;
  let folder: string;
  let tokenFile: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubevirt-snapshots-killed-'));
    sandbox = await startSandbox({
      name: 'killed',
      speed: 100,
      seed: fleetSeed({
        snapshots: CASES.map(({ type }) => (type === 'delete' ? 1 : 0)),
      }),
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

  const snapshot = (name: string) => sandbox.objects.get({ ...SNAPSHOT, name });

  /** The snapshot that the act is about, as it is before. */
  async function prepare(type: (typeof TYPES)[number], vm: string) {
    if (type === 'take') {
      return { name: `${vm}-new`, uid: undefined };
    }
    if (type === 'delete') {
      const name = `${vm}-s0`;
      return { name, uid: snapshot(name)!.metadata.uid };
    }
    // One that never gets done by itself.
    sandbox.faults.addVolumeFault({
      namespace: FLEET_NAMESPACE,
      claim: new RegExp(`^${vm}-`),
      mode: 'hang',
    });
    const name = `${vm}-running`;
    const made = sandbox.objects.create({
      ...SNAPSHOT,
      metadata: { name, namespace: FLEET_NAMESPACE },
      spec: {
        source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: vm },
      },
    });
    while (snapshot(name)?.status?.phase !== 'InProgress') {
      await new Promise(done => setTimeout(done, 20));
    }
    return { name, uid: made.metadata.uid };
  }

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

  async function checkTrail(knex: Knex, id: string, accepted: boolean) {
    const rows = (await knex('audit_events').orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );
    expect(rows.map(row => [row.kind, row.operationId])).toEqual(
      accepted
        ? [
            ['intent', id],
            ['settled', id],
          ]
        : [],
    );
    const { problem } = await verifyDatabase({
      knex,
      keys: PublicKeys.fromPem([]),
    });
    expect(problem).toBeUndefined();
    expect(await knex('locks')).toEqual([]);
    return rows[1];
  }

  it.each(CASES)(
    '$type, $killAt: leaves no intent open and claims nothing that the cluster does not show',
    async ({ type, killAt, vm }) => {
      const target = await prepare(type, vm);
      const database = join(folder, `${vm}.sqlite`);
      const knex = knexFactory({
        client: 'better-sqlite3',
        connection: { filename: database },
        useNullAsDefault: true,
      });
      try {
        await applyMigrations(knex);
        const id = randomUUID();
        const ref = { cluster: 'killed', namespace: FLEET_NAMESPACE, name: vm };
        const accept = acceptOptions(type, target.name, {
          id,
          vm: ref,
          vmUid: sandbox.objects.get({
            apiVersion: 'kubevirt.io/v1',
            kind: 'VirtualMachine',
            namespace: FLEET_NAMESPACE,
            name: vm,
          })!.metadata.uid,
          snapshotUid: target.uid,
        });
        const portal = {
          database,
          cluster: 'killed',
          url: sandbox.url,
          tokenFile,
        };
        expect(await runChild({ ...portal, accept, killAt })).toBe('SIGKILL');
        // Another one starts when the lease of the dead one is over.
        await runPortal({ ...portal, offsetMs: LATER_MS });

        const accepted = killAt !== KILL_POINTS[0];
        const settled = await checkTrail(knex, id, accepted);
        const now = snapshot(target.name);
        if (!accepted) {
          // Never accepted: as if it had never been asked for.
          expect(now?.metadata.uid).toBe(target.uid);
          return;
        }
        expect(settled.outcome).toBe('success');
        if (type === 'take') {
          expect(now).toMatchObject({
            metadata: {
              uid: settled.snapshot.uid,
              labels: { [LABEL_OPERATION]: id },
            },
            status: { phase: 'Succeeded' },
          });
          const all = sandbox.objects.list(SNAPSHOT);
          expect(
            all.filter(one => one.metadata.labels?.[LABEL_OPERATION] === id),
          ).toHaveLength(1);
        } else {
          expect(now).toBeUndefined();
        }
      } finally {
        await knex.destroy();
      }
    },
  );

  it.each(
    (['protect', 'unprotect'] as const).flatMap(act =>
      [KILL_POINTS[0], KILL_POINTS[6], 'finished' as const].map(
        killAt => [act, killAt] as const,
      ),
    ),
  )('%s, %s: it is done and on record, or neither', async (act, killAt) => {
    const database = join(folder, `${act}-${randomUUID()}.sqlite`);
    const knex = knexFactory({
      client: 'better-sqlite3',
      connection: { filename: database },
      useNullAsDefault: true,
    });
    try {
      await applyMigrations(knex);
      const portal = {
        database,
        cluster: 'killed',
        url: sandbox.url,
        tokenFile,
      };
      const target = {
        vm: { cluster: 'killed', namespace: FLEET_NAMESPACE, name: 'vm' },
        snapshotName: 's1',
        snapshotUid: 'uid-1',
      };
      const { intent } = acceptOptions('delete', 's1');
      const act1 = {
        operationId: randomUUID(),
        actor: intent.actor,
        reason: 'for the audit',
        intent: { ...intent, action: 'snapshot.protect' },
      };
      if (act === 'unprotect') {
        await runPortal({ ...portal, protect: [target, act1] });
      }
      const before = await knex('audit_events').orderBy('seq');
      const id = randomUUID();
      const options =
        act === 'protect'
          ? { protect: [target, { ...act1, operationId: id }] as const }
          : {
              unprotect: [
                target,
                {
                  operationId: id,
                  intent: { ...intent, action: 'snapshot.unprotect' },
                },
              ] as const,
            };
      expect(
        await runChild({ ...portal, ...options, killAt } as PortalToKill),
      ).toBe('SIGKILL');

      const done = killAt === 'finished';
      const rows = (await knex('audit_events').orderBy('seq')).slice(
        before.length,
      );
      expect(rows.map(row => [row.kind, row.operation_id])).toEqual(
        done
          ? [
              ['intent', id],
              ['settled', id],
            ]
          : [],
      );
      const inForce = await knex('protections').where({ released: false });
      expect(inForce).toHaveLength((act === 'protect') === done ? 1 : 0);
      const { problem } = await verifyDatabase({
        knex,
        keys: PublicKeys.fromPem([]),
      });
      expect(problem).toBeUndefined();
    } finally {
      await knex.destroy();
    }
  });
});
