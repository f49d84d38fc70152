// SPDX-License-Identifier: Apache-2.0
import { planRetention } from '../retention/planRetention';
import { removesSnapshots } from '../retention/retentionRule';
import type {
  RetentionOptions,
  RetentionPlan,
  RetentionRule,
  RetentionSnapshot,
} from '../retention/types';
import type { RandomNumbers } from './randomRules';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
];

/**
 * A history as it may come out of years of use and abuse: failed, partial and
 * protected snapshots, some in use, some pending, some with times that are
 * forged or missing, several at the same moment.
 */
export function randomHistory(random: RandomNumbers): RetentionOptions {
  const now = Date.UTC(2026, random.below(12), 1 + random.below(28), 12);
  const spread = random.pick([HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY]);
  const snapshots: RetentionSnapshot[] = [];
  let at = now - random.below(2 * HOUR);
  const count = random.below(40);
  for (let i = 0; i < count; i += 1) {
    const odd = random.next();
    let createdAt: number | undefined = at;
    if (odd < 0.04) {
      createdAt = now + 6 * MINUTE + random.below(400 * DAY);
    } else if (odd < 0.06) {
      createdAt = random.pick([undefined, NaN, Infinity, -1e18]);
    } else if (odd < 0.09) {
      createdAt = now - random.below(3000 * DAY);
    }
    snapshots.push({
      id: `s${i}`,
      createdAt,
      state: random.pick([
        'ready',
        'ready',
        'ready',
        'ready',
        'failed',
        'pending',
      ]),
      complete: random.below(6) > 0,
      protected: random.below(10) === 0,
      inUse: random.below(10) === 0,
    });
    at -= random.below(8) === 0 ? 0 : Math.floor(random.next() * 2 * spread);
  }
  // The order in which they are given means nothing.
  for (let i = snapshots.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [snapshots[i], snapshots[j]] = [snapshots[j], snapshots[i]];
  }
  const part = (max: number) =>
    random.below(2) === 0 ? 1 + random.below(max) : undefined;
  const rule: RetentionRule =
    random.below(25) === 0
      ? {}
      : {
          keepLast: part(6),
          maxAgeDays: random.below(3) === 0 ? 1 + random.below(40) : undefined,
          daily: part(8),
          weekly: part(5),
          monthly: part(6),
          yearly: part(3),
        };
  return {
    rule,
    timeZone: random.pick(ZONES),
    now,
    newestRunSucceeded: random.below(8) > 0,
    snapshots,
  };
}

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id).sort();
const same = (a: { id: string }[], b: { id: string }[]) =>
  JSON.stringify(idsOf(a)) === JSON.stringify(idsOf(b));

