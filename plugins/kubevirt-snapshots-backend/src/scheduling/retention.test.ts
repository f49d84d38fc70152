// SPDX-License-Identifier: Apache-2.0
import { databases } from '../__testUtils__/databases';
import { FakeCluster } from '../__testUtils__/FakeCluster';
import {
  AUTHOR,
  DAY,
  HOUR,
  MINUTE,
  person,
  scheduleBed,
  settle,
  START,
} from '../__testUtils__/scheduleBed';

jest.setTimeout(120_000);

const FIRST = START + 30 * MINUTE;

describe.each(databases.eachSupportedId())('retention on %s', id => {
  let bed: Awaited<ReturnType<typeof scheduleBed>>;

  beforeEach(async () => {
    bed = await scheduleBed(id);
  });
  afterEach(() => bed.close());

  /** Lets the schedules run at the next full hours. */
  async function run(hours: number, from = FIRST) {
    for (let i = 0; i < hours; i += 1) {
      await bed.setTime(from + i * HOUR);
      await bed.work();
      // The rule is looked at again while something is being removed.
      await bed.setTime(from + i * HOUR + MINUTE);
      await bed.work();
    }
  }

  const names = () =>
    bed.cluster
      .snapshots(FakeCluster.ref)
      .map(({ name }) => name)
      .sort();

  const due = (scheduleId: string, hour: number) =>
    `sched-${scheduleId}-20300116t${hour}0000z`;

  const deletions = async () =>
    (
      await bed
        .knex('audit_events')
        .where({ action: 'snapshot.delete', kind: 'intent' })
        .orderBy('seq')
    ).map(row => JSON.parse(row.body));

  it('removes what the rule does not keep, as the plan said, and names the rule in the trail', async () => {
    const hourly = await bed.schedule({
      name: 'nightly',
      retention: { keepLast: 2 },
    });
    await run(2);
    await bed.setTime(FIRST + 2 * HOUR);
    const before = await bed.planner.plan(hourly, { now: bed.time() });
    expect(before.plan.remove).toEqual([]);
    await run(1, FIRST + 2 * HOUR);
    expect(names()).toEqual([due(hourly.id, 13), due(hourly.id, 14)]);
    const [row, ...others] = await deletions();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      actor: AUTHOR,
      origin: 'schedule',
      snapshot: { name: due(hourly.id, 12) },
      options: {
        schedule: 'nightly',
        scheduleId: hourly.id,
        rule: 'keepLast=2',
        cause: 'not-kept',
      },
    });
    expect(await bed.planner.candidates(hourly)).toHaveLength(2);
    // Again, it removes nothing more.
    await bed.knex('schedules').update({ retain_at: bed.time() });
    await bed.work();
    expect(names()).toHaveLength(2);
  });

  it('deletes exactly what the plan shows', async () => {
    const hourly = await bed.schedule({ retention: {} });
    await run(6);
    await bed.schedules.change(hourly.id, {
      operationId: '7d4f5b0e-6c7f-4b0b-8f0d-0c3a1a3d9d01',
      intent: { action: 'schedule.update', actor: AUTHOR, origin: 'portal' },
      change: ({ settings }) => ({
        settings: JSON.stringify({ ...settings, retention: { keepLast: 3 } }),
        retain_at: bed.time(),
      }),
    });
    const changed = (await bed.schedules.get(hourly.id))!;
    const { plan } = await bed.planner.plan(changed, { now: bed.time() });
    expect(plan.remove).toHaveLength(3);
    await bed.work();
    expect(
      (await deletions()).map(({ snapshot }) => snapshot.uid).sort(),
    ).toEqual(plan.remove.map(removed => removed.id).sort());
    expect(
      bed.cluster
        .snapshots(FakeCluster.ref)
        .map(({ uid }) => uid)
        .sort(),
    ).toEqual(plan.keep.map(kept => kept.id).sort());
  });

  it('touches no snapshot that is not in its own runs, whatever its labels and name say', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    bed.cluster.addSnapshot(due(hourly.id, 10), {
      labels: {
        'kubevirt-snapshots/origin': 'schedule',
        'kubevirt-snapshots/schedule': hourly.id,
        'kubevirt-snapshots/due': '20300116T100000Z',
      },
    });
    bed.cluster.addSnapshot('by-hand');
    await run(3);
    expect(names()).toEqual(
      ['by-hand', due(hourly.id, 10), due(hourly.id, 14)].sort(),
    );
  });

  it('leaves one alone that somebody has put in the place of its own', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    await run(1);
    const name = due(hourly.id, 12);
    bed.cluster.removeSnapshot(name);
    const other = bed.cluster.addSnapshot(name);
    expect(await bed.planner.candidates(hourly)).toEqual([]);
    await run(2, FIRST + HOUR);
    expect(bed.cluster.snapshot({ ...FakeCluster.ref, name })?.uid).toBe(
      other.uid,
    );
  });

  it('leaves one alone that captured another VM', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    await bed.setTime(FIRST);
    bed.storage = 'hangs';
    await bed.work();
    settle(bed.cluster, due(hourly.id, 12), 'works', FIRST);
    bed.cluster.changeSnapshot(due(hourly.id, 12), {
      capturedVmUid: 'somebody-else',
    });
    bed.storage = 'works';
    await bed.work();
    await run(3, FIRST + HOUR);
    expect(names()).toEqual([due(hourly.id, 12), due(hourly.id, 15)]);
  });

  it('leaves alone what is protected or in use', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    await run(1);
    const record = bed.cluster.snapshot({
      ...FakeCluster.ref,
      name: due(hourly.id, 12),
    })!;
    await bed.protections.start();
    await bed.protections.protect(
      {
        vm: FakeCluster.ref,
        snapshotName: record.name,
        snapshotUid: record.uid,
      },
      {
        operationId: '7d4f5b0e-6c7f-4b0b-8f0d-0c3a1a3d9d02',
        actor: AUTHOR,
        reason: 'audit',
        intent: { action: 'snapshot.protect', actor: AUTHOR, origin: 'portal' },
      },
    );
    await run(1, FIRST + HOUR);
    bed.cluster.useRecords = [
      {
        kind: 'restore',
        cluster: 'east',
        namespace: 'shop',
        name: 'restore-1',
        uid: 'u',
        snapshotName: due(hourly.id, 13),
        targetVm: 'another',
        state: 'running',
        createdAt: '2030-01-16T00:00:00Z',
      },
    ];
    await run(2, FIRST + 2 * HOUR);
    expect(names()).toEqual([
      due(hourly.id, 12),
      due(hourly.id, 13),
      due(hourly.id, 15),
    ]);
    bed.protections.stop();
  });

  it('asks the cluster itself who uses it before it is deleted', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    bed.cluster.blockers = ['Volume claim disk-1 is to be filled from it'];
    await run(2);
    expect(names()).toHaveLength(2);
    expect(await deletions()).toHaveLength(1);
    bed.cluster.blockers = [];
    await run(2, FIRST + 2 * HOUR);
    expect(names()).toEqual([due(hourly.id, 15)]);
  });

  it('waits with a rule that has become stricter until a run succeeds again', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 5 } });
    await run(3);
    bed.storage = 'fails';
    await run(1, FIRST + 3 * HOUR);
    await bed.knex('schedules').update({
      settings: JSON.stringify({
        ...hourly.settings,
        retention: { keepLast: 1 },
      }),
      retain_at: bed.time(),
    });
    await bed.work();
    expect(await deletions()).toEqual([]);
    bed.storage = 'works';
    await run(1, FIRST + 4 * HOUR);
    expect(names()).toEqual([due(hourly.id, 16)]);
  });

  it('removes nothing while the newest run has not succeeded, and keeps the last good one for ever', async () => {
    const hourly = await bed.schedule({
      retention: { keepLast: 1, maxAgeDays: 1 },
      suspendAfterFailures: 100,
    });
    await run(1);
    bed.storage = 'fails';
    await run(3, FIRST + HOUR);
    await bed.setTime(FIRST + 30 * DAY);
    await bed.work();
    expect(names()).toContain(due(hourly.id, 12));
    expect(await deletions()).toEqual([]);
    bed.storage = 'works';
    const later = FIRST + 30 * DAY + HOUR;
    await run(1, later);
    expect(names()).toEqual([`sched-${hourly.id}-20300215t130000z`]);
  });

  it('keeps the complete one where only partial ones come after it', async () => {
    const hourly = await bed.schedule({ retention: { keepLast: 1 } });
    await run(1);
    for (let i = 1; i < 4; i += 1) {
      bed.storage = 'hangs';
      await bed.setTime(FIRST + i * HOUR);
      await bed.work();
      const name = due(hourly.id, 12 + i);
      settle(bed.cluster, name, 'works', bed.time());
      bed.cluster.changeSnapshot(name, {
        facts: {
          phase: 'Succeeded',
          readyToUse: true,
          includedVolumes: ['root'],
          indications: ['PartialSnapshot'],
        },
      });
      await bed.work();
      await bed.setTime(FIRST + i * HOUR + MINUTE);
      await bed.work();
    }
    expect(names()).toEqual([due(hourly.id, 12), due(hourly.id, 15)]);
  });

  it('does not delete the last good one when somebody deleted the others meanwhile', async () => {
    const hourly = await bed.schedule({ retention: {} });
    await run(2);
    const first = bed.cluster.snapshot({
      ...FakeCluster.ref,
      name: due(hourly.id, 12),
    })!;
    // The plan counts on the newer one, which goes before the act.
    bed.cluster.before = call => {
      if (call === 'getBlockers') {
        bed.cluster.removeSnapshot(due(hourly.id, 13));
      }
    };
    await bed.knex('schedules').update({
      settings: JSON.stringify({
        ...hourly.settings,
        retention: { keepLast: 1 },
      }),
      retain_at: bed.time(),
    });
    await bed.work();
    expect(bed.cluster.snapshot(first)?.uid).toBe(first.uid);
    const [operation] = await bed.knex('operations').where({ type: 'delete' });
    expect(operation).toMatchObject({
      state: 'failed',
      error_code: 'last-good',
    });
  });

  it('prunes nothing for an author without rights, goes on for 14 days, and then stops', async () => {
    const hourly = await bed.schedule({
      rule: { kind: 'daily', hour: 12, minute: 0 },
      retention: { keepLast: 1 },
      catchUpMinutes: 12 * 60,
    });
    await bed.work();
    bed.catalog.add(person(AUTHOR, ['group:default/team-b']));
    for (let day = 0; day < 16; day += 1) {
      await bed.setTime(FIRST + 2 * HOUR + day * DAY);
      await bed.work();
      await bed.work();
    }
    const runs = (await bed.runsOf(hourly)).filter(
      ({ state }) => state === 'succeeded',
    );
    // The day it was noticed, and thirteen more: then it is noon of the last.
    expect([14, 15]).toContain(runs.length);
    expect(await deletions()).toEqual([]);
    expect(await bed.schedules.get(hourly.id)).toMatchObject({
      state: 'suspended',
      reason: { code: 'author-lost-rights' },
    });
    expect(bed.sent.map(({ payload }) => payload.title)).toEqual([
      expect.stringContaining('adopt'),
      expect.stringContaining('is suspended'),
    ]);
  });

  it('counts an author as gone after a day only, and not while the catalog is not well', async () => {
    const hourly = await bed.schedule({
      rule: { kind: 'daily', hour: 11, minute: 0 },
    });
    const gone = async () =>
      (await bed.schedules.get(hourly.id))!.authorProblem;
    await bed.work();
    bed.catalog.away = true;
    await bed.setTime(FIRST + 2 * HOUR);
    await bed.work();
    expect(await gone()).toBeUndefined();
    bed.catalog.away = false;
    // A catalog without any people is one that is being filled.
    bed.catalog.entities.delete('user:default/ada');
    await bed.setTime(FIRST + 4 * HOUR);
    await bed.work();
    expect(await gone()).toBeUndefined();
    bed.catalog.add(person('user:default/bo', []));
    await bed.setTime(FIRST + 6 * HOUR);
    await bed.work();
    expect(await gone()).toMatchObject({ code: 'author-gone' });
    expect(bed.sent).toEqual([]);
    await bed.setTime(FIRST + 31 * HOUR);
    await bed.work();
    await bed.work();
    expect(bed.sent).toHaveLength(1);
    bed.catalog.add(person(AUTHOR, ['group:default/team-a']));
    await bed.setTime(FIRST + 33 * HOUR);
    await bed.work();
    expect(await gone()).toBeUndefined();
  });
});
