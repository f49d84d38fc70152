// SPDX-License-Identifier: Apache-2.0
import { DAY_MS } from '../schedule/calendar';
import { nextRun } from '../schedule/nextRun';
import { TimeZone } from '../schedule/TimeZone';
import type { ScheduleRule } from '../schedule/types';
import { removesSnapshots } from './retentionRule';
import { bucketing, selectKept } from './selectKept';
import type { Bucketed } from './selectKept';
import type { RetentionField, RetentionRule } from './types';

/** An hourly schedule has 8,760 runs a year; twice that is enough to see. */
const MAX_RUNS = 20_000;

/**
 * What would be there at a moment of the simulated year.
 *
 * @public
 */
export interface SimulatedMoment {
  /** Milliseconds since 1970. */
  at: number;
  /** Newest first, with the part of the rule that keeps each. */
  kept: { at: number; rule: RetentionField | 'everything' }[];
}

/**
 * @public
 */
export interface SimulatedYear {
  from: number;
  /** A year later, or earlier when there are more runs than are simulated. */
  until: number;
  /** Runs in the simulated time, all of which succeed. */
  runs: number;
  /** More runs than are simulated. */
  cut: boolean;
  /** Each about a month after the one before; the last is at `until`. */
  moments: SimulatedMoment[];
  /** How many are there, about once a week. */
  counts: { at: number; count: number }[];
  /** The most that are there at once among `counts` and `moments`. */
  most: number;
}

/**
 * Plays the coming year: every run succeeds, and after each one the rule is
 * applied. What a rule keeps at a moment depends on the runs up to then alone,
 * so that each moment can be worked out on its own.
 *
 * @public
 */
export function simulateYear(options: {
  rule: ScheduleRule;
  retention: RetentionRule;
  timeZone: string;
  /** Milliseconds since 1970. */
  from: number;
  /** Creation times of the complete snapshots that are there already. */
  existing?: readonly number[];
  /** Months to give in `moments`, 12 by default. */
  months?: number;
}): SimulatedYear {
  const { rule, retention, timeZone, from, months = 12 } = options;
  const zone = TimeZone.find(timeZone);
  const end = from + 365 * DAY_MS;
  const runs: number[] = [];
  let next = zone && nextRun(rule, timeZone, from);
  while (next !== undefined && next <= end && runs.length < MAX_RUNS) {
    runs.push(next);
    next = nextRun(rule, timeZone, next);
  }
  const cut = next !== undefined && next <= end;
  const until = cut ? runs[runs.length - 1] : end;
  const items = zone
    ? [...[...(options.existing ?? [])].sort((a, b) => a - b), ...runs].map(
        bucketing(zone),
      )
    : [];
  items.reverse();

  const keptAt = (moment: number): SimulatedMoment['kept'] => {
    const start = firstNotAfter(items, moment);
    const then = items.slice(start);
    if (!removesSnapshots(retention)) {
      return then.map(({ at }) => ({ at, rule: 'everything' }));
    }
    // Retention is applied after a run, and age is measured then.
    const choices = selectKept(then, retention, then[0]?.at ?? moment);
    return then.flatMap(({ at }, i) => {
      const choice = choices[i];
      // The newest complete one stays whatever the rule says.
      return choice || i === 0
        ? [{ at, rule: choice?.rule ?? ('everything' as const) }]
        : [];
    });
  };

  const step = (until - from) / months;
  const moments = Array.from({ length: months }, (_, i) => {
    const at = i === months - 1 ? until : Math.round(from + (i + 1) * step);
    return { at, kept: keptAt(at) };
  });
  const weeks = 52;
  const counts = Array.from({ length: weeks + 1 }, (_, i) => {
    const at = Math.round(from + ((until - from) * i) / weeks);
    return { at, count: keptAt(at).length };
  });
  return {
    from,
    until,
    runs: runs.length,
    cut,
    moments,
    counts,
    most: Math.max(
      ...counts.map(each => each.count),
      ...moments.map(each => each.kept.length),
    ),
  };
}

/** Index of the newest item that is not after the moment; newest first. */
function firstNotAfter(items: readonly Bucketed[], moment: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].at > moment) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
