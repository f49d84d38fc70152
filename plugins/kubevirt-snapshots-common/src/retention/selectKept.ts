// SPDX-License-Identifier: Apache-2.0
import { civilDay, DAY_MS } from '../schedule/calendar';
import type { TimeZone } from '../schedule/TimeZone';
import type { KeepReason, RetentionField, RetentionRule } from './types';

/** A moment with the local day, ISO week, month and year that it lies in. */
export interface Bucketed {
  at: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
}

type Bucket = 'daily' | 'weekly' | 'monthly' | 'yearly';

const BUCKETS: Bucket[] = ['daily', 'weekly', 'monthly', 'yearly'];

/** What a part of the rule chose: which one, and as which of its choices. */
export interface Choice {
  rule: RetentionField;
  number: number;
}

/** 1970-01-01 was a Thursday, and an ISO week begins on Monday. */
const weekOf = (day: number) => Math.floor((day + 3) / 7);

/** Gives the buckets of moments, quickly where many are of one day. */
export function bucketing(zone: TimeZone): (at: number) => Bucketed {
  let last: Bucketed | undefined;
  return at => {
    const day = Math.floor((at + zone.offsetAt(at)) / DAY_MS);
    if (last?.daily !== day) {
      const { year, month } = civilDay(day);
      last = {
        at,
        daily: day,
        weekly: weekOf(day),
        monthly: year * 12 + month - 1,
        yearly: year,
      };
    }
    const { weekly, monthly, yearly } = last;
    return { at, daily: day, weekly, monthly, yearly };
  };
}

/** Name of the bucket, such as `2026-11-22`, `2026-W47`, `2026-11`, `2026`. */
export function bucketName(item: Bucketed, rule: Bucket): string {
  const month = String((item.monthly % 12) + 1).padStart(2, '0');
  switch (rule) {
    case 'daily':
      return `${item.yearly}-${month}-${String(
        civilDay(item.daily).date,
      ).padStart(2, '0')}`;
    case 'weekly': {
      // The year of an ISO week is the one of its Thursday.
      const thursday = item.weekly * 7;
      const { year } = civilDay(thursday);
      const first = weekOf(dayOfFourthJanuary(year));
      const number = String(item.weekly - first + 1).padStart(2, '0');
      return `${year}-W${number}`;
    }
    case 'monthly':
      return `${item.yearly}-${month}`;
    default:
      return String(item.yearly);
  }
}

/** The first ISO week of a year is the one with the fourth of January. */
function dayOfFourthJanuary(year: number): number {
  return Math.floor(Date.UTC(year, 0, 4) / DAY_MS);
}

/**
 * What a rule keeps of snapshots that count. The parts of the rule choose one
 * after the other, as in Proxmox: last, then days, weeks, months and years.
 * Nothing that is older than the greatest age is chosen, apart from the last
 * ones; with an age and without days, weeks, months and years, all that are
 * younger are kept. A part chooses the newest one of each bucket, until it has chosen its
 * number; a bucket in which a newer one is kept already is left alone and
 * costs nothing, so that each part reaches further back than the one before,
 * and empty days cost nothing either.
 *
 * It differs from Proxmox where a week reaches into the next month. There, an
 * older snapshot that is kept keeps a newer one of its month from being
 * chosen, and one that isn't the newest of its week is never the one of its
 * month, so that what is kept depends on when one cleaned up. Here what
 * happens to a snapshot depends on newer ones only, and cleaning up after
 * every run leaves the same as doing it once at the end.
 *
 * @param items - newest first
 * @returns for each item the choice that keeps it
 */
export function selectKept(
  items: readonly Bucketed[],
  rule: RetentionRule,
  now: number,
): Array<Choice | undefined> {
  const chosen = new Array<Choice | undefined>(items.length);
  const last = Math.min(rule.keepLast ?? 0, items.length);
  for (let i = 0; i < last; i += 1) {
    chosen[i] = { rule: 'keepLast', number: i + 1 };
  }
  const young = rule.maxAgeDays
    ? countYounger(items, now - rule.maxAgeDays * DAY_MS)
    : items.length;
  if (BUCKETS.some(bucket => rule[bucket])) {
    for (const bucket of BUCKETS) {
      selectBuckets(items, young, bucket, rule[bucket] ?? 0, chosen);
    }
  } else if (rule.maxAgeDays) {
    // Nothing thins out the young ones, so that all of them stay.
    for (let i = last; i < young; i += 1) {
      chosen[i] = { rule: 'maxAgeDays', number: i - last + 1 };
    }
  }
  return chosen;
}

function countYounger(items: readonly Bucketed[], oldest: number): number {
  const first = items.findIndex(item => item.at <= oldest);
  return first < 0 ? items.length : first;
}

function selectBuckets(
  items: readonly Bucketed[],
  young: number,
  bucket: Bucket,
  count: number,
  chosen: Array<Choice | undefined>,
): void {
  let used = 0;
  // Newest first, so that the members of a bucket are neighbours, and only the
  // first of them can be the newest.
  for (let i = 0; i < young && used < count; i += 1) {
    const isNewest = i === 0 || items[i][bucket] !== items[i - 1][bucket];
    if (isNewest && !chosen[i]) {
      used += 1;
      chosen[i] = { rule: bucket, number: used };
    }
  }
}

export function reasonOf(choice: Choice, item: Bucketed): KeepReason {
  return choice.rule === 'keepLast' || choice.rule === 'maxAgeDays'
    ? choice
    : { ...choice, bucket: bucketName(item, choice.rule) };
}
