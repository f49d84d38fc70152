// SPDX-License-Identifier: Apache-2.0
import { civilDay, dayNumber, daysInMonth } from './calendar';
import type { CivilDay } from './calendar';
import { readCron } from './cronFields';
import type { MonthlyDay, RefusedRule, RuleField, ScheduleRule } from './types';

/** A rule in the form that the walk over local time wants. */
export interface CompiledRule {
  /** Sorted. */
  minutes: number[];
  /** Sorted. */
  hours: number[];
  /** Runs whenever the clock shows the time, in a repeated hour twice. */
  followsClock: boolean;
  /**
   * @param from - number of the day to begin with
   * @param last - number of the last day that counts
   * @returns number of the first day that matches
   */
  nextDay(from: number, last: number): number | undefined;
  /** The day stands for one that its month doesn't have. */
  isStandIn(day: number): boolean;
}

function refuse(
  code: RefusedRule['code'],
  reason: string,
  field?: RuleField,
): RefusedRule {
  return { ok: false, code, reason, ...(field && { field }) };
}

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) &&
  (value as number) >= min &&
  (value as number) <= max;

function number(
  rule: Record<string, unknown>,
  field: 'minute' | 'hour' | 'day',
  min: number,
  max: number,
): RefusedRule | undefined {
  return isWhole(rule[field], min, max)
    ? undefined
    : refuse(
        'value',
        `Give a whole number from ${min} to ${max} for the ${field}.`,
        field,
      );
}

const timeOf = (rule: Record<string, unknown>) =>
  number(rule, 'hour', 0, 23) ?? number(rule, 'minute', 0, 59);

/** Reads a rule of which nothing is known yet, or says why it is refused. */
export function compileRule(input: unknown): CompiledRule | RefusedRule {
  if (typeof input !== 'object' || input === null) {
    return refuse(
      'rule',
      'Give a rule: hourly, daily, weekly, monthly or cron.',
    );
  }
  const rule = input as Record<string, unknown>;
  switch (rule.kind as ScheduleRule['kind']) {
    case 'hourly':
      return (
        number(rule, 'minute', 0, 59) ?? {
          minutes: [rule.minute as number],
          hours: Array.from({ length: 24 }, (_, hour) => hour),
          followsClock: true,
          nextDay: everyDay,
          isStandIn: () => false,
        }
      );
    case 'daily':
      return timeOf(rule) ?? fixedTime(rule, { nextDay: everyDay });
    case 'weekly':
      return compileWeekly(rule);
    case 'monthly':
      return compileMonthly(rule);
    case 'cron':
      return typeof rule.expression === 'string'
        ? compileCron(rule.expression)
        : refuse('fields', 'Write a cron expression.', 'expression');
    default:
      return refuse(
        'rule',
        'Choose hourly, daily, weekly, monthly or cron.',
        'kind',
      );
  }
}

function fixedTime(
  rule: Record<string, unknown>,
  days: Pick<CompiledRule, 'nextDay'> & Partial<CompiledRule>,
): CompiledRule {
  return {
    minutes: [rule.minute as number],
    hours: [rule.hour as number],
    followsClock: false,
    isStandIn: () => false,
    ...days,
  };
}

function everyDay(from: number, last: number) {
  return from <= last ? from : undefined;
}

function compileWeekly(
  rule: Record<string, unknown>,
): CompiledRule | RefusedRule {
  const { days } = rule;
  if (
    !Array.isArray(days) ||
    days.length < 1 ||
    days.length > 7 ||
    !days.every(day => isWhole(day, 0, 6)) ||
    new Set(days).size !== days.length
  ) {
    return refuse('days', 'Choose at least one day of the week.', 'days');
  }
  const chosen = new Set<number>(days);
  return (
    timeOf(rule) ??
    fixedTime(rule, {
      nextDay: (from, last) =>
        search(from, last, day => chosen.has(day.weekday)),
    })
  );
}

