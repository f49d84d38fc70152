// SPDX-License-Identifier: Apache-2.0
import { readCron } from './cronFields';
import type { MonthlyDay, ScheduleRule } from './types';

/**
 * The days of a rule, for words.
 *
 * @public
 */
export type DescribedDays =
  | { kind: 'every-day' }
  /** All of `dates`, 1–31. `standIn`: the last day where a month is shorter. */
  | { kind: 'dates'; dates: number[]; standIn: boolean }
  | { kind: 'weekdays'; weekdays: number[] }
  | { kind: 'last-day' }
  | { kind: 'nth-weekday'; nth: 1 | 2 | 3 | 4 | -1; weekday: number }
  /** A day that is one of the dates OR one of the weekdays. */
  | { kind: 'either'; dates: number[]; weekdays: number[] }
  /** A day that is one of the dates AND one of the weekdays. */
  | { kind: 'both'; dates: number[]; weekdays: number[] };

/**
 * The times of a rule, for words: each one as `HH:mm` when they are few, and
 * otherwise minutes of hours, of which an empty list means all.
 *
 * @public
 */
export type DescribedTimes =
  | { kind: 'at'; times: string[] }
  | {
      kind: 'pattern';
      minutes: number[];
      hours: number[];
      /** The minutes are 0 and every so many. */
      everyMinutes?: number;
      /** The hours are 0 and every so many. */
      everyHours?: number;
    };

/**
 * What a rule says, in parts that can be put into words of any language, and in
 * English.
 *
 * @public
 */
export interface RuleDescription {
  times: DescribedTimes;
  days: DescribedDays;
  /** 1–12; empty for all. */
  months: number[];
  /** Runs in a repeated hour twice and in a skipped hour not at all. */
  followsClock: boolean;
  text: string;
}

const WEEKDAYS =
  'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const NTH = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', [-1]: 'last' };

/** More times of day than this are told as minutes of hours. */
const MAX_TIMES = 6;

const two = (value: number) => String(value).padStart(2, '0');

/**
 * Puts a rule into words. Says OR where a cron expression means it.
 *
 * @returns undefined when the rule can't be read
 * @public
 */
export function describeRule(rule: ScheduleRule): RuleDescription | undefined {
  const parts = partsOf(rule);
  return parts && { ...parts, text: englishOf(parts) };
}

type Parts = Omit<RuleDescription, 'text'>;

function partsOf(rule: ScheduleRule): Parts | undefined {
  if (rule.kind === 'cron') {
    return cronParts(rule.expression);
  }
  if (rule.kind === 'hourly') {
    return {
      times: { kind: 'pattern', minutes: [rule.minute], hours: [] },
      days: { kind: 'every-day' },
      months: [],
      followsClock: true,
    };
  }
  const times: DescribedTimes = {
    kind: 'at',
    times: [`${two(rule.hour)}:${two(rule.minute)}`],
  };
  return { times, days: presetDays(rule), months: [], followsClock: false };
}

function presetDays(
  rule: Extract<ScheduleRule, { kind: 'daily' | 'weekly' | 'monthly' }>,
): DescribedDays {
  switch (rule.kind) {
    case 'daily':
      return { kind: 'every-day' };
    case 'weekly':
      return rule.days.length === 7
        ? { kind: 'every-day' }
        : { kind: 'weekdays', weekdays: [...rule.days].sort() };
    default:
      return monthlyDays(rule.on);
  }
}

function monthlyDays(on: MonthlyDay): DescribedDays {
  switch (on.kind) {
    case 'day':
      return { kind: 'dates', dates: [on.day], standIn: on.day > 28 };
    case 'last-day':
      return { kind: 'last-day' };
    default:
      return { kind: 'nth-weekday', nth: on.nth, weekday: on.day };
  }
}

function cronParts(expression: string): Parts | undefined {
  const fields = readCron(expression);
  if ('ok' in fields) {
    return undefined;
  }
  const { minutes, hours, monthDays, months, weekdays } = fields;
  return {
    times: cronTimes(minutes, hours, fields.anyHour),
    days: cronDays(
      monthDays,
      weekdays,
      !fields.anyMonthDay && !fields.anyWeekday,
    ),
    months: months.length === 12 ? [] : months,
    followsClock: fields.anyHour,
  };
}

