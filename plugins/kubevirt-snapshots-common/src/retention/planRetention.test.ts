// SPDX-License-Identifier: Apache-2.0
import { randomNumbers } from '../__testUtils__/randomRules';
import {
  randomHistory,
  violationsOf,
} from '../__testUtils__/retentionHistories';
import { planRetention } from './planRetention';
import {
  checkRetention,
  formatRetention,
  removesSnapshots,
} from './retentionRule';
import type { RetentionOptions, RetentionSnapshot } from './types';

const DAY = 86_400_000;
const now = Date.parse('2026-11-25T12:00:00Z');

function snapshot(
  id: string,
  createdAt: string | undefined,
  more: Partial<RetentionSnapshot> = {},
): RetentionSnapshot {
  return {
    id,
    createdAt: createdAt === undefined ? undefined : Date.parse(createdAt),
    state: 'ready',
    complete: true,
    ...more,
  };
}

function planned(
  snapshots: RetentionSnapshot[],
  rule: RetentionOptions['rule'],
  more: Partial<RetentionOptions> = {},
) {
  const plan = planRetention({
    rule,
    timeZone: 'UTC',
    now,
    newestRunSucceeded: true,
    snapshots,
    ...more,
  });
  return {
    ...plan,
    keep: Object.fromEntries(
      plan.keep.map(({ id, reasons }) => [
        id,
        reasons
          .map(reason =>
            'number' in reason
              ? [reason.rule, reason.number, reason.bucket].join(' ').trim()
              : reason.rule,
          )
          .join(', '),
      ]),
    ),
    remove: plan.remove.map(({ id }) => id),
  };
}

const days = (count: number, hour = 3) =>
  Array.from({ length: count }, (_, i) =>
    snapshot(
      `d${i}`,
      new Date(
        Date.parse('2026-11-25T00:00:00Z') - i * DAY + hour * 3_600_000,
      ).toISOString(),
    ),
  );

