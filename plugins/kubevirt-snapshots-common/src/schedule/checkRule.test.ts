// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describeRule } from './describeRule';
import { checkRule, nextRun, nextRuns } from './nextRun';
import { shortestInterval } from './shortestInterval';
import type { RefusedRule, ScheduleRule } from './types';

const NOW = Date.parse('2026-11-25T12:00:00Z');

function codeOf(rule: unknown, zone = 'Europe/Berlin') {
  const check = checkRule(rule, zone);
  return check.ok ? 'ok' : check.code;
}

const cron = (expression: string): ScheduleRule => ({
  kind: 'cron',
  expression,
});

describe('an expression', () => {
  it.each([
    ['* * * * *', 'ok'],
    ['*/5 * * * *', 'ok'],
    ['  0\t2  * * *  ', 'ok'],
    ['0,15,30-59/5 1-3 1,15 JAN-mar mon-FRI', 'ok'],
    ['05 02 * * *', 'ok'],
    ['*/60 */24 */31 */12 */7', 'ok'],
    ['0 0 * * 7', 'ok'],
    ['0 0 * * fri-sun', 'ok'],
    ['0 0 * * 5-7', 'ok'],
    ['0 0 29 2 *', 'ok'],
    // Day 31 of April doesn't exist, but its Mondays do.
    ['0 0 31 4 1', 'ok'],
    ['0 0 1,1,1-3 * *', 'ok'],
    ['', 'fields'],
    ['   ', 'fields'],
    ['* * * *', 'fields'],
    ['0 * * * * *', 'fields'],
    ['* * * *\n*', 'fields'],
    ['@daily', 'macro'],
    ['@every 5m', 'macro'],
    ['@', 'macro'],
    ['5/15 * * * *', 'open-step'],
    ['0 0 * * MON/2', 'open-step'],
    ['*,5 * * * *', 'star-in-list'],
    ['*/5,3 * * * *', 'star-in-list'],
    ['*-5 * * * *', 'star-in-list'],
    ['** * * * *', 'star-in-list'],
    ['*/0 * * * *', 'step'],
    ['*/61 * * * *', 'step'],
    ['0 */25 * * *', 'step'],
    ['0 0 */32 * *', 'step'],
    ['0 0 * */13 *', 'step'],
    ['0 0 * * */8', 'step'],
    ['0-10/0 * * * *', 'step'],
    ['*/999999999999999999999 * * * *', 'step'],
    ['60 * * * *', 'range'],
    ['0 24 * * *', 'range'],
    ['0 0 0 * *', 'range'],
    ['0 0 32 * *', 'range'],
    ['0 0 * 0 *', 'range'],
    ['0 0 * 13 *', 'range'],
    ['0 0 * * 8', 'range'],
    ['30-10 * * * *', 'backwards'],
    ['0 0 * * FRI-MON', 'backwards'],
    ['0 0 ? * *', 'character'],
    ['0 0 L * *', 'character'],
    ['0 0 15W * *', 'character'],
    ['0 0 * * 5#3', 'character'],
    ['0 0 * * 5L', 'character'],
    ['H * * * *', 'character'],
    ['0 0 * FOO *', 'syntax'],
    ['0 MON * * *', 'syntax'],
    ['0 0 * * MONDAY', 'syntax'],
    ['-1 * * * *', 'syntax'],
    ['1.5 * * * *', 'syntax'],
    ['1, * * * *', 'syntax'],
    ['1--3 * * * *', 'syntax'],
    ['1-3-5 * * * *', 'syntax'],
    ['0x1 * * * *', 'syntax'],
    ['٣ * * * *', 'syntax'],
    ['100 * * * *', 'syntax'],
    ['0 0 30 2 *', 'never'],
    ['0 0 31 4,6,9,11 *', 'never'],
    ['0 0 31 2 */2', 'never'],
  ])('%j: %s', (expression, code) => {
    expect(codeOf(cron(expression))).toBe(code);
  });

  it('says what to do, and in which field', () => {
    expect(checkRule(cron('5/15 * * * *'), 'UTC')).toEqual({
      ok: false,
      code: 'open-step',
      field: 'minute',
      found: '5/15',
      reason:
        'Write the range that the step goes over, such as 5-59/15: programs understand 5/15 differently.',
    });
    expect(checkRule(cron('0 * * * * *'), 'UTC')).toMatchObject({
      reason:
        'Write exactly five fields: minute, hour, day of month, month and day of week. There are 6; seconds are not possible.',
    });
  });

  it('is refused where the clock never shows what it names', () => {
    const rule = cron('30 */24 25-31 3 */7');
    expect(codeOf(rule, 'Asia/Beirut')).toBe('never');
    expect(nextRun(rule, 'Asia/Beirut', NOW)).toBeUndefined();
    expect(codeOf(rule, 'UTC')).toBe('ok');
  });

  it('finds a leap day that is a Monday, and one across 2100', () => {
    expect(nextRun(cron('0 0 29 2 */7'), 'UTC', NOW)).toBe(
      Date.parse('2032-02-29T00:00Z'),
    );
    expect(nextRun(cron('0 0 29 2 *'), 'UTC', Date.parse('2096-03-01'))).toBe(
      Date.parse('2104-02-29T00:00Z'),
    );
  });
});

