// SPDX-License-Identifier: Apache-2.0
import { DAY_MS, formatWall, HOUR_MS, MINUTE_MS } from './calendar';
import { compileRule } from './compileRule';
import type { CompiledRule } from './compileRule';
import { FIRST_INSTANT, LAST_INSTANT, TimeZone } from './TimeZone';
import type { Stretch } from './TimeZone';
import type { RuleCheck, RunNote, ScheduledRun, ScheduleRule } from './types';

/**
 * A leap day that has to be a certain weekday comes after 40 years at the
 * latest (2096 has one, 2100 has none).
 */
const SEARCH_DAYS = 41 * 366;

/** Local time and UTC are never further apart, even in old records. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/**
 * Up to this length a gap is a change of the clock, and what falls into it is
 * done right after. A longer one removes its local times from the calendar.
 */
const MAX_GAP_MS = 3 * HOUR_MS;

/** A run with the local time that the rule names for it. */
interface Occurrence {
  at: number;
  wall: number;
  kind: 'plain' | 'gap' | 'first' | 'second';
}

/**
 * Whether a rule can be used, and if not, what to do. Safe for any input: it
 * never throws, and the time that it takes is bounded.
 *
 * @public
 */
export function checkRule(rule: unknown, timeZone: string): RuleCheck {
  try {
    const compiled = compileRule(rule);
    if ('ok' in compiled) {
      return compiled;
    }
    const zone = typeof timeZone === 'string' && TimeZone.find(timeZone);
    if (!zone) {
      return {
        ok: false,
        code: 'time-zone',
        reason: 'Choose a time zone by its name, such as Europe/Berlin or UTC.',
        field: 'timeZone',
      };
    }
    // A rule that follows the clock may name nothing but times that the clock
    // skips, so a look at the calendar alone is not enough.
    if (!nextOccurrence(compiled, zone, Date.UTC(2026, 0, 1))) {
      return {
        ok: false,
        code: 'never',
        reason:
          'The clock of this time zone never shows these times. Choose others.',
        field: 'expression',
      };
    }
    return { ok: true };
  } catch {
    // A getter that throws, or the like: nothing that comes out of JSON.
    return {
      ok: false,
      code: 'rule',
      reason: 'Give a rule: hourly, daily, weekly, monthly or cron.',
    };
  }
}

/**
 * The first run after an instant. The result depends on rule, zone and instant
 * alone, so that asking again from each result gives the same runs as any other
 * way.
 *
 * @param after - milliseconds since 1970; the run is later than this
 * @returns milliseconds since 1970; undefined when the rule is refused by
 * {@link checkRule}, or when no run comes within some forty years
 * @public
 */
export function nextRun(
  rule: ScheduleRule,
  timeZone: string,
  after: number,
): number | undefined {
  const compiled = remembered(rule);
  const zone = compiled && TimeZone.find(timeZone);
  return zone && nextOccurrence(compiled, zone, after)?.at;
}

/**
 * The first runs after an instant, with what is worth saying about each.
 *
 * @param after - milliseconds since 1970; all runs are later than this
 * @param count - how many to give, at most 10,000
 * @public
 */
export function nextRuns(
  rule: ScheduleRule,
  timeZone: string,
  after: number,
  count: number,
): ScheduledRun[] {
  const compiled = remembered(rule);
  const zone = compiled && TimeZone.find(timeZone);
  const runs: ScheduledRun[] = [];
  let from = after;
  while (zone && runs.length < Math.min(count, 10_000)) {
    const found = nextOccurrence(compiled, zone, from);
    if (!found) {
      break;
    }
    const offset = zone.offsetAt(found.at);
    runs.push({
      at: found.at,
      local: formatWall(found.at + offset),
      intended: formatWall(found.wall),
      offsetMinutes: offset / MINUTE_MS,
      notes: notesOf(found, compiled),
    });
    from = found.at;
  }
  return runs;
}

function notesOf(found: Occurrence, rule: CompiledRule): RunNote[] {
  const notes: RunNote[] = [];
  if (found.kind === 'gap') {
    notes.push('after-gap');
  } else if (found.kind === 'second') {
    notes.push('second-pass');
  } else if (found.kind === 'first') {
    notes.push(rule.followsClock ? 'repeated-first-pass' : 'first-of-repeated');
  }
  if (rule.isStandIn(Math.floor(found.wall / DAY_MS))) {
    notes.push('last-day-of-month');
  }
  return notes;
}

let lastRule: { key: string; compiled: CompiledRule | undefined } | undefined;

/** Whoever walks asks for one rule again and again. */
function remembered(rule: ScheduleRule): CompiledRule | undefined {
  const key =
    rule.kind === 'cron' ? `cron ${rule.expression}` : JSON.stringify(rule);
  if (lastRule?.key !== key) {
    const compiled = compileRule(rule);
    lastRule = { key, compiled: 'ok' in compiled ? undefined : compiled };
  }
  return lastRule.compiled;
}

