// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  ODD_ZONE_YEARS,
  randomExpression,
  randomNumbers,
  ZONE_YEARS,
} from '../__testUtils__/randomRules';
import { slowMatcher, slowRuns } from '../__testUtils__/slowOracle';
import { civilDay, dayNumber, daysInMonth } from './calendar';
import { checkRule, nextRun, nextRuns } from './nextRun';
import type { ScheduleRule } from './types';
import replay from './__fixtures__/yearReplay.json';

const DAY = 86_400_000;

const KINDS: Record<string, ScheduleRule> = {
  hourly: { kind: 'hourly', minute: 20 },
  daily: { kind: 'daily', hour: 2, minute: 30 },
  midnight: { kind: 'daily', hour: 0, minute: 0 },
  weekly: { kind: 'weekly', days: [0, 5, 6], hour: 0, minute: 15 },
  monthly: {
    kind: 'monthly',
    on: { kind: 'last-day' },
    hour: 23,
    minute: 30,
  },
  cron: { kind: 'cron', expression: '*/20 1-3 * * SUN,FRI' },
};

/** Another reading of the presets, for a clock face in minutes. */
const MATCHERS: Record<string, ReturnType<typeof slowMatcher>> = {
  hourly: slowMatcher('20 * * * *'),
  daily: slowMatcher('30 2 * * *'),
  midnight: slowMatcher('0 0 * * *'),
  weekly: slowMatcher('15 0 * * 0,5,6'),
  monthly: {
    follows: false,
    matches: wall =>
      wall % 1440 === 23 * 60 + 30 &&
      new Date((wall + 30) * 60_000).getUTCDate() === 1,
  },
  cron: slowMatcher('*/20 1-3 * * SUN,FRI'),
};

function yearOf(rule: ScheduleRule, zone: string, year: number): number[] {
  const until = Date.UTC(year + 1, 0, 1);
  const runs: number[] = [];
  let at = nextRun(rule, zone, Date.UTC(year, 0, 1) - 1);
  while (at !== undefined && at < until) {
    runs.push(at);
    at = nextRun(rule, zone, at);
  }
  return runs;
}

describe.each(ZONE_YEARS)('a year in %s, %d', (zone, year) => {
  it.each(Object.keys(KINDS))('%s: every run is the checked one', kind => {
    const runs = yearOf(KINDS[kind], zone, year);
    const slow = slowRuns({
      timeZone: zone,
      rule: MATCHERS[kind],
      after: Date.UTC(year, 0, 1) - 1,
      until: Date.UTC(year + 1, 0, 1) - 1,
    });
    expect(runs).toEqual(slow);
    for (let i = 1; i < runs.length; i += 1) {
      expect(runs[i]).toBeGreaterThan(runs[i - 1]);
    }
    const odd = nextRuns(
      KINDS[kind],
      zone,
      Date.UTC(year, 0, 1) - 1,
      runs.length,
    ).filter(run => run.notes.length > 0);
    const record = {
      count: runs.length,
      digest: createHash('sha256')
        .update(runs.map(at => new Date(at).toISOString()).join('\n'))
        .digest('hex')
        .slice(0, 16),
      odd: odd.map(run => `${run.intended} → ${run.local} ${run.notes}`),
    };
    expect({ [kind]: record }).toEqual({
      [kind]: (replay as Record<string, Record<string, unknown>>)[
        `${zone} ${year}`
      ][kind],
    });
  });

  it('has one daily run for each local day that exists', () => {
    const days = new Set<number>();
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    for (
      let at = Date.UTC(year, 0, 3);
      at < Date.UTC(year, 11, 29);
      at += DAY / 48
    ) {
      days.add(Date.parse(clock.format(at)) / DAY);
    }
    for (const hour of [0, 1, 2, 3, 23]) {
      for (const minute of [0, 30]) {
        const rule: ScheduleRule = { kind: 'daily', hour, minute };
        const belongs = nextRuns(rule, zone, Date.UTC(year, 0, 1), 364).map(
          run => Date.parse(run.intended.slice(0, 10)) / DAY,
        );
        expect(new Set(belongs).size).toBe(belongs.length);
        const inYear = belongs.filter(day => days.has(day));
        expect(inYear).toEqual([...days].sort((a, b) => a - b));
      }
    }
  });
});