describe('planRetention', () => {
  it('lets each part of the rule reach further back than the one before', () => {
    const { keep, remove } = planned(days(70), {
      keepLast: 2,
      daily: 2,
      weekly: 2,
      monthly: 1,
    });
    expect(keep).toEqual({
      d0: 'keepLast 1, newest-complete',
      d1: 'keepLast 2',
      d2: 'daily 1 2026-11-23',
      d3: 'daily 2 2026-11-22',
      d10: 'weekly 1 2026-W46',
      d17: 'weekly 2 2026-W45',
      d25: 'monthly 1 2026-10',
    });
    expect(remove).toHaveLength(63);
  });

  it('spends nothing on days without a snapshot', () => {
    const some = days(30).filter((_, i) => i % 10 === 0);
    expect(planned(some, { daily: 3 }).remove).toEqual([]);
  });

  it('keeps what is young, and the last ones whatever their age', () => {
    const { keep, remove } = planned(days(10).slice(3), {
      keepLast: 2,
      maxAgeDays: 6,
    });
    expect(keep).toEqual({
      d3: 'keepLast 1, newest-complete',
      d4: 'keepLast 2',
      d5: 'maxAgeDays 1',
    });
    expect(remove).toEqual(['d6', 'd7', 'd8', 'd9']);
    expect(planned(days(20).slice(10), { maxAgeDays: 5 }).keep).toEqual({
      d10: 'newest-complete',
    });
  });

  it('keeps no day, week or month that is older than the greatest age', () => {
    const { keep } = planned(days(70).slice(1), {
      keepLast: 1,
      daily: 2,
      monthly: 3,
      maxAgeDays: 40,
    });
    expect(keep).toEqual({
      d1: 'keepLast 1, newest-complete',
      d2: 'daily 1 2026-11-23',
      d3: 'daily 2 2026-11-22',
      d25: 'monthly 1 2026-10',
    });
  });

  it('goes by the days of the schedule’s zone', () => {
    const two = [
      snapshot('late', '2026-11-24T23:30:00Z'),
      snapshot('early', '2026-11-24T22:30:00Z'),
    ];
    expect(planned(two, { daily: 2 }).remove).toEqual(['early']);
    expect(
      planned(two, { daily: 2 }, { timeZone: 'Europe/Berlin' }).keep,
    ).toEqual({
      late: 'daily 1 2026-11-25, newest-complete',
      early: 'daily 2 2026-11-24',
    });
  });

  it('goes by ISO weeks across the end of a year', () => {
    const { keep } = planned(
      [
        snapshot('friday', '2027-01-01T03:00:00Z'),
        snapshot('monday', '2026-12-28T03:00:00Z'),
        snapshot('sunday', '2026-12-27T03:00:00Z'),
      ],
      { weekly: 5 },
      { now: Date.parse('2027-01-02T00:00:00Z') },
    );
    expect(keep).toEqual({
      friday: 'weekly 1 2026-W53, newest-complete',
      sunday: 'weekly 2 2026-W52',
    });
  });

  it('lets failed, pending and partial ones push out nothing', () => {
    const { keep, remove } = planned(
      [
        snapshot('pending', '2026-11-25T10:00:00Z', { state: 'pending' }),
        snapshot('failed', '2026-11-25T09:00:00Z', { state: 'failed' }),
        snapshot('partial', '2026-11-25T08:00:00Z', { complete: false }),
        snapshot('good', '2026-11-25T07:00:00Z'),
        snapshot('old-failed', '2026-11-25T06:00:00Z', { state: 'failed' }),
        snapshot('old-partial', '2026-11-25T05:00:00Z', { complete: false }),
        snapshot('old', '2026-11-25T04:00:00Z'),
      ],
      { keepLast: 1 },
    );
    expect(keep).toEqual({
      pending: 'pending',
      failed: 'newer-than-complete',
      partial: 'keepLast 1, newest-partial',
      good: 'keepLast 1, newest-complete',
    });
    expect(remove).toEqual(['old-failed', 'old-partial', 'old']);
  });

  it('keeps the newest partial one while there is none with all disks', () => {
    const { keep } = planned(
      [
        snapshot('p1', '2026-01-02T00:00:00Z', { complete: false }),
        snapshot('p2', '2026-01-01T00:00:00Z', { complete: false }),
      ],
      { maxAgeDays: 1 },
    );
    expect(keep).toEqual({ p1: 'newest-partial' });
  });

  it('removes no partial one for an older complete one that turns up', () => {
    const { keep, remove } = planned(
      [
        snapshot('partial', '2026-01-02T00:00:00Z', { complete: false }),
        snapshot('older', '2026-01-01T00:00:00Z'),
      ],
      { maxAgeDays: 1 },
    );
    expect(remove).toEqual([]);
    expect(keep).toEqual({
      partial: 'newest-partial',
      older: 'newest-complete',
    });
  });

  it('counts no protected one, and keeps what is in use', () => {
    const [a, b, c, d] = days(4);
    const { keep, remove } = planned(
      [{ ...a, protected: true }, b, { ...c, inUse: true }, d],
      { keepLast: 1 },
    );
    expect(keep).toEqual({
      d0: 'protected, newest-complete',
      d1: 'keepLast 1',
      d2: 'in-use',
    });
    expect(remove).toEqual(['d3']);
  });

  it('removes nothing while the newest run has not succeeded', () => {
    const plan = planned(
      days(3),
      { keepLast: 1 },
      { newestRunSucceeded: false },
    );
    expect(plan.remove).toEqual([]);
    expect(plan.blocked).toBe('newest-run-not-succeeded');
    expect(plan.waiting.map(({ id }) => id)).toEqual(['d1', 'd2']);
    expect(plan.keep).toMatchObject({ d1: 'blocked', d2: 'blocked' });
  });

  it('keeps everything without a rule', () => {
    expect(planned(days(3), {}).keep).toEqual({
      d0: 'empty-rule',
      d1: 'empty-rule',
      d2: 'empty-rule',
    });
  });

  it('names the rule for what goes', () => {
    expect(
      planRetention({
        rule: { keepLast: 1, weekly: 2 },
        timeZone: 'UTC',
        now,
        newestRunSucceeded: true,
        snapshots: days(2),
      }).remove,
    ).toEqual([{ id: 'd1', cause: 'not-kept', rule: 'keepLast=1 weekly=2' }]);
  });

  it('knows no zone of that name', () => {
    expect(() =>
      planned([], { keepLast: 1 }, { timeZone: 'Mars/Base' }),
    ).toThrow(RangeError);
  });

  it('keeps its promises for random histories', () => {
    const random = randomNumbers(20261125);
    let removed = 0;
    for (let i = 0; i < 4000; i += 1) {
      const history = randomHistory(random);
      removed += planRetention(history).remove.length;
      expect([i, history.rule, violationsOf(history, random)]).toEqual([
        i,
        history.rule,
        [],
      ]);
    }
    // The histories are such that a lot goes.
    expect(removed).toBeGreaterThan(10_000);
  });
});

describe('a rule', () => {
  it.each([
    [{}, true],
    [{ keepLast: 1, maxAgeDays: 3660, yearly: 30 }, true],
    [{ keepLast: 0 }, false],
    [{ keepLast: 1.5 }, false],
    [{ keepLast: '3' }, false],
    [{ daily: 1001 }, false],
    [{ hourly: 3 }, false],
    [{ weekly: NaN }, false],
    [null, false],
    [[], false],
    ['keepLast=3', false],
  ])('%j: %s', (rule, ok) => {
    expect(checkRetention(rule).ok).toBe(ok);
  });

  it('is put into one line', () => {
    expect(formatRetention({ daily: 7, keepLast: 3 })).toBe(
      'keepLast=3 daily=7',
    );
    expect(removesSnapshots({})).toBe(false);
    expect(removesSnapshots({ yearly: 1 })).toBe(true);
  });
});