/** What a plan for a history breaks of what is promised, by letter. */
export function violationsOf(
  history: RetentionOptions,
  random: RandomNumbers,
  plan: (options: RetentionOptions) => RetentionPlan = planRetention,
): string[] {
  const broken: string[] = [];
  const must = (promise: string, kept: boolean) => {
    if (!kept) {
      broken.push(promise);
    }
  };
  const { snapshots, now } = history;
  const result = plan(history);
  const removed = new Set(result.remove.map(({ id }) => id));
  const waiting = new Set(result.waiting.map(({ id }) => id));
  const rest = snapshots.filter(({ id }) => !removed.has(id));
  const real = (each: RetentionSnapshot) =>
    each.createdAt !== undefined &&
    Math.abs(each.createdAt) < 1e15 &&
    each.createdAt <= now;
  const isGood = (each: RetentionSnapshot) =>
    each.state === 'ready' && each.complete && real(each);

  must(
    'every candidate is kept or removed, once',
    idsOf([...result.keep, ...result.remove]).join() ===
      idsOf([...snapshots]).join(),
  );
  must(
    'a: protected, in use and pending ones stay',
    snapshots.every(
      each =>
        !removed.has(each.id) ||
        (!each.protected && !each.inUse && each.state !== 'pending'),
    ),
  );
  must(
    'b: a ready one remains',
    !snapshots.some(each => each.state === 'ready') ||
      rest.some(each => each.state === 'ready'),
  );
  const newest = [...snapshots].filter(isGood).sort(newerFirst)[0];
  must(
    'b: the newest complete one remains',
    !newest || !removed.has(newest.id),
  );
  must(
    'c: failed, partial and pending ones cost no complete one its place',
    same(
      plan({ ...history, snapshots: snapshots.filter(isGood) }).remove,
      result.remove.filter(({ id }) =>
        isGood(snapshots.find(each => each.id === id)!),
      ),
    ),
  );
  must(
    'd: planning the rest again removes nothing',
    plan({ ...history, snapshots: rest }).remove.length === 0,
  );
  const goods = snapshots.filter(isGood).sort(newerFirst);
  const older: RetentionSnapshot = {
    id: '!older',
    createdAt:
      goods.length > 0
        ? goods[random.below(goods.length)].createdAt! - random.below(9 * DAY)
        : now - random.below(9 * DAY),
    state: 'ready',
    complete: true,
  };
  const withOlder = plan({ ...history, snapshots: [...snapshots, older] });
  must(
    'd: one that turns up removes no newer one',
    withOlder.remove.every(
      ({ id }) =>
        removed.has(id) ||
        id === older.id ||
        snapshots.find(each => each.id === id)!.createdAt! <= older.createdAt!,
    ),
  );
  must(
    'e: every kept one has a reason, every removed one names the rule',
    result.keep.every(({ reasons }) => reasons.length > 0) &&
      result.remove.every(({ rule }) => rule.length > 0),
  );
  must(
    'f: what is removed is what was shown',
    same(
      plan({ ...history, snapshots: [...snapshots].reverse() }).remove,
      result.remove,
    ),
  );
  must(
    'g: a rule that says nothing removes nothing',
    removesSnapshots(history.rule) || removed.size + waiting.size === 0,
  );
  must(
    'h: what is kept is what the slow reading keeps',
    JSON.stringify(slowKept(history)) ===
      JSON.stringify(
        goods
          .filter(({ id, protected: held }) => {
            const kept = result.keep.find(each => each.id === id);
            return !held && kept?.reasons.some(reason => 'number' in reason);
          })
          .map(({ id }) => id)
          .sort(),
      ),
  );
  must(
    'i: one from the future pushes out nothing',
    same(
      plan({
        ...history,
        snapshots: [
          ...snapshots,
          {
            id: '!future',
            createdAt: now + DAY,
            state: 'ready',
            complete: true,
          },
        ],
      }).remove,
      result.remove,
    ),
  );
  must(
    'j: nothing but candidates',
    [...removed].every(id => snapshots.some(each => each.id === id)),
  );
  must(
    'nothing goes before the newest run has succeeded',
    history.newestRunSucceeded || removed.size === 0,
  );
  must(
    'what waits is what would go',
    history.newestRunSucceeded
      ? waiting.size === 0
      : same(
          plan({ ...history, newestRunSucceeded: true }).remove,
          result.waiting,
        ),
  );
  must(
    'age never goes below keep last',
    goods
      .filter(each => !each.protected)
      .slice(0, history.rule.keepLast ?? 0)
      .every(({ id }) => !removed.has(id)),
  );
  return broken;
}

function newerFirst(a: RetentionSnapshot, b: RetentionSnapshot): number {
  return b.createdAt! - a.createdAt! || (a.id < b.id ? 1 : -1);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Names of the buckets, from the text of the local date. */
function slowBuckets(at: number, timeZone: string) {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone });
    formats.set(timeZone, format);
  }
  const date = format.format(at);
  // An ISO week is known by its Thursday.
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + 4 - (noon.getUTCDay() || 7));
  return {
    daily: date,
    weekly: noon.toISOString().slice(0, 10),
    monthly: date.slice(0, 7),
    yearly: date.slice(0, 4),
  };
}

/**
 * The rule once more, word for word and slowly: the parts choose one after the
 * other, each the newest of a bucket that isn't kept already.
 */
function slowKept(history: RetentionOptions): string[] {
  const { rule, now, timeZone } = history;
  if (!removesSnapshots(rule)) {
    return [];
  }
  const items = history.snapshots
    .filter(
      each =>
        each.state === 'ready' &&
        each.complete &&
        !each.protected &&
        each.createdAt !== undefined &&
        Math.abs(each.createdAt) < 1e15 &&
        each.createdAt <= now,
    )
    .sort(newerFirst)
    .map(each => ({
      id: each.id,
      at: each.createdAt!,
      ...slowBuckets(each.createdAt!, timeZone),
    }));
  const kept = new Set(items.slice(0, rule.keepLast ?? 0).map(({ id }) => id));
  const old = (at: number) =>
    rule.maxAgeDays !== undefined && at <= now - rule.maxAgeDays * DAY;
  const thins = rule.daily || rule.weekly || rule.monthly || rule.yearly;
  for (const { id, at } of items) {
    if (rule.maxAgeDays && !thins && !old(at)) {
      kept.add(id);
    }
  }
  for (const part of ['daily', 'weekly', 'monthly', 'yearly'] as const) {
    let left = rule[part] ?? 0;
    const before = new Set(kept);
    for (const name of new Set(items.map(item => item[part]))) {
      const members = items.filter(item => item[part] === name);
      const passed = before.has(members[0].id) || old(members[0].at);
      if (left > 0 && !passed) {
        left -= 1;
        kept.add(members[0].id);
      }
    }
  }
  return [...kept].sort();
}
