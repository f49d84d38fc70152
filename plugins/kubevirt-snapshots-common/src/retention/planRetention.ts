// SPDX-License-Identifier: Apache-2.0
import { FIRST_INSTANT, LAST_INSTANT, TimeZone } from '../schedule/TimeZone';
import { formatRetention, removesSnapshots } from './retentionRule';
import { bucketsOf, reasonOf, selectKept } from './selectKept';
import type {
  KeepReason,
  RemovedSnapshot,
  RetentionOptions,
  RetentionPlan,
  RetentionSnapshot,
} from './types';

/** Clocks of cluster and database may differ by this. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;

interface Timed extends RetentionSnapshot {
  createdAt: number;
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
  const snapshots = [...options.snapshots].sort(newestFirst);
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
  const timed = snapshots.filter(
    (each): each is Timed => oddTime(each, now) === undefined,
  );
  const ready = timed.filter(each => each.state === 'ready');
  const complete = ready.filter(each => each.complete);
  const partial = ready.filter(each => !each.complete);
  const reasons = new Map<string, KeepReason[]>();
  for (const group of [complete, partial]) {
    const counted = group
      .filter(each => !each.protected)
      .map(each => ({ ...bucketsOf(each.createdAt, zone), id: each.id }));
    selectKept(counted, rule, now).forEach((choice, i) => {
      if (choice) {
        reasons.set(counted[i].id, [reasonOf(choice, counted[i])]);
      }
    });
  }

  const newestComplete = complete[0];
  // Not only while there is no complete one at all: an older complete one that
  // turns up would make a newer partial one go.
  const newestPartial =
    partial[0] &&
    !(newestComplete && newestFirst(newestComplete, partial[0]) < 0)
      ? partial[0]
      : undefined;
  const plan: RetentionPlan = { keep: [], remove: [], waiting: [] };
  const ruleText = formatRetention(rule);
  for (const snapshot of snapshots) {
    const { id, state } = snapshot;
    const because = [...(reasons.get(id) ?? []), ...guards(snapshot, now)];
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
    const removed: RemovedSnapshot = {
      id,
      cause: state === 'failed' ? 'failed' : 'not-kept',
      rule: ruleText,
    };
    if (because.length > 0) {
      plan.keep.push({ id, reasons: because });
    } else if (newestRunSucceeded) {
      plan.remove.push(removed);
    } else {
      plan.keep.push({ id, reasons: [{ rule: 'blocked' }] });
      plan.waiting.push(removed);
    }
  }
  return newestRunSucceeded
    ? plan
    : { ...plan, blocked: 'newest-run-not-succeeded' };
}

/** What no rule may remove. */
function guards(snapshot: RetentionSnapshot, now: number): KeepReason[] {
  const reasons: KeepReason[] = [];
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
  return odd ? [...reasons, { rule: odd }] : reasons;
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