describe('a preset', () => {
  it.each([
    [{ kind: 'hourly', minute: 59 }, 'ok'],
    [{ kind: 'hourly', minute: 60 }, 'value'],
    [{ kind: 'hourly', minute: '5' }, 'value'],
    [{ kind: 'hourly' }, 'value'],
    [{ kind: 'daily', hour: 23, minute: 0 }, 'ok'],
    [{ kind: 'daily', hour: 24, minute: 0 }, 'value'],
    [{ kind: 'daily', hour: 1.5, minute: 0 }, 'value'],
    [{ kind: 'weekly', days: [0, 6], hour: 0, minute: 0 }, 'ok'],
    [{ kind: 'weekly', days: [], hour: 0, minute: 0 }, 'days'],
    [{ kind: 'weekly', days: [1, 1], hour: 0, minute: 0 }, 'days'],
    [{ kind: 'weekly', days: [7], hour: 0, minute: 0 }, 'days'],
    [{ kind: 'weekly', days: 'MON', hour: 0, minute: 0 }, 'days'],
    [{ kind: 'weekly', days: { length: 1e9 }, hour: 0, minute: 0 }, 'days'],
    [
      { kind: 'monthly', on: { kind: 'day', day: 31 }, hour: 0, minute: 0 },
      'ok',
    ],
    [
      { kind: 'monthly', on: { kind: 'day', day: 0 }, hour: 0, minute: 0 },
      'value',
    ],
    [{ kind: 'monthly', on: { kind: 'last-day' }, hour: 0, minute: 0 }, 'ok'],
    [
      {
        kind: 'monthly',
        on: { kind: 'weekday', nth: -1, day: 5 },
        hour: 0,
        minute: 0,
      },
      'ok',
    ],
    [
      {
        kind: 'monthly',
        on: { kind: 'weekday', nth: 5, day: 5 },
        hour: 0,
        minute: 0,
      },
      'value',
    ],
    [{ kind: 'monthly', on: null, hour: 0, minute: 0 }, 'value'],
    [{ kind: 'cron' }, 'fields'],
    [{ kind: 'yearly' }, 'rule'],
    [{}, 'rule'],
    [null, 'rule'],
    ['0 0 * * *', 'rule'],
  ])('%j: %s', (rule, code) => {
    expect(codeOf(rule)).toBe(code);
  });

  it.each([
    ['', 'time-zone'],
    ['Mars/Base', 'time-zone'],
    ['+02:00', 'time-zone'],
    ['../../etc/passwd', 'time-zone'],
    [null, 'time-zone'],
    ['UTC', 'ok'],
    ['America/Argentina/Buenos_Aires', 'ok'],
    ['Etc/GMT+5', 'ok'],
  ])('in the zone %s: %s', (zone, code) => {
    expect(
      codeOf({ kind: 'hourly', minute: 1 }, zone as unknown as string),
    ).toBe(code);
  });
});

