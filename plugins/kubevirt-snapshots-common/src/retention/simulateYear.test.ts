// SPDX-License-Identifier: Apache-2.0
import { nextRun } from '../schedule/nextRun';
import type { ScheduleRule } from '../schedule/types';
import { randomNumbers } from '../__testUtils__/randomRules';
import { planRetention } from './planRetention';
import { simulateYear } from './simulateYear';
import type { RetentionRule, RetentionSnapshot } from './types';

const from = Date.parse('2026-11-25T12:00:00Z');
const YEAR = 365 * 86_400_000;

describe('simulateYear', () => {
  it('is what happens when the rule is applied after every run', () => {
    const random = randomNumbers(3);
    const rules: ScheduleRule[] = [
      { kind: 'daily', hour: 2, minute: 30 },
      { kind: 'weekly', days: [0, 3], hour: 23, minute: 0 },
      { kind: 'monthly', on: { kind: 'last-day' }, hour: 0, minute: 0 },
      { kind: 'cron', expression: '0 */8 * * *' },
    ];
    const part = (max: number) =>
      random.below(2) === 0 ? 1 + random.below(max) : undefined;
    for (let i = 0; i < 40; i += 1) {
      const rule = random.pick(rules);
      const retention: RetentionRule = {
        keepLast: part(5),
        maxAgeDays: random.below(3) === 0 ? 1 + random.below(30) : undefined,
        daily: part(9),
        weekly: part(6),
        monthly: part(5),
        yearly: part(2),
      };
      const timeZone = random.pick(['Europe/Berlin', 'UTC', 'America/Havana']);
      const simulated = simulateYear({ rule, retention, timeZone, from });
      let present: RetentionSnapshot[] = [];
      const moments = [...simulated.moments];
      let at = nextRun(rule, timeZone, from);
      while (at !== undefined && at <= from + YEAR) {
        while (moments.length > 0 && moments[0].at < at) {
          expect(moments.shift()!.kept.map(each => each.at)).toEqual(
            present.map(each => each.createdAt).sort((a, b) => b! - a!),
          );
        }
        present.push({
          id: String(at),
          createdAt: at,
          state: 'ready',
          complete: true,
        });
        const { remove } = planRetention({
          rule: retention,
          timeZone,
          now: at,
          newestRunSucceeded: true,
          snapshots: present,
        });
        const gone = new Set(remove.map(({ id }) => id));
        present = present.filter(({ id }) => !gone.has(id));
        at = nextRun(rule, timeZone, at);
      }
      expect(moments).toHaveLength(1);
    }
  });

  it('counts on what is there already', () => {
    const { counts, moments } = simulateYear({
      rule: {
        kind: 'monthly',
        on: { kind: 'day', day: 1 },
        hour: 0,
        minute: 0,
      },
      retention: { keepLast: 3 },
      timeZone: 'UTC',
      from,
      existing: [from - 2000, from - 1000],
    });
    expect(counts[0]).toEqual({ at: from, count: 2 });
    expect(moments[0].kept.map(({ at }) => at)).toEqual([
      Date.parse('2026-12-01T00:00:00Z'),
      from - 1000,
      from - 2000,
    ]);
    expect(moments[11].kept).toHaveLength(3);
  });

  it('says when there are more runs than it plays', () => {
    const simulated = simulateYear({
      rule: { kind: 'cron', expression: '* * * * *' },
      retention: { keepLast: 5 },
      timeZone: 'UTC',
      from,
    });
    expect(simulated).toMatchObject({ cut: true, runs: 20_000, most: 5 });
    expect(simulated.until).toBe(from - (from % 60_000) + 20_000 * 60_000);
  });

  it('keeps everything without a rule', () => {
    const simulated = simulateYear({
      rule: { kind: 'daily', hour: 1, minute: 0 },
      retention: {},
      timeZone: 'UTC',
      from,
    });
    expect(simulated.runs).toBe(365);
    expect(simulated.most).toBe(365);
  });
});