function nextOccurrence(
  rule: CompiledRule,
  zone: TimeZone,
  after: number,
): Occurrence | undefined {
  if (!(after >= FIRST_INSTANT && after <= LAST_INSTANT)) {
    return undefined;
  }
  const today = Math.floor((after + zone.offsetAt(after)) / DAY_MS);
  const last = today + SEARCH_DAYS;
  // Yesterday too: while the clock is about to fall back over midnight, what
  // is still to come may belong to the day before.
  let day = rule.nextDay(today - 1, last);
  while (day !== undefined) {
    const stretches = stretchesOf(zone, day);
    const found = firstOnDay(rule, day, stretches, after);
    if (found) {
      // For the same reason, the next day may come first.
      const rival =
        stretches.length > 1 && rule.nextDay(day + 1, day + 1) !== undefined
          ? firstOnDay(rule, day + 1, stretchesOf(zone, day + 1), after)
          : undefined;
      return rival && rival.at < found.at ? rival : found;
    }
    day = rule.nextDay(day + 1, last);
  }
  return undefined;
}

/** Every stretch in which a local time of the day may lie, and more. */
function stretchesOf(zone: TimeZone, day: number): Stretch[] {
  const midnight = day * DAY_MS;
  return zone.stretches(
    midnight - MAX_OFFSET_MS,
    midnight + DAY_MS + MAX_OFFSET_MS,
  );
}

function firstOnDay(
  rule: CompiledRule,
  day: number,
  stretches: Stretch[],
  after: number,
): Occurrence | undefined {
  if (stretches.length === 1) {
    const { offset } = stretches[0];
    const wall = firstWall(rule, day, after + offset + 1, Infinity);
    return wall === undefined
      ? undefined
      : { at: wall - offset, wall, kind: 'plain' };
  }
  return rule.followsClock
    ? firstByClock(rule, day, stretches, after)
    : firstFixed(rule, day, stretches, after);
}

/** The first local time of the day that the rule names, from ≤ time < until. */
function firstWall(
  rule: CompiledRule,
  day: number,
  from: number,
  until: number,
): number | undefined {
  const midnight = day * DAY_MS;
  const earliest = Math.max(0, Math.ceil((from - midnight) / MINUTE_MS));
  if (earliest >= 24 * 60) {
    return undefined;
  }
  const { hours, minutes } = rule;
  const hour = Math.floor(earliest / 60);
  const minute = earliest - hour * 60;
  for (const h of hours) {
    if (h < hour) {
      continue;
    }
    const m = h > hour ? minutes[0] : minutes.find(each => each >= minute);
    if (m !== undefined) {
      const wall = midnight + (h * 60 + m) * MINUTE_MS;
      return wall < until ? wall : undefined;
    }
  }
  return undefined;
}

const contains = ({ from, until, offset }: Stretch, wall: number) =>
  wall >= from + offset && wall < until + offset;

/** Every real minute whose local time matches. */
function firstByClock(
  rule: CompiledRule,
  day: number,
  stretches: Stretch[],
  after: number,
): Occurrence | undefined {
  for (const { from, until, offset } of stretches) {
    const wall = firstWall(
      rule,
      day,
      Math.max(from, after + 1) + offset,
      until + offset,
    );
    if (wall !== undefined) {
      const at = wall - offset;
      const shows = stretches.filter(each => contains(each, wall));
      const kind = shows[0].offset === offset ? 'first' : 'second';
      return { at, wall, kind: shows.length > 1 ? kind : 'plain' };
    }
  }
  return undefined;
}

/** Each local time once: at its first instant, or right after its gap. */
function firstFixed(
  rule: CompiledRule,
  day: number,
  stretches: Stretch[],
  after: number,
): Occurrence | undefined {
  const midnight = day * DAY_MS;
  for (const hour of rule.hours) {
    for (const minute of rule.minutes) {
      const wall = midnight + (hour * 60 + minute) * MINUTE_MS;
      const found = placeFixed(wall, stretches);
      if (found && found.at > after) {
        return found;
      }
    }
  }
  return undefined;
}

function placeFixed(
  wall: number,
  stretches: Stretch[],
): Occurrence | undefined {
  const shows = stretches.filter(stretch => contains(stretch, wall));
  if (shows.length > 0) {
    return {
      at: wall - shows[0].offset,
      wall,
      kind: shows.length > 1 ? 'first' : 'plain',
    };
  }
  for (const [i, { until, offset }] of stretches.entries()) {
    const next = stretches[i + 1];
    if (
      next &&
      next.offset - offset <= MAX_GAP_MS &&
      wall >= until + offset &&
      wall < until + next.offset
    ) {
      return { at: until, wall, kind: 'gap' };
    }
  }
  return undefined;
}