describe('any input', () => {
  const hostile = fc.oneof(
    fc.string({ maxLength: 500 }),
    fc.string({
      unit: fc.constantFrom(...'0123456789*/,- LWH#?@JANMONSU'),
      maxLength: 500,
    }),
    fc
      .array(fc.constantFrom('*', '*/7', '0-59/59', '31', '2', '29', '7'), {
        minLength: 5,
        maxLength: 5,
      })
      .map(fields => fields.join(' ')),
  );

  it('is answered, and what is taken has runs', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom('UTC', 'Asia/Beirut'),
        (text, zone) => {
          const rule = cron(text);
          const check = checkRule(rule, zone);
          const runs = nextRuns(rule, zone, Date.UTC(2026, 0, 1), 3);
          expect(check.ok).toBe(runs.length > 0);
          expect(describeRule(rule) !== undefined).toBe(
            check.ok || (check as RefusedRule).code === 'never',
          );
          expect(shortestInterval(rule) ?? 1).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), rule => {
        expect(typeof checkRule(rule, 'UTC').ok).toBe('boolean');
      }),
    );
  });

  it('is not read when it is too large', () => {
    expect(codeOf(cron(`${'1,'.repeat(61)}1 * * * *`))).toBe('syntax');
    expect(codeOf(cron(`${'1,'.repeat(5000)}1 * * * *`))).toBe('too-long');
    expect(codeOf(cron('* '.repeat(1e6)))).toBe('too-long');
    const days = new Array(1e7);
    expect(codeOf({ kind: 'weekly', days, hour: 0, minute: 0 })).toBe('days');
    expect(codeOf({ kind: 'hourly', minute: 1 }, 'A'.repeat(1e6))).toBe(
      'time-zone',
    );
  });

  it('never throws', () => {
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('trap');
        },
      },
    );
    expect(codeOf(trap)).toBe('rule');
    expect(codeOf({ kind: 'weekly', days: trap, hour: 1, minute: 1 })).toBe(
      'days',
    );
  });

  it.each([NaN, Infinity, -Infinity, 9e15, -9e15])(
    'has no run after %d',
    after => {
      const rule: ScheduleRule = { kind: 'hourly', minute: 0 };
      expect(nextRun(rule, 'UTC', after)).toBeUndefined();
      expect(nextRuns(rule, 'UTC', after, 5)).toEqual([]);
    },
  );

  it('has no run for a rule or a zone that is refused', () => {
    expect(nextRun(cron('nonsense'), 'UTC', NOW)).toBeUndefined();
    expect(
      nextRun({ kind: 'hourly', minute: 0 }, 'Mars/X', NOW),
    ).toBeUndefined();
    const daily = { kind: 'daily', hour: 1, minute: 0 } as const;
    expect(nextRun(cron(JSON.stringify(daily)), 'UTC', NOW)).toBeUndefined();
    expect(nextRun(daily, 'UTC', NOW)).toBe(Date.parse('2026-11-26T01:00Z'));
  });
});

describe('describeRule', () => {
  it.each<[ScheduleRule, string]>([
    [{ kind: 'hourly', minute: 7 }, 'At minute 7 of every hour, every day'],
    [{ kind: 'daily', hour: 2, minute: 30 }, 'At 02:30, every day'],
    [
      { kind: 'weekly', days: [5, 1], hour: 9, minute: 0 },
      'At 09:00 on Monday and Friday',
    ],
    [
      { kind: 'monthly', on: { kind: 'day', day: 31 }, hour: 0, minute: 0 },
      'At 00:00 on day 31 of the month, or the last day of a shorter month',
    ],
    [
      {
        kind: 'monthly',
        on: { kind: 'weekday', nth: -1, day: 0 },
        hour: 4,
        minute: 5,
      },
      'At 04:05 on the last Sunday of the month',
    ],
    [
      { kind: 'monthly', on: { kind: 'last-day' }, hour: 0, minute: 0 },
      'At 00:00 on the last day of the month',
    ],
    [cron('* * * * *'), 'Every minute, every day'],
    [cron('*/15 * * * *'), 'Every 15 minutes, every day'],
    [cron('0 0 13 * 5'), 'At 00:00 on day 13 of the month OR on Friday'],
    [
      cron('0 0 */2 * 1'),
      'At 00:00 on day 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month AND only when it is a Monday',
    ],
    [cron('0 2 * JAN-MAR 1-5'), 'At 02:00 on Monday–Friday in January–March'],
    [
      cron('*/20 1-3,9-11 * * *'),
      'Every 20 minutes of hours 1–3 and 9–11, every day',
    ],
    [cron('30 */2 * * *'), 'At minute 30 of every 2nd hour, every day'],
    // Both are restricted by their text, and one of them lists all there is.
    [cron('0 0 1-31 * 1'), 'At 00:00, every day'],
  ])('%j: %s', (rule, text) => {
    expect(describeRule(rule)?.text).toBe(text);
  });
});

describe('shortestInterval', () => {
  it.each<[ScheduleRule, number]>([
    [{ kind: 'hourly', minute: 7 }, 60],
    [{ kind: 'daily', hour: 2, minute: 30 }, 1440],
    [{ kind: 'weekly', days: [1], hour: 9, minute: 0 }, 7 * 1440],
    [{ kind: 'weekly', days: [6, 0], hour: 9, minute: 0 }, 1440],
    [
      { kind: 'monthly', on: { kind: 'last-day' }, hour: 0, minute: 0 },
      28 * 1440,
    ],
    [cron('0,1 0 1 * *'), 1],
    [cron('0,59 0,23 * * *'), 1],
    [cron('0 0 29 2 *'), 1461 * 1440],
    [cron('0 0 1 * 1'), 1440],
    [cron('0 */5 * * *'), 240],
  ])('%j: %d minutes', (rule, minutes) => {
    expect(shortestInterval(rule)).toBe(minutes);
  });
});
