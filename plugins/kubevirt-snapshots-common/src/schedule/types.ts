// SPDX-License-Identifier: Apache-2.0

/**
 * When a schedule takes snapshots, in the local time of its zone. Hours are
 * 0–23, minutes 0–59, days of the week 0 (Sunday) to 6.
 *
 * `hourly` follows the clock: it runs in every real hour. `daily`, `weekly`
 * and `monthly` are fixed-time: they run once for each local day that
 * matches, whatever the clock does on it. A `cron` rule follows the clock
 * when its hour field starts with `*`, and is fixed-time otherwise.
 *
 * A monthly `day` of 29–31 means the last day of shorter months; `nth` −1 is
 * the last such weekday of the month.
 *
 * @public
 */
export type ScheduleRule =
  | { kind: 'hourly'; minute: number }
  | { kind: 'daily'; hour: number; minute: number }
  | { kind: 'weekly'; days: number[]; hour: number; minute: number }
  | { kind: 'monthly'; on: MonthlyDay; hour: number; minute: number }
  | { kind: 'cron'; expression: string };

/**
 * The day of a monthly schedule.
 *
 * @public
 */
export type MonthlyDay =
  | { kind: 'day'; day: number }
  | { kind: 'last-day' }
  | { kind: 'weekday'; nth: 1 | 2 | 3 | 4 | -1; day: number };

/**
 * Why a rule is refused.
 *
 * - `rule`: not a rule at all, or of a kind that is unknown
 * - `time-zone`: no time zone of the IANA database
 * - `value`: a number of a preset is missing or out of its range
 * - `days`: a weekly rule without days, or with one of them twice
 * - `fields`: not exactly five fields; the sixth would be seconds
 * - `macro`: `@daily` and its like
 * - `too-long`: more characters than any rule needs
 * - `character`: `?`, `L`, `W`, `#`, `H` or something that is in no cron
 * - `syntax`: a field that can't be read
 * - `open-step`: `n/s`, which programs understand differently
 * - `star-in-list`: `*` beside other values
 * - `range`: a number outside the field's values
 * - `backwards`: a range that ends before it starts
 * - `step`: a step of zero, or longer than the field
 * - `never`: no day or time ever matches
 *
 * @public
 */
export type RuleProblem =
  | 'rule'
  | 'time-zone'
  | 'value'
  | 'days'
  | 'fields'
  | 'macro'
  | 'too-long'
  | 'character'
  | 'syntax'
  | 'open-step'
  | 'star-in-list'
  | 'range'
  | 'backwards'
  | 'step'
  | 'never';

/**
 * Part of a rule that a problem is about.
 *
 * @public
 */
export type RuleField =
  | 'kind'
  | 'timeZone'
  | 'expression'
  | 'minute'
  | 'hour'
  | 'days'
  | 'day'
  | 'nth'
  | 'on'
  | 'day-of-month'
  | 'month'
  | 'day-of-week';

/**
 * A refused rule: which rule of the grammar it breaks, what to do about it in
 * English, and the part that it is about.
 *
 * @public
 */
export interface RefusedRule {
  ok: false;
  code: RuleProblem;
  reason: string;
  field?: RuleField;
  /** The text that is wrong, cut to 40 characters. */
  found?: string;
}

/**
 * @public
 */
export type RuleCheck = { ok: true } | RefusedRule;

/**
 * What is worth a remark about a run.
 *
 * - `after-gap`: the local time is skipped by the clock on that day, so the run
 *   is at the first instant after the gap
 * - `first-of-repeated`: the local time comes twice; the run is at the first
 * - `repeated-first-pass`, `second-pass`: the local time comes twice, and a
 *   rule that follows the clock runs both times
 * - `last-day-of-month`: the month has no such day, so the run is on its last
 *
 * @public
 */
export type RunNote =
  | 'after-gap'
  | 'first-of-repeated'
  | 'repeated-first-pass'
  | 'second-pass'
  | 'last-day-of-month';

/**
 * A run that a rule leads to.
 *
 * @public
 */
export interface ScheduledRun {
  /** Instant, in milliseconds since 1970. */
  at: number;
  /** Local time at that instant, `YYYY-MM-DDTHH:mm`. */
  local: string;
  /**
   * Local time that the rule names. It differs from `local` only after a gap,
   * and its date is the day that the run belongs to.
   */
  intended: string;
  /** Local time minus UTC, in minutes. */
  offsetMinutes: number;
  notes: RunNote[];
}
