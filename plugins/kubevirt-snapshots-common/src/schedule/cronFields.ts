// SPDX-License-Identifier: Apache-2.0
import { CronExpressionParser } from 'cron-parser';
import type { RefusedRule, RuleField, RuleProblem } from './types';

/** The five fields of an expression, as values that match. */
export interface CronFields {
  minutes: number[];
  hours: number[];
  monthDays: number[];
  months: number[];
  /** 0 is Sunday; 7 has become 0. */
  weekdays: number[];
  /** The hour field starts with `*`. */
  anyHour: boolean;
  /** The day-of-month field starts with `*`. */
  anyMonthDay: boolean;
  /** The day-of-week field starts with `*`. */
  anyWeekday: boolean;
}

interface FieldSpec {
  field: RuleField;
  name: string;
  min: number;
  max: number;
  /** The longest step: as many values as the field has. */
  size: number;
  names?: string[];
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

const SPECS: FieldSpec[] = [
  { field: 'minute', name: 'minute', min: 0, max: 59, size: 60 },
  { field: 'hour', name: 'hour', min: 0, max: 23, size: 24 },
  { field: 'day-of-month', name: 'day of month', min: 1, max: 31, size: 31 },
  { field: 'month', name: 'month', min: 1, max: 12, size: 12, names: MONTHS },
  {
    field: 'day-of-week',
    name: 'day of week',
    min: 0,
    max: 7,
    size: 7,
    names: WEEKDAYS,
  },
];

/** Every value of every field written out is shorter. */
const MAX_LENGTH = 400;

const ITEM =
  /^([0-9]{1,2}|[A-Z]{3})(?:-([0-9]{1,2}|[A-Z]{3}))?(?:\/([0-9]+))?$/;

function refuse(
  code: RuleProblem,
  reason: string,
  field: RuleField = 'expression',
  found?: string,
): RefusedRule {
  return {
    ok: false,
    code,
    reason,
    field,
    ...(found !== undefined && { found: found.slice(0, 40) }),
  };
}

/**
 * Reads an expression by the written rule: exactly five fields of `*`, `*` with a step,
 * `n`, `a-b`, `a-b/s` and lists of these without `*`. What is allowed is
 * decided here, in the time that the length of the text takes; `cron-parser`
 * is asked only for the values of a field that has been accepted, since it
 * takes much more than that, some of it (four fields, none at all, `H`)
 * silently.
 */
export function readCron(expression: string): CronFields | RefusedRule {
  if (expression.length > MAX_LENGTH) {
    return refuse(
      'too-long',
      `Shorten the expression to at most ${MAX_LENGTH} characters.`,
    );
  }
  const texts = expression
    .replace(/^[ \t]+|[ \t]+$/g, '')
    .split(/[ \t]+/)
    .map(text => text.toUpperCase());
  if (texts[0].startsWith('@')) {
    return refuse(
      'macro',
      'Write the five fields, or choose Hourly, Daily, Weekly or Monthly in place of a word with @.',
      'expression',
      texts[0],
    );
  }
  if (texts.length !== 5 || texts[0] === '') {
    const count = texts[0] === '' ? 0 : texts.length;
    return refuse(
      'fields',
      `Write exactly five fields: minute, hour, day of month, month and day of week. There ${
        count === 1 ? 'is' : 'are'
      } ${count}${count === 6 ? '; seconds are not possible' : ''}.`,
    );
  }
  const values: number[][] = [];
  for (const [i, text] of texts.entries()) {
    const read = readField(text, i);
    if (!Array.isArray(read)) {
      return read;
    }
    values.push(read);
  }
  const [minutes, hours, monthDays, months, weekdays] = values;
  return {
    minutes,
    hours,
    monthDays,
    months,
    weekdays,
    anyHour: texts[1].startsWith('*'),
    anyMonthDay: texts[2].startsWith('*'),
    anyWeekday: texts[4].startsWith('*'),
  };
}

function readField(text: string, index: number): number[] | RefusedRule {
  const spec = SPECS[index];
  const { field, name } = spec;
  const star = /^\*(?:\/([0-9]+))?$/.exec(text);
  if (star) {
    return checkStep(star[1], spec) ?? valuesOf([text], index);
  }
  const items = text.split(',');
  const plain: string[] = [];
  for (const item of items) {
    const problem = checkItem(item, spec);
    if (typeof problem !== 'string') {
      return problem;
    }
    plain.push(problem);
  }
  if (plain.length > spec.max - spec.min + 1) {
    return refuse(
      'syntax',
      `The ${name} field lists more values than there are.`,
      field,
    );
  }
  return valuesOf(plain, index);
}

/** @returns the item in numbers, or why it is refused */
function checkItem(item: string, spec: FieldSpec): string | RefusedRule {
  const { field, name, min, max } = spec;
  if (item.includes('*')) {
    return refuse(
      'star-in-list',
      `In the ${name} field, * stands alone or with a step (*/5), not beside other values.`,
      field,
      item,
    );
  }
  const match = ITEM.exec(item);
  if (!match) {
    return refuseText(item, spec);
  }
  const [, first, last, step] = match;
  if (last === undefined && step !== undefined) {
    return refuse(
      'open-step',
      `Write the range that the step goes over, such as ${first}-${
        max === 7 ? 6 : max
      }/${step}: programs understand ${first}/${step} differently.`,
      field,
      item,
    );
  }
  const low = valueOf(first, spec, false);
  const high = last === undefined ? low : valueOf(last, spec, true);
  if (low === undefined || high === undefined) {
    return refuseText(item, spec);
  }
  if (low < min || low > max || high < min || high > max) {
    return refuse(
      'range',
      `The ${name} field takes ${min} to ${max}${
        max === 7 ? ', where 0 and 7 are Sunday' : ''
      }.`,
      field,
      item,
    );
  }
  if (low > high) {
    return refuse(
      'backwards',
      `A range starts with its smaller value. Write two ranges in place of ${item}.`,
      field,
      item,
    );
  }
  const problem = checkStep(step, spec);
  if (problem) {
    return problem;
  }
  return last === undefined
    ? String(low)
    : `${low}-${high}${step === undefined ? '' : `/${Number(step)}`}`;
}

function refuseText(item: string, spec: FieldSpec): RefusedRule {
  const special = /[?LWH#]/.exec(item);
  const name = spec.names?.some(known => item.includes(known));
  if (special && !name) {
    return refuse(
      'character',
      `${special[0]} isn't possible here. Choose Monthly for the last day of a month or its n-th weekday.`,
      spec.field,
      item,
    );
  }
  return refuse(
    'syntax',
    `The ${spec.name} field takes *, */n, numbers${
      spec.names ? `, ${spec.names[1]} and its like` : ''
    }, ranges such as 1-5, ranges with a step such as 0-6/2, and lists of these.`,
    spec.field,
    item,
  );
}

function checkStep(
  step: string | undefined,
  spec: FieldSpec,
): RefusedRule | undefined {
  if (step === undefined) {
    return undefined;
  }
  const value = Number(step);
  return value >= 1 && value <= spec.size
    ? undefined
    : refuse(
        'step',
        `A step in the ${spec.name} field is 1 to ${spec.size}.`,
        spec.field,
        `/${step}`,
      );
}

function valueOf(
  text: string,
  spec: FieldSpec,
  upper: boolean,
): number | undefined {
  if (/^[0-9]/.test(text)) {
    return Number(text);
  }
  const index = spec.names?.indexOf(text) ?? -1;
  if (index < 0) {
    return undefined;
  }
  // Sunday ends a week as well as it starts one.
  return spec.max === 7 && upper && index === 0 ? 7 : index + spec.min;
}

const MAX_KNOWN = 10_000;
const known = new Map<string, number[]>();

/** Values of a field whose items have been checked and are in numbers. */
function valuesOf(items: string[], index: number): number[] {
  if (items.length === 1) {
    return valuesOfItem(items[0], index);
  }
  // One by one, since cron-parser refuses a list in which a value comes twice.
  const all = items.flatMap(item => valuesOfItem(item, index));
  return [...new Set(all)].sort((a, b) => a - b);
}

function valuesOfItem(item: string, index: number): number[] {
  if (!/\D/.test(item)) {
    return [index === 4 ? Number(item) % 7 : Number(item)];
  }
  const key = `${index} ${item}`;
  let values = known.get(key);
  if (!values) {
    // Alone in its place, so that no opinion about the other fields counts:
    // day 31 of April OR a Monday is a good rule.
    const alone = ['*', '*', '*', '*', '*'];
    alone[index] = item;
    const { fields } = CronExpressionParser.parse(alone.join(' '), {
      tz: 'UTC',
    });
    const read = [
      fields.minute,
      fields.hour,
      fields.dayOfMonth,
      fields.month,
      fields.dayOfWeek,
    ][index].values as number[];
    values = [...new Set(index === 4 ? read.map(day => day % 7) : read)].sort(
      (a, b) => a - b,
    );
    if (known.size >= MAX_KNOWN) {
      known.clear();
    }
    known.set(key, values);
  }
  return values;
}
