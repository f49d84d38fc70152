// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/no-conditional-expect -- what holds depends on the act */
/* eslint-disable jest/expect-expect -- the cases run beside each other and expect for themselves */
import { randomUUID } from 'node:crypto';
import { LABEL_OPERATION } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Knex } from 'knex';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { fleetName, FLEET_NAMESPACE, type Sandbox } from 'kubevirt-sandbox';
import { acceptOptions } from '../__testUtils__/databases';
import { KillBed, LATER_MS, someAtOnce } from '../__testUtils__/KillBed';
import {
  KILL_POINTS,
  runPortal,
  type PortalToKill,
} from '../__testUtils__/portalToKill';
import { PublicKeys } from './signing/keys';
import { verifyDatabase } from './verify/verifyDatabase';

jest.setTimeout(120_000);

const SNAPSHOT = {
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
  namespace: FLEET_NAMESPACE,
};
const TYPES = ['take', 'stop', 'delete'] as const;
const CASES = TYPES.flatMap((type, t) =>
  KILL_POINTS.map((killAt, p) => ({
    type,
    killAt,
    vm: fleetName(t * KILL_POINTS.length + p),
  })),
);

describe('a portal that is killed', () => {
  let bed: KillBed<PortalToKill>;
  let sandbox: Sandbox;

  beforeAll(async () => {
    bed = await KillBed.start({
      cluster: 'killed',
      child: 'portalToKill',
      snapshots: CASES.map(({ type }) => (type === 'delete' ? 1 : 0)),
    });
    sandbox = bed.sandbox;
  });
  afterAll(() => bed?.stop());

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

  /** Kills one at the point, lets another one finish, and looks what came of it. */
  async function tryCase({ type, killAt, vm }: (typeof CASES)[number]) {
    const target = await prepare(type, vm);
    await bed.withDatabase(async (portal, knex) => {
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
      expect(await bed.runChild({ ...portal, accept, killAt })).toBe('SIGKILL');
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
    });
  }

  it.each(CASES)(
    '$type, $killAt: leaves no intent open and claims nothing that the cluster does not show',
    someAtOnce(CASES, tryCase),
  );

  const ACTS = (['protect', 'unprotect'] as const).flatMap(act =>
    [KILL_POINTS[0], KILL_POINTS[6], 'finished' as const].map(killAt => ({
      act,
      killAt,
    })),
  );

  async function tryAct({ act, killAt }: (typeof ACTS)[number]) {
    await bed.withDatabase(async (portal, knex) => {
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
      expect(await bed.runChild({ ...portal, ...options, killAt })).toBe(
        'SIGKILL',
      );

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
    });
  }

  it.each(ACTS)(
    '$act, $killAt: it is done and on record, or neither',
    someAtOnce(ACTS, tryAct),
  );
});
