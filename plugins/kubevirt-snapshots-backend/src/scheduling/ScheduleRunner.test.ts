// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import { acceptOptions, databases } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  DAY,
  HOUR,
  MINUTE,
  scheduleBed,
  settle,
  START,
} from '../__testUtils__/scheduleBed';
import { vmEntity } from '../__testUtils__/startPlugin';
import { until } from '../__testUtils__/until';
import { planDue } from './dues';
import { dueLabel, snapshotNameOf } from './types';

jest.setTimeout(120_000);

/** The first full hour. */
const FIRST = START + 30 * MINUTE;

const creations = (cluster: FakeCluster) =>
  cluster.calls.filter(call => call === 'createSnapshot').length;

describe.each(databases.eachSupportedId())('schedules on %s', id => {
  let bed: Awaited<ReturnType<typeof scheduleBed>>;

  async function begin(options?: Parameters<typeof scheduleBed>[1]) {
    bed = await scheduleBed(id, options);
    return bed;
  }

  afterEach(() => bed.close());

  it('takes one snapshot when it is due, under its name, and tells the trail whose', async () => {
    const { setTime, work, cluster, schedule, runsOf, knex } = await begin();
    const nightly = await schedule({
      name: 'nightly',
      snapshots: { labels: { team: 'a' }, description: 'by the clock' },
    });
    await work();
    expect(creations(cluster)).toBe(0);
    await setTime(FIRST);
    await work();
    const runs = await runsOf(nightly);
    expect(runs).toMatchObject([{ state: 'succeeded', dueAt: FIRST }]);
    const [record] = cluster.snapshots(FakeCluster.ref);
    expect(record.name).toBe(`sched-${nightly.id}-20300116t120000z`);
    expect(record.labels).toMatchObject({
      team: 'a',
      'kubevirt-snapshots/origin': 'schedule',
      'kubevirt-snapshots/schedule': nightly.id,
      'kubevirt-snapshots/due': '20300116T120000Z',
    });
    expect(runs[0].snapshotUid).toBe(record.uid);
    const bodies = (await knex('audit_events').orderBy('seq')).map(row =>
      JSON.parse(row.body),
    );
    expect(bodies.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'intent schedule.create',
      'settled schedule.create',
      'intent snapshot.take',
      'settled snapshot.take',
    ]);
    expect(bodies[2]).toMatchObject({
      actor: 'user:default/ada',
      origin: 'schedule',
      options: { schedule: 'nightly', scheduleId: nightly.id },
      vm: { uid: 'vm-uid', owners: ['group:default/team-a'] },
    });
    // The rhythm goes on.
    expect((await bed.schedules.get(nightly.id))!.nextDueAt).toBe(FIRST + HOUR);
  });

  it('makes one run of each due time, however many replicas race for it', async () => {
    const { replica, setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule();
    const others = await Promise.all([replica(), replica()]);
    for (let i = 0; i < 10; i += 1) {
      await setTime(FIRST + i * HOUR + 1_000);
      await Promise.all([
        bed.runner.tick(),
        ...others.map(({ runner }) => runner.tick()),
        bed.runner.tick(),
      ]);
      await work();
    }
    const runs = await runsOf(hourly);
    expect(runs.map(({ dueAt }) => dueAt)).toEqual(
      Array.from({ length: 10 }, (_, i) => FIRST + i * HOUR),
    );
    expect(new Set(runs.map(({ state }) => state))).toEqual(
      new Set(['succeeded']),
    );
    expect(creations(cluster)).toBe(10);
    others.forEach(other => other.stop());
  });

  it('lets a replica that slept between looking and claiming do nothing', async () => {
    const { replica, setTime, work, schedule, runsOf, cluster, time } =
      await begin();
    const hourly = await schedule();
    const sleeper = await replica();
    await setTime(FIRST);
    const [seen] = await sleeper.runs.work.due('east', time(), 10);
    await work();
    expect(await runsOf(hourly)).toHaveLength(1);
    // It wakes up with what it saw then.
    const plan = await planDue(seen.settings, seen.nextDueAt!, time());
    expect(
      await sleeper.runs.claim(
        seen,
        { ...plan, run: { ...plan.run!, dueAt: FIRST + 1 } },
        {
          operation: acceptOptions('take', 'late'),
          limit: 10,
        },
      ),
    ).toBe('lost');
    await work();
    expect(await runsOf(hourly)).toHaveLength(1);
    expect(creations(cluster)).toBe(1);
    sleeper.stop();
  });

  it('does not run again what has run when the clock is put back', async () => {
    const { setTime, work, schedule, runsOf, cluster, knex } = await begin();
    const hourly = await schedule();
    await setTime(FIRST);
    await work();
    await setTime(FIRST - HOUR);
    await work();
    await setTime(FIRST + 5 * MINUTE);
    await work();
    expect(await runsOf(hourly)).toHaveLength(1);
    // Nor when it was edited meanwhile, so that it is due at the same time again.
    await knex('schedules').update({ next_due_at: FIRST });
    await work();
    expect(await runsOf(hourly)).toHaveLength(1);
    expect(creations(cluster)).toBe(1);
    expect(await knex('operations')).toHaveLength(1);
    expect((await bed.schedules.get(hourly.id))!.nextDueAt).toBe(FIRST + HOUR);
  });

  it.each([
    ['1 minute', MINUTE, 1, 0],
    ['3 hours', 3 * HOUR, 1, 2],
    ['9 days', 9 * DAY, 1, 9 * 24 - 1],
  ])(
    'after %s away makes up for the latest, and writes down the rest once',
    async (_, away, made, missed) => {
      const { setTime, work, schedule, runsOf, cluster } = await begin();
      const hourly = await schedule();
      await setTime(FIRST + away - (away > HOUR ? HOUR - 5 * MINUTE : 0));
      await work();
      const runs = await runsOf(hourly);
      expect(runs.filter(({ state }) => state === 'succeeded')).toHaveLength(
        made,
      );
      expect(creations(cluster)).toBe(made);
      const gaps = runs.filter(({ state }) => state === 'missed');
      const gap = {
        dueAt: FIRST,
        missedCount: missed,
        missedLast: FIRST + (missed - 1) * HOUR,
      };
      expect(gaps).toMatchObject(missed > 0 ? [gap] : []);
    },
  );

  it('makes up for nothing after the catch-up deadline', async () => {
    const { setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule({ catchUpMinutes: 10 });
    await setTime(FIRST + 11 * MINUTE);
    await work();
    expect(await runsOf(hourly)).toMatchObject([
      { state: 'missed', dueAt: FIRST, missedCount: 1 },
    ]);
    expect(creations(cluster)).toBe(0);
  });

  it('waits for a busy VM, and takes the snapshot when it is free', async () => {
    const { setTime, work, schedule, runsOf, cluster, operations, time } =
      await begin();
    const hourly = await schedule();
    bed.storage = 'hangs';
    await operations.accept(acceptOptions('take', 'by-hand'));
    await work();
    await setTime(FIRST);
    await bed.runner.tick();
    await bed.runner.tick();
    expect(await runsOf(hourly)).toMatchObject([
      {
        state: 'blocked',
        code: 'vm-busy',
        reason: expect.stringContaining('by-hand'),
        deadlineAt: FIRST + 30 * MINUTE,
      },
    ]);
    bed.storage = 'works';
    settle(cluster, 'by-hand', 'works', time());
    await work();
    await setTime(FIRST + MINUTE);
    await work();
    expect(await runsOf(hourly)).toMatchObject([
      { state: 'succeeded', dueAt: FIRST },
    ]);
  });

  it('skips a run that waited too long, names the holder, and does not count it', async () => {
    const { setTime, work, schedule, runsOf, cluster, sent } = await begin();
    const hourly = await schedule({ suspendAfterFailures: 1 });
    cluster.addVm({ uid: 'vm-uid', restoreInProgress: 'restore-7' });
    await setTime(FIRST);
    await work();
    await setTime(FIRST + 29 * MINUTE);
    await work();
    expect(await runsOf(hourly)).toMatchObject([{ state: 'blocked' }]);
    await setTime(FIRST + 31 * MINUTE);
    await work();
    expect(await runsOf(hourly)).toMatchObject([
      { state: 'skipped', reason: expect.stringContaining('restore-7') },
    ]);
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'active',
      failures: 0,
    });
    expect(sent).toHaveLength(1);
    // Skipped again: they know. Then it works again, and they are told that.
    await setTime(FIRST + HOUR);
    await work();
    await setTime(FIRST + HOUR + 31 * MINUTE);
    await work();
    expect(sent).toHaveLength(1);
    cluster.addVm({ uid: 'vm-uid' });
    await setTime(FIRST + 2 * HOUR);
    await work();
    await work();
    expect(sent.map(({ payload }) => payload.title)).toEqual([
      expect.stringContaining('skipped'),
      expect.stringContaining('again'),
    ]);
    expect(sent[0]).toMatchObject({
      recipients: {
        type: 'entity',
        entityRef: ['group:default/team-a', 'user:default/ada'],
      },
      payload: {
        link: '/catalog/default/resource/web-01/snapshots',
        scope: `kubevirt-snapshots:schedule:${hourly.id}`,
      },
    });
  });

  it('skips at once where the rule says so', async () => {
    const { setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule({ overlap: 'skip' });
    cluster.addVm({ uid: 'vm-uid', restoreInProgress: 'restore-7' });
    await setTime(FIRST);
    await work();
    expect(await runsOf(hourly)).toMatchObject([
      { state: 'skipped', code: 'vm-busy' },
    ]);
  });

  it('is suspended by failures of the VM in a row, and says so once', async () => {
    const { setTime, work, schedule, runsOf, knex, sent } = await begin();
    const hourly = await schedule();
    bed.storage = 'fails';
    for (let i = 0; i < 5; i += 1) {
      await setTime(FIRST + i * HOUR);
      await work();
    }
    expect((await runsOf(hourly)).map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'failed',
    ]);
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'suspended',
      reason: { code: 'failures' },
      nextDueAt: undefined,
    });
    expect(sent.map(({ payload }) => payload.title)).toEqual([
      expect.stringContaining('could not take'),
      expect.stringContaining('is suspended'),
    ]);
    const rows = await knex('audit_events').where({
      action: 'schedule.suspend',
    });
    expect(rows).toHaveLength(1);
    expect(JSON.parse(rows[0].body)).toMatchObject({
      origin: 'schedule',
      options: { scheduleId: hourly.id, code: 'failures' },
    });
  });

  it('counts anew after a success', async () => {
    const { setTime, work, schedule } = await begin();
    const hourly = await schedule();
    for (const [i, how] of (
      ['fails', 'fails', 'works', 'fails', 'fails'] as const
    ).entries()) {
      bed.storage = how;
      await setTime(FIRST + i * HOUR);
      await work();
    }
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'active',
      failures: 2,
    });
  });

  it.each(['forbidden', 'unauthorized', 'feature-gate'] as const)(
    'waits where the cluster says %s, and counts no failure',
    async code => {
      const { setTime, work, schedule, runsOf, cluster } = await begin();
      const hourly = await schedule({ suspendAfterFailures: 1 });
      cluster.before = call => {
        if (call === 'createSnapshot') {
          throw new ClusterError(code, 'no', { httpStatus: 403 });
        }
      };
      await setTime(FIRST);
      await work();
      expect(await runsOf(hourly)).toMatchObject([
        { state: 'blocked', code, tries: 1 },
      ]);
      cluster.before = () => {};
      await setTime(FIRST + MINUTE);
      await work();
      expect(await runsOf(hourly)).toMatchObject([
        { state: 'succeeded', dueAt: FIRST },
      ]);
      expect((await bed.schedules.get(hourly.id))!.failures).toBe(0);
    },
  );

  it('waits for a quota, and does not call it a failure', async () => {
    const { setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule({ suspendAfterFailures: 1 });
    cluster.before = call => {
      if (call === 'createSnapshot') {
        throw new ClusterError('refused', 'exceeded quota: snapshots', {
          httpStatus: 403,
        });
      }
    };
    await setTime(FIRST);
    await work();
    expect(await runsOf(hourly)).toMatchObject([
      { state: 'blocked', code: 'quota' },
    ]);
  });

  it("takes another's object of the same name for a collision, never for its own", async () => {
    const { setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule();
    const forged = cluster.addSnapshot(
      snapshotNameOf({
        scheduleId: hourly.id,
        dueAt: FIRST,
        byHand: false,
      }),
      {
        labels: {
          'kubevirt-snapshots/schedule': hourly.id,
          'kubevirt-snapshots/due': dueLabel(FIRST),
        },
      },
    );
    await setTime(FIRST);
    await work();
    const [run] = await runsOf(hourly);
    expect(run).toMatchObject({ state: 'failed', code: 'collision' });
    expect(run.snapshotUid).toBeUndefined();
    expect(cluster.snapshot(forged)?.uid).toBe(forged.uid);
  });

  it.each([
    ['is gone', 'vm-gone', (c: FakeCluster) => c.removeVm(FakeCluster.ref)],
    [
      'is another one',
      'vm-changed',
      (c: FakeCluster) => c.addVm({ uid: 'other-uid' }),
    ],
    [
      'is not confirmed any more',
      'not-bound',
      (c: FakeCluster) => c.addVm({ uid: 'vm-uid', annotations: {} }),
    ],
  ])('is suspended when the VM %s', async (_, code, change) => {
    const { setTime, work, schedule, runsOf, cluster } = await begin();
    const hourly = await schedule();
    change(cluster);
    await setTime(FIRST);
    await work();
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'suspended',
      reason: { code },
    });
    expect(await runsOf(hourly)).toEqual([]);
    expect(creations(cluster)).toBe(0);
  });

  it('waits while the catalog is away, and for an entity that it has lost', async () => {
    const { setTime, work, schedule, runsOf, catalog } = await begin();
    const daily = await schedule({
      rule: { kind: 'daily', hour: 12, minute: 0 },
    });
    catalog.away = true;
    await setTime(FIRST);
    await work();
    expect(await runsOf(daily)).toMatchObject([
      { state: 'blocked', code: 'catalog-away' },
    ]);
    catalog.away = false;
    const entity = catalog.entities.get('resource:default/web-01')!;
    catalog.entities.delete('resource:default/web-01');
    await setTime(FIRST + MINUTE);
    await work();
    expect(await runsOf(daily)).toMatchObject([
      { state: 'blocked', code: 'entity-gone' },
    ]);
    await setTime(FIRST + DAY);
    await work();
    expect((await bed.schedules.get(daily.id))!.state).toBe('active');
    await setTime(FIRST + DAY + 2 * MINUTE);
    await work();
    expect(await bed.schedules.get(daily.id)).toMatchObject({
      state: 'suspended',
      reason: { code: 'not-bound' },
    });
    catalog.add(entity);
  });

  /** Schedules of VMs of their own, all due at the same times. */
  async function scheduleVms(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const ref = { ...FakeCluster.ref, name: `vm-${i}` };
      const entityRef = `resource:default/vm-${i}`;
      bed.cluster.addVm({
        ref,
        uid: `uid-${i}`,
        annotations: {
          'kubevirt-snapshots/owner': 'group:default/team-a',
          'kubevirt-snapshots/entity-ref': entityRef,
        },
      });
      bed.catalog.add(vmEntity(`vm-${i}`, `east/shop/vm-${i}`));
      await bed.schedule({}, { vm: ref, vmUid: `uid-${i}`, entityRef });
    }
  }

  it('never takes more at once in a cluster than it may', async () => {
    const { setTime, knex } = await begin({ atOnce: 2 });
    await scheduleVms(5);
    bed.storage = 'hangs';
    await setTime(FIRST);
    const other = await bed.replica();
    await Promise.all([bed.runner.tick(), other.runner.tick()]);
    await bed.runner.tick();
    const open = await knex('operations').whereNull('finished_at');
    expect(open).toHaveLength(2);
    // What waits shows that it does.
    await setTime(FIRST + 2 * MINUTE);
    await bed.runner.tick();
    expect(
      await knex('schedule_runs').where({ state: 'blocked' }),
    ).toMatchObject(Array(3).fill({ code: 'cluster-limit' }));
    other.stop();
  });

  it('shows few at a time of the many that wait for a turn', async () => {
    const { setTime, knex, runner } = await begin({ atOnce: 1 });
    await scheduleVms(25);
    bed.storage = 'hangs';
    await setTime(FIRST + 2 * MINUTE);
    const waiting = async () =>
      (await knex('schedule_runs').where({ state: 'blocked' })).length;
    const counts = [];
    for (let i = 0; i < 4; i += 1) {
      await runner.tick();
      counts.push(await waiting());
    }
    expect(counts).toEqual([10, 20, 24, 24]);
  });

  it('leaves what ended on another replica to that one for a moment', async () => {
    const { setTime, schedule, knex, runs, work } = await begin();
    await schedule();
    await setTime(FIRST);
    bed.storage = 'hangs';
    await work();
    const [{ id: taken }] = await knex('operations');
    const finishedAt = FIRST + MINUTE;
    await knex('operations').update({
      finished_at: finishedAt,
      state: 'succeeded',
    });
    const seen = async (here: string[], before: number) =>
      (await runs.work.ended(50, { here, before })).map(
        ({ operation }) => operation.id,
      );
    expect(await seen([], finishedAt - 1)).toEqual([]);
    expect(await seen([], finishedAt)).toEqual([taken]);
    expect(await seen([taken], finishedAt - 1)).toEqual([taken]);
  });

  it('uses a turn that has become free at once, whatever else there is to do', async () => {
    const { setTime, knex, runs, runner } = await begin({ atOnce: 1 });
    await scheduleVms(3);
    await setTime(FIRST);
    runner.start();
    const begun = async () => (await knex('operations')).length;
    await until(begun, count => count === 1);
    // A tick that takes its time, as with hundreds of runs that have ended.
    let held = () => {};
    const ended = jest
      .spyOn(runs.work, 'ended')
      .mockReturnValue(new Promise(resolve => (held = () => resolve([]))));
    await until(() => ended.mock.calls.length, Boolean);
    await bed.finish();
    await until(begun, count => count === 2);
    expect(await knex('operations').whereNull('finished_at')).toHaveLength(1);
    held();
    ended.mockRestore();
    await runner.stop();
  });

  it('goes on by itself when a pause is over', async () => {
    const { setTime, work, schedule, runsOf, schedules, cluster } =
      await begin();
    const hourly = await schedule();
    await schedules.change(hourly.id, {
      operationId: '7d4f5b0e-6c7f-4b0b-8f0d-0c3a1a3d9d01',
      intent: {
        action: 'schedule.pause',
        actor: 'user:default/ada',
        origin: 'portal',
      },
      change: (_, now) => ({
        state: 'paused',
        state_code: 'by-person',
        state_message: 'upgrade',
        state_since: now,
        resume_at: FIRST + 150 * MINUTE,
        next_due_at: null,
      }),
    });
    await setTime(FIRST + HOUR);
    await work();
    expect(creations(cluster)).toBe(0);
    await setTime(FIRST + 150 * MINUTE);
    await work();
    expect(await schedules.get(hourly.id)).toMatchObject({
      state: 'active',
      nextDueAt: FIRST + 3 * HOUR,
    });
    // Nothing was missed while it was paused.
    expect(await runsOf(hourly)).toEqual([]);
  });

  it('ends at its end', async () => {
    const { setTime, work, schedule, runsOf } = await begin();
    const hourly = await schedule({
      endAt: new Date(FIRST + HOUR).toISOString(),
    });
    await setTime(FIRST);
    await work();
    await setTime(FIRST + HOUR);
    await work();
    expect(await runsOf(hourly)).toHaveLength(1);
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'ended',
      nextDueAt: undefined,
    });
  });
});