function cronTimes(
  minutes: number[],
  hours: number[],
  anyHour: boolean,
): DescribedTimes {
  if (!anyHour && minutes.length * hours.length <= MAX_TIMES) {
    return {
      kind: 'at',
      times: hours.flatMap(hour =>
        minutes.map(minute => `${two(hour)}:${two(minute)}`),
      ),
    };
  }
  const everyMinutes = stepOf(minutes, 60);
  const everyHours = stepOf(hours, 24);
  return {
    kind: 'pattern',
    minutes: minutes.length === 60 ? [] : minutes,
    hours: hours.length === 24 ? [] : hours,
    ...(everyMinutes && { everyMinutes }),
    ...(everyHours && { everyHours }),
  };
}

/** The step of values that begin with 0 and go evenly round the clock. */
function stepOf(values: number[], size: number): number | undefined {
  const step = values[1] - values[0];
  return values[0] === 0 &&
    step > 1 &&
    values.length * step === size &&
    values.every((value, i) => value === i * step)
    ? step
    : undefined;
}

function cronDays(
  dates: number[],
  weekdays: number[],
  either: boolean,
): DescribedDays {
  const anyDate = dates.length === 31;
  const anyWeekday = weekdays.length === 7;
  if (either && !anyDate && !anyWeekday) {
    return { kind: 'either', dates, weekdays };
  }
  if ((anyDate && anyWeekday) || (either && (anyDate || anyWeekday))) {
    return { kind: 'every-day' };
  }
  if (anyWeekday) {
    return { kind: 'dates', dates, standIn: false };
  }
  return anyDate
    ? { kind: 'weekdays', weekdays }
    : { kind: 'both', dates, weekdays };
}

function list(words: string[], last: 'and' | 'or'): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}

/**
 * Numbers as words, three and more in a row as a range: `1, 2, 3, 7` as `1–3`
 * and `7`.
 *
 * @public
 */
export function rangesOf(
  values: number[],
  word: (value: number) => string = String,
): string[] {
  const parts: string[] = [];
  for (let i = 0; i < values.length; ) {
    let end = i;
    while (values[end + 1] === values[end] + 1) {
      end += 1;
    }
    if (end - i >= 2) {
      parts.push(`${word(values[i])}–${word(values[end])}`);
      i = end + 1;
    } else {
      parts.push(word(values[i]));
      i += 1;
    }
  }
  return parts;
}

const ranges = (values: number[], word?: (value: number) => string) =>
  list(rangesOf(values, word), 'and');

function englishOf({ times, days, months }: Parts): string {
  const inMonths =
    months.length > 0
      ? ` in ${ranges(months, month => MONTHS[month - 1])}`
      : '';
  const text = `${englishTimes(times)}${englishDays(days, months)}${inMonths}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function englishTimes(times: DescribedTimes): string {
  if (times.kind === 'at') {
    return `at ${list(times.times, 'and')}`;
  }
  const { minutes, hours, everyMinutes, everyHours } = times;
  let minute = `at minute${minutes.length > 1 ? 's' : ''} ${ranges(minutes)}`;
  if (minutes.length === 0) {
    minute = 'every minute';
  } else if (everyMinutes) {
    minute = `every ${everyMinutes} minutes`;
  }
  if (hours.length === 0) {
    return minutes.length === 0 || everyMinutes
      ? minute
      : `${minute} of every hour`;
  }
  return everyHours
    ? `${minute} of every ${everyHours}${everyHours === 2 ? 'nd' : 'th'} hour`
    : `${minute} of hour${hours.length > 1 ? 's' : ''} ${ranges(hours)}`;
}

function englishDays(days: DescribedDays, months: number[]): string {
  const month = months.length > 0 ? '' : ' of the month';
  switch (days.kind) {
    case 'every-day':
      return ', every day';
    case 'dates':
      return ` on day ${ranges(days.dates)}${month}${
        days.standIn ? ', or the last day of a shorter month' : ''
      }`;
    case 'weekdays':
      return ` on ${ranges(days.weekdays, day => WEEKDAYS[day])}`;
    case 'last-day':
      return ` on the last day${month}`;
    case 'nth-weekday':
      return ` on the ${NTH[days.nth]} ${WEEKDAYS[days.weekday]}${month}`;
    default: {
      const dates = ` on day ${ranges(days.dates)}${month}`;
      const weekdays = ranges(days.weekdays, day => WEEKDAYS[day]);
      return days.kind === 'either'
        ? `${dates} OR on ${weekdays}`
        : `${dates} AND only when it is a ${list(
            days.weekdays.map(day => WEEKDAYS[day]),
            'or',
          )}`;
    }
  }
}
