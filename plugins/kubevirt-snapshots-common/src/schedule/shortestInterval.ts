// SPDX-License-Identifier: Apache-2.0
import { dayNumber } from './calendar';
import { compileRule } from './compileRule';
import type { ScheduleRule } from './types';

const DAY_MINUTES = 24 * 60;

/**
 * After 28 years the calendar repeats itself: leap years and weekdays have met
 * in all ways, so that two days in a row that match have been seen if there
 * are any.
 */
const FIRST_DAY = dayNumber(2001, 1, 1);
const LAST_DAY = dayNumber(2029, 1, 1);

/**
 * The shortest time between two runs on the face of the clock, in minutes. It
 * looks at the whole rule: the next two runs alone would let `0,1 0 1 * *`
 * pass as monthly. Changes of the clock don't count: a daily rule has 1,440.
 *
 * @returns undefined when the rule can't be read
 * @public
 */
export function shortestInterval(rule: ScheduleRule): number | undefined {
  const compiled = compileRule(rule);
  if ('ok' in compiled) {
    return undefined;
  }
  const times = compiled.hours.flatMap(hour =>
    compiled.minutes.map(minute => hour * 60 + minute),
  );
  let shortest = Infinity;
  for (let i = 1; i < times.length; i += 1) {
    shortest = Math.min(shortest, times[i] - times[i - 1]);
  }
  const overnight = times[0] + DAY_MINUTES - times[times.length - 1];
  let previous: number | undefined;
  let day = compiled.nextDay(FIRST_DAY, LAST_DAY);
  let apart = Infinity;
  while (day !== undefined && apart > 1 && overnight < shortest) {
    apart = Math.min(apart, previous === undefined ? apart : day - previous);
    previous = day;
    day = compiled.nextDay(day + 1, LAST_DAY);
  }
  return Math.min(shortest, overnight + (apart - 1) * DAY_MINUTES);
}
