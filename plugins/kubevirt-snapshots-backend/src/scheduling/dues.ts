// SPDX-License-Identifier: Apache-2.0
import {
  nextRun,
  type ScheduleSettings,
} from 'backstage-plugin-kubevirt-snapshots-common';

const MINUTE = 60_000;

/** A run is made up for at most so long after it was due, unless set. */
const MAX_CATCH_UP_MS = 3 * 60 * MINUTE;

/** A run is never late within this, or none could be on time, ms. */
const ALWAYS_IN_TIME_MS = MINUTE;

/** Runs of a gap that are counted one by one; more are told as "at least". */
const COUNTED = 20_000;

/** Steps after which other work gets its turn. */
const STEPS_PER_TURN = 200;

type Rhythm = Pick<
  ScheduleSettings,
  'rule' | 'timeZone' | 'startAt' | 'endAt' | 'catchUpMinutes'
>;

/** The next due time after a moment, ms since 1970; undefined when there is none. */
export function nextDue(settings: Rhythm, afterMs: number): number | undefined {
  const start = settings.startAt ? Date.parse(settings.startAt) - 1 : -Infinity;
  const at = nextRun(
    settings.rule,
    settings.timeZone,
    Math.max(afterMs, start),
  );
  return at === undefined ||
    (settings.endAt && at >= Date.parse(settings.endAt))
    ? undefined
    : at;
}

/** How long after a due time its run may still begin, ms. */
export function catchUpMs(settings: Rhythm, dueAt: number): number {
  if (settings.catchUpMinutes !== undefined) {
    return settings.catchUpMinutes * MINUTE;
  }
  const next = nextRun(settings.rule, settings.timeZone, dueAt);
  return next === undefined
    ? MAX_CATCH_UP_MS
    : Math.min((next - dueAt) / 2, MAX_CATCH_UP_MS);
}

/** Until when a run may begin. */
export function deadlineOf(settings: Rhythm, dueAt: number): number {
  return dueAt + Math.max(catchUpMs(settings, dueAt), ALWAYS_IN_TIME_MS);
}

/** What is to be done about a schedule that is due. */
export interface DuePlan {
  /** The run to make, if one is still in time. */
  run?: { dueAt: number; deadlineAt: number };
  /** What was missed before it. */
  missed?: { first: number; last: number; count: number };
  /** Undefined: the schedule has ended. */
  nextDueAt?: number;
}

/**
 * Works out what is due from `firstDueAt` to `now`: the latest one is run when
 * it is in time, the rest was missed. Depends on its arguments alone, however
 * long the portal was away.
 */
export async function planDue(
  settings: Rhythm,
  firstDueAt: number,
  now: number,
): Promise<DuePlan> {
  let latest = firstDueAt;
  let before: number | undefined;
  let count = 1;
  let next = nextDue(settings, latest);
  while (next !== undefined && next <= now && count < COUNTED) {
    before = latest;
    latest = next;
    count += 1;
    next = nextDue(settings, latest);
    if (count % STEPS_PER_TURN === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }
  if (next !== undefined && next <= now) {
    // Too many to count: from the end of the gap, in ever longer strides.
    let from = now - 60 * MINUTE;
    let at = nextDue(settings, from);
    while (at === undefined || at > now) {
      from -= now - from;
      at = nextDue(settings, from);
    }
    while (at !== undefined && at <= now) {
      before = latest;
      latest = at;
      at = nextDue(settings, latest);
    }
    next = at;
  }
  const deadlineAt = deadlineOf(settings, latest);
  const inTime = now <= deadlineAt;
  const missedCount = inTime ? count - 1 : count;
  return {
    nextDueAt: next,
    run: inTime ? { dueAt: latest, deadlineAt } : undefined,
    missed:
      missedCount > 0
        ? {
            first: firstDueAt,
            last: inTime ? before ?? firstDueAt : latest,
            count: missedCount,
          }
        : undefined,
  };
}
