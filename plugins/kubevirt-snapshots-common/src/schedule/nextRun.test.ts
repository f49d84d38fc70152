// SPDX-License-Identifier: Apache-2.0
import { nextRuns } from './nextRun';
import type { ScheduleRule } from './types';

const cron = (expression: string): ScheduleRule => ({
  kind: 'cron',
  expression,
});

function locals(rule: ScheduleRule, zone: string, from: string, count: number) {
  return nextRuns(rule, zone, Date.parse(from), count).map(run =>
    [run.local, ...run.notes].join(' '),
  );
}

describe('a fixed-time rule', () => {
  it('runs once, right after a gap that its time falls into', () => {
    expect(
      locals(cron('30 2 * * *'), 'America/New_York', '2026-03-07T12:00Z', 2),
    ).toEqual(['2026-03-08T03:00 after-gap', '2026-03-09T02:30']);
    expect(
      locals(cron('15 2 * * *'), 'Australia/Lord_Howe', '2026-10-02T12:00Z', 3),
    ).toEqual([
      '2026-10-03T02:15',
      '2026-10-04T02:30 after-gap',
      '2026-10-05T02:15',
    ]);
  });

  it('runs once for all times of a gap, also when the end of it matches', () => {
    expect(
      locals(
        cron('0,30 2,3 * * *'),
        'America/New_York',
        '2026-03-07T12:00Z',
        3,
      ),
    ).toEqual([
      '2026-03-08T03:00 after-gap',
      '2026-03-08T03:30',
      '2026-03-09T02:00',
    ]);
  });

  it('says which day a run after midnight belongs to', () => {
    const [, run] = nextRuns(
      { kind: 'daily', hour: 23, minute: 30 },
      'America/Nuuk',
      Date.parse('2026-03-27T04:30Z'),
      2,
    );
    expect(run).toEqual({
      at: Date.parse('2026-03-29T01:00Z'),
      local: '2026-03-29T00:00',
      intended: '2026-03-28T23:30',
      offsetMinutes: -60,
      notes: ['after-gap'],
    });
  });

  it('runs the first time only when the clock falls back', () => {
    expect(
      locals(cron('12,40 1 * * *'), 'America/New_York', '2026-10-31T12:00Z', 3),
    ).toEqual([
      '2026-11-01T01:12 first-of-repeated',
      '2026-11-01T01:40 first-of-repeated',
      '2026-11-02T01:12',
    ]);
  });

  it('leaves out a day that the zone left out', () => {
    expect(
      locals(
        { kind: 'daily', hour: 9, minute: 0 },
        'Pacific/Apia',
        '2011-12-28T04:30Z',
        3,
      ),
    ).toEqual(['2011-12-28T09:00', '2011-12-29T09:00', '2011-12-31T09:00']);
  });
});

describe('a rule that follows the clock', () => {
  it('runs in both passes of a repeated hour', () => {
    expect(
      locals(cron('0 * * * *'), 'America/New_York', '2026-11-01T04:30Z', 3),
    ).toEqual([
      '2026-11-01T01:00 repeated-first-pass',
      '2026-11-01T01:00 second-pass',
      '2026-11-01T02:00',
    ]);
  });
});

describe('a monthly rule', () => {
  it('stands in with the last day of a shorter month', () => {
    expect(
      locals(
        { kind: 'monthly', on: { kind: 'day', day: 31 }, hour: 9, minute: 0 },
        'UTC',
        '2026-01-01T04:30Z',
        3,
      ),
    ).toEqual([
      '2026-01-31T09:00',
      '2026-02-28T09:00 last-day-of-month',
      '2026-03-31T09:00',
    ]);
  });
});
