// SPDX-License-Identifier: Apache-2.0

/**
 * What a schedule keeps of the snapshots that it took. Every number is a whole
 * one from 1; what is absent says nothing. A rule that says nothing at all
 * keeps everything.
 *
 * @public
 */
export interface RetentionRule {
  /** The newest so many. */
  keepLast?: number;
  /**
   * Nothing that is older than so many times 24 hours, apart from the last
   * `keepLast`. Without daily, weekly, monthly and yearly, all that are younger
   * stay.
   */
  maxAgeDays?: number;
  /** The newest one of each of so many days that have a snapshot. */
  daily?: number;
  /** The newest one of each of so many ISO weeks that have one. */
  weekly?: number;
  monthly?: number;
  yearly?: number;
}

/**
 * Parts of a retention rule, in the order in which they choose.
 *
 * @public
 */
export const RETENTION_FIELDS = [
  'keepLast',
  'maxAgeDays',
  'daily',
  'weekly',
  'monthly',
  'yearly',
] as const;

/**
 * @public
 */
export type RetentionField = (typeof RETENTION_FIELDS)[number];

/**
 * A snapshot that a schedule may remove: one of the UIDs in its own run rows,
 * of the VM that it is for.
 *
 * @public
 */
export interface RetentionSnapshot {
  id: string;
  /**
   * Creation time of the snapshot's content, in milliseconds since 1970. For
   * one without content (not ready, failed), when it was asked for.
   */
  createdAt: number | undefined;
  /** `pending`: neither ready nor failed yet. */
  state: 'ready' | 'pending' | 'failed';
  /** Has every disk that can be captured. */
  complete: boolean;
  /** Somebody protects it. */
  protected?: boolean;
  /** A restore, clone or template still reads it. */
  inUse?: boolean;
}

/**
 * Why a snapshot is kept.
 *
 * - a field of the rule: it chose the snapshot; `bucket` is the day, ISO week,
 *   month or year, `number` its place among the ones that the field chose
 * - `empty-rule`: there is no rule
 * - `protected`, `in-use`, `pending`: retention never touches it
 * - `newest-complete`: the last ready one with all disks always stays
 * - `newest-partial`: the same, while none with all disks is newer
 * - `newer-than-complete`: failed, and nothing ready came after it
 * - `future-dated`: created later than now, which can't be
 * - `no-time`: nobody knows when it was created
 * - `blocked`: nothing is removed at present
 *
 * @public
 */
export type KeepReason =
  | { rule: RetentionField; number: number; bucket?: string }
  | {
      rule:
        | 'empty-rule'
        | 'protected'
        | 'in-use'
        | 'pending'
        | 'newest-complete'
        | 'newest-partial'
        | 'newer-than-complete'
        | 'future-dated'
        | 'no-time'
        | 'blocked';
    };

/**
 * @public
 */
export interface KeptSnapshot {
  id: string;
  /** At least one; what chose it comes first. */
  reasons: KeepReason[];
}

/**
 * @public
 */
export interface RemovedSnapshot {
  id: string;
  /**
   * - `not-kept`: ready, and no part of the rule keeps it
   * - `failed`: it can't be restored, and a newer one can
   */
  cause: 'not-kept' | 'failed';
  /** The whole rule in one line, for the trail. */
  rule: string;
}

/**
 * @public
 */
export interface RetentionPlan {
  /** Newest first, as in `remove` and `waiting`. */
  keep: KeptSnapshot[];
  remove: RemovedSnapshot[];
  /** Why nothing is removed now. */
  blocked?: 'newest-run-not-succeeded';
  /** What would be removed if it weren't for `blocked`. All are in `keep`. */
  waiting: RemovedSnapshot[];
}

/**
 * @public
 */
export interface RetentionOptions {
  rule: RetentionRule;
  /** Zone of the schedule: days, weeks, months and years are its own. */
  timeZone: string;
  /** Milliseconds since 1970. */
  now: number;
  /** The schedule's newest run has succeeded. */
  newestRunSucceeded: boolean;
  snapshots: readonly RetentionSnapshot[];
}