function compileMonthly(
  rule: Record<string, unknown>,
): CompiledRule | RefusedRule {
  const on = rule.on as MonthlyDay | undefined | null;
  const problem = checkMonthlyDay(on) ?? timeOf(rule);
  if (problem) {
    return problem;
  }
  const chosen = on as MonthlyDay;
  return fixedTime(rule, {
    nextDay: (from, last) => {
      const start = civilDay(from);
      for (let { year, month } = start; ; month += 1) {
        if (month > 12) {
          month = 1;
          year += 1;
        }
        const day = dayNumber(year, month, dateOf(chosen, year, month));
        if (day > last) {
          return undefined;
        }
        if (day >= from) {
          return day;
        }
      }
    },
    isStandIn: day =>
      chosen.kind === 'day' && civilDay(day).date !== chosen.day,
  });
}

function checkMonthlyDay(
  on: MonthlyDay | undefined | null,
): RefusedRule | undefined {
  const choose = refuse(
    'value',
    'Choose a day of the month, its last day or a weekday.',
    'on',
  );
  if (typeof on !== 'object' || on === null) {
    return choose;
  }
  switch (on.kind) {
    case 'day':
      return number({ day: on.day }, 'day', 1, 31);
    case 'last-day':
      return undefined;
    case 'weekday':
      return [1, 2, 3, 4, -1].includes(on.nth)
        ? number({ day: on.day }, 'day', 0, 6)
        : refuse(
            'value',
            'Choose the first, second, third, fourth or last weekday.',
            'nth',
          );
    default:
      return choose;
  }
}

/** Day of the month that a monthly rule means in that month. */
function dateOf(on: MonthlyDay, year: number, month: number): number {
  const length = daysInMonth(year, month);
  switch (on.kind) {
    case 'day':
      return Math.min(on.day, length);
    case 'last-day':
      return length;
    default: {
      if (on.nth === -1) {
        const { weekday } = civilDay(dayNumber(year, month, length));
        return length - ((weekday - on.day + 7) % 7);
      }
      const { weekday } = civilDay(dayNumber(year, month, 1));
      return 1 + ((on.day - weekday + 7) % 7) + (on.nth - 1) * 7;
    }
  }
}

function compileCron(expression: string): CompiledRule | RefusedRule {
  const fields = readCron(expression);
  if ('ok' in fields) {
    return fields;
  }
  const { monthDays, months, weekdays, anyMonthDay, anyWeekday } = fields;
  const inMonths = new Set(months);
  const inDates = new Set(monthDays);
  const inWeekdays = new Set(weekdays);
  // Both restricted means either; a field that starts with * restricts nothing
  // on its own, and what it leaves out (*/2) holds together with the other.
  const either = !anyMonthDay && !anyWeekday;
  const matches = either
    ? (day: CivilDay) => inDates.has(day.date) || inWeekdays.has(day.weekday)
    : (day: CivilDay) => inDates.has(day.date) && inWeekdays.has(day.weekday);
  if (
    !either &&
    !months.some(month => monthDays[0] <= daysInMonth(2024, month))
  ) {
    return refuse(
      'never',
      'No month that the expression names has that day. Choose another day or month.',
      'day-of-month',
    );
  }
  const everyMonth = months.length === 12;
  return {
    minutes: fields.minutes,
    hours: fields.hours,
    followsClock: fields.anyHour,
    nextDay: (from, last) =>
      search(from, last, matches, everyMonth ? undefined : inMonths),
    isStandIn: () => false,
  };
}

/** The first day that matches, stepping over months that don't. */
function search(
  from: number,
  last: number,
  matches: (day: CivilDay) => boolean,
  months?: Set<number>,
): number | undefined {
  let number_ = from;
  let day = civilDay(from);
  while (number_ <= last) {
    if (months && !months.has(day.month)) {
      number_ += daysInMonth(day.year, day.month) - day.date + 1;
      day = civilDay(number_);
      continue;
    }
    if (matches(day)) {
      return number_;
    }
    number_ += 1;
    day = civilDay(number_);
  }
  return undefined;
}