describe('random rules', () => {
  it('agree with a walk over every minute', () => {
    const random = randomNumbers(20261125);
    const limit = 12 * DAY;
    let compared = 0;
    for (let i = 0; i < 3000; i += 1) {
      const [zone, year] = random.pick(ODD_ZONE_YEARS);
      const expression = randomExpression(random);
      const after =
        Date.UTC(year, 0, 3) + Math.floor(random.next() * 340 * DAY);
      const rule: ScheduleRule = { kind: 'cron', expression };
      const [slow] = slowRuns({
        timeZone: zone,
        rule: slowMatcher(expression),
        after,
        until: after + limit,
        atMost: 1,
      });
      const at = nextRun(rule, zone, after);
      const near = at !== undefined && at <= after + limit ? at : undefined;
      expect([expression, zone, after, near]).toEqual([
        expression,
        zone,
        after,
        slow,
      ]);
      compared += slow === undefined ? 0 : 1;
    }
    expect(compared).toBeGreaterThan(1500);
  });

  it('agree with it around every change of the clock', () => {
    const random = randomNumbers(7);
    for (const [zone, year] of ODD_ZONE_YEARS) {
      for (const change of changesOf(zone, year)) {
        for (let i = 0; i < 25; i += 1) {
          const expression = randomExpression(random);
          const after = change - DAY + Math.floor(random.next() * 1.5 * DAY);
          const runs = slowRuns({
            timeZone: zone,
            rule: slowMatcher(expression),
            after,
            until: change + 1.5 * DAY,
          });
          const rule: ScheduleRule = { kind: 'cron', expression };
          const ours = nextRuns(rule, zone, after, runs.length + 1)
            .map(run => run.at)
            .filter(at => at <= change + 1.5 * DAY);
          expect([expression, zone, after, ours]).toEqual([
            expression,
            zone,
            after,
            runs,
          ]);
        }
      }
    }
  });

  it('give the same runs from any instant in between', () => {
    const random = randomNumbers(99);
    for (let i = 0; i < 400; i += 1) {
      const [zone, year] = random.pick(ODD_ZONE_YEARS);
      const rule: ScheduleRule = {
        kind: 'cron',
        expression: randomExpression(random),
      };
      const after = Date.UTC(year, 0, 3) + random.below(300) * DAY;
      const runs = nextRuns(rule, zone, after, 12).map(run => run.at);
      for (const [k, at] of runs.entries()) {
        const since = runs[k - 1] ?? after;
        const between = since + Math.floor(random.next() * (at - since));
        expect(nextRun(rule, zone, between)).toBe(at);
        expect(nextRun(rule, zone, since)).toBe(at);
      }
    }
  });

  it('are taken exactly when they ever match', () => {
    const random = randomNumbers(5);
    for (let i = 0; i < 500; i += 1) {
      const rule: ScheduleRule = {
        kind: 'cron',
        expression: randomExpression(random),
      };
      const at = nextRun(rule, 'Europe/Berlin', Date.UTC(2026, 0, 1));
      expect(checkRule(rule, 'Europe/Berlin').ok).toBe(at !== undefined);
    }
  });
});

describe('the calendar', () => {
  it('is the one of Date', () => {
    const wrong: number[] = [];
    for (let day = -30_000; day < 60_000; day += 1) {
      const date = new Date(day * DAY);
      const { year, month, date: inMonth, weekday } = civilDay(day);
      const same =
        year === date.getUTCFullYear() &&
        month === date.getUTCMonth() + 1 &&
        inMonth === date.getUTCDate() &&
        weekday === date.getUTCDay() &&
        dayNumber(year, month, inMonth) === day &&
        daysInMonth(year, month) ===
          new Date(Date.UTC(year, month, 0)).getUTCDate();
      if (!same) {
        wrong.push(day);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Minutes at which the zone's clock jumps in that year. */
function changesOf(zone: string, year: number): number[] {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const offset = (at: number) =>
    Date.parse(`${clock.format(at).replace(' ', 'T')}Z`) - at;
  const found: number[] = [];
  for (
    let at = Date.UTC(year, 0, 3);
    at < Date.UTC(year, 11, 29);
    at += 3_600_000
  ) {
    if (offset(at) !== offset(at + 3_600_000)) {
      found.push(at + 3_600_000);
    }
  }
  return found;
}
