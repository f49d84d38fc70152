// SPDX-License-Identifier: Apache-2.0
import { FIRST_INSTANT, LAST_INSTANT, TimeZone } from '../schedule/TimeZone';
import { formatRetention, removesSnapshots } from './retentionRule';
import { bucketing, reasonOf, selectKept, type Bucketed } from './selectKept';
import type {
  KeepReason,
  RemovedSnapshot,
  RetentionOptions,
  RetentionPlan,
  RetentionSnapshot,
} from './types';

/** Clocks of cluster and database may differ by this. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** Snapshots that are planned by themselves, newest first. */
class Group {
  newest: RetentionSnapshot | undefined;
  /** Those that count, and the place of each among all. */
  readonly counted: Bucketed[] = [];
  readonly places: number[] = [];
  readonly #bucketsOf: (at: number) => Bucketed;

  constructor(zone: TimeZone) {
    this.#bucketsOf = bucketing(zone);
  }

  add(snapshot: RetentionSnapshot, place: number): void {
    this.newest ??= snapshot;
    if (!snapshot.protected) {
      this.counted.push(this.#bucketsOf(snapshot.createdAt!));
      this.places.push(place);
    }
  }
}

/**
 * Plans which snapshots of a schedule stay and which go. Who gives the
 * candidates decides whose snapshots they are: nothing else is ever removed.
 *
 * - Only ready snapshots with all disks count. Partial ones are planned apart
 *   by the same rule, so that they neither push out a complete one nor pile
 *   up.
 * - Protected ones stay and don't count. Ones in use stay.
 * - The newest complete one always stays, and so does the newest partial one
 *   while it is newer than that.
 * - A failed one goes once a newer complete one is ready; a pending one stays.
 * - One that claims to come from the future counts nothing.
 * - Nothing goes while the newest run hasn't succeeded.
 *
 * Planning the rest again removes nothing more, and what happens to a snapshot
 * doesn't depend on older ones.
 *
 * @throws RangeError when there is no such time zone
 * @public
 */
export function planRetention(options: RetentionOptions): RetentionPlan {
  const { rule, now, newestRunSucceeded } = options;
  const zone = TimeZone.find(options.timeZone);
  if (!zone) {
    throw new RangeError(`There is no time zone ${options.timeZone}`);
  }
  const snapshots = sorted(options.snapshots);
  if (!removesSnapshots(rule)) {
    return {
      keep: snapshots.map(({ id }) => ({
        id,
        reasons: [{ rule: 'empty-rule' }],
      })),
      remove: [],
      waiting: [],
    };
  }
  // There can be thousands, and somebody waits while typing a number.
  const complete = new Group(zone);
  const partial = new Group(zone);
  snapshots.forEach((snapshot, i) => {
    if (snapshot.state === 'ready' && !oddTime(snapshot, now)) {
      (snapshot.complete ? complete : partial).add(snapshot, i);
    }
  });
  const chosen = new Map<number, KeepReason>();
  for (const group of [complete, partial]) {
    selectKept(group.counted, rule, now).forEach((choice, i) => {
      if (choice) {
        chosen.set(group.places[i], reasonOf(choice, group.counted[i]));
      }
    });
  }

  const newestComplete = complete.newest;
  // Not only while there is no complete one at all: an older complete one that
  // turns up would make a newer partial one go.
  const newestPartial =
    partial.newest &&
    !(newestComplete && newestFirst(newestComplete, partial.newest) < 0)
      ? partial.newest
      : undefined;
  const plan: RetentionPlan = { keep: [], remove: [], waiting: [] };
  const ruleText = formatRetention(rule);
  snapshots.forEach((snapshot, i) => {
    const { id, state } = snapshot;
    const choice = chosen.get(i);
    const because = guards(snapshot, now, choice && [choice]);
    if (snapshot === newestComplete) {
      because.push({ rule: 'newest-complete' });
    } else if (snapshot === newestPartial) {
      because.push({ rule: 'newest-partial' });
    } else if (
      state === 'failed' &&
      !(newestComplete && newestFirst(snapshot, newestComplete) > 0)
    ) {
      because.push({ rule: 'newer-than-complete' });
    }
    if (because.length > 0) {
      plan.keep.push({ id, reasons: because });
      return;
    }
    const removed: RemovedSnapshot = {
      id,
      cause: state === 'failed' ? 'failed' : 'not-kept',
      rule: ruleText,
    };
    if (newestRunSucceeded) {
      plan.remove.push(removed);
    } else {
      plan.keep.push({ id, reasons: [{ rule: 'blocked' }] });
      plan.waiting.push(removed);
    }
  });
  return newestRunSucceeded
    ? plan
    : { ...plan, blocked: 'newest-run-not-succeeded' };
}

/** Newest first. They mostly come so, or the other way round. */
function sorted(given: readonly RetentionSnapshot[]): RetentionSnapshot[] {
  const inOrder = (all: readonly RetentionSnapshot[]) =>
    all.every((each, i) => i === 0 || newestFirst(all[i - 1], each) <= 0);
  if (inOrder(given)) {
    return [...given];
  }
  const reversed = [...given].reverse();
  return inOrder(reversed) ? reversed : reversed.sort(newestFirst);
}

/** What no rule may remove. */
function guards(
  snapshot: RetentionSnapshot,
  now: number,
  before: KeepReason[] = [],
): KeepReason[] {
  const reasons = before;
  if (snapshot.protected) {
    reasons.push({ rule: 'protected' });
  }
  if (snapshot.inUse) {
    reasons.push({ rule: 'in-use' });
  }
  if (snapshot.state === 'pending') {
    reasons.push({ rule: 'pending' });
  }
  const odd = oddTime(snapshot, now);
  if (odd) {
    reasons.push({ rule: odd });
  }
  return reasons;
}

function oddTime(
  { createdAt }: RetentionSnapshot,
  now: number,
): 'no-time' | 'future-dated' | undefined {
  if (
    createdAt === undefined ||
    !(createdAt >= FIRST_INSTANT && createdAt <= LAST_INSTANT)
  ) {
    return 'no-time';
  }
  return createdAt > now + FUTURE_TOLERANCE_MS ? 'future-dated' : undefined;
}

/** Newest first; what has no time comes last, ties go by id. */
function newestFirst(a: RetentionSnapshot, b: RetentionSnapshot): number {
  const left = Number.isFinite(a.createdAt) ? a.createdAt! : -Infinity;
  const right = Number.isFinite(b.createdAt) ? b.createdAt! : -Infinity;
  if (left !== right) {
    return right > left ? 1 : -1;
  }
  if (a.id === b.id) {
    return 0;
  }
  return a.id < b.id ? 1 : -1;
}
