// SPDX-License-Identifier: Apache-2.0
/* eslint-disable jest/expect-expect -- the cases run beside each other and expect for themselves */
import { LABEL_SCHEDULE } from 'backstage-plugin-kubevirt-snapshots-common';
// The other side of HTTP, as in every test of the whole.
// eslint-disable-next-line no-restricted-imports
import { fleetName, FLEET_NAMESPACE, type Sandbox } from 'kubevirt-sandbox';
import { KillBed, LATER_MS, someAtOnce } from '../__testUtils__/KillBed';
import {
  runSchedules,
  SCHEDULE_KILL_POINTS,
  type SchedulesToKill,
} from '../__testUtils__/schedulesToKill';
import { snapshotNameOf } from './types';

jest.setTimeout(180_000);

const CASES = SCHEDULE_KILL_POINTS.map((killAt, i) => ({
  killAt,
  vm: fleetName(i),
  id: `killed22222${String.fromCharCode(97 + i)}`,
}));

describe('a replica that is killed while it carries out a schedule', () => {
  let bed: KillBed<SchedulesToKill>;
  let sandbox: Sandbox;

  beforeAll(async () => {
    bed = await KillBed.start({
      cluster: 'killed',
      child: 'schedulesToKill',
      snapshots: CASES.map(() => 0),
    });
    sandbox = bed.sandbox;
  });
  afterAll(() => bed?.stop());

  async function tryCase({ killAt, vm, id }: (typeof CASES)[number]) {
    await bed.withDatabase(async (replica, knex) => {
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
      expect(await bed.runChild({ ...replica, offsetMs: 0, killAt })).toBe(
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
    });
  }

  it.each(CASES)(
    '$killAt: one run, one snapshot, one intent with its outcome',
    someAtOnce(CASES, tryCase),
  );
});
