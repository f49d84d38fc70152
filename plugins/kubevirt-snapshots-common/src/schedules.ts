// SPDX-License-Identifier: Apache-2.0
import type { Verdict } from './api';
import type {
  RetentionPlan,
  RetentionRule,
  RetentionSnapshot,
} from './retention';
import type { ScheduledRun, ScheduleRule } from './schedule';

/**
 * State of a schedule. `paused` by a person, who can end it; `suspended` by
 * the portal because something needs a person; `ended` when its end date has
 * passed.
 *
 * @public
 */
export type ScheduleState = 'active' | 'paused' | 'suspended' | 'ended';

/**
 * Why a schedule isn't active.
 *
 * `by-person`: paused on the tab. `author-paused`: an operator paused all
 * schedules of its author. `vm-gone`, `vm-changed` (another VM bears the name),
 * `not-bound` (no entity stands for the VM), `rule-invalid`, `failures` (so
 * many of the VM's own in a row), `author-lost-rights`, `author-gone`.
 *
 * @public
 */
export type ScheduleStateCode =
  | 'by-person'
  | 'author-paused'
  | 'vm-gone'
  | 'vm-changed'
  | 'not-bound'
  | 'rule-invalid'
  | 'failures'
  | 'author-lost-rights'
  | 'author-gone';

/**
 * Why a schedule isn't active, since when and by whom.
 *
 * @public
 */
export interface ScheduleStateReason {
  code: ScheduleStateCode;
  /** The reason a person gave, or what happened, as a sentence. */
  message: string;
  /** Entity ref; absent where the portal did it. */
  by?: string;
  /** RFC 3339 */
  since: string;
  /** RFC 3339, when a pause ends by itself. */
  until?: string;
}

/**
 * What is wrong with the author of a schedule that still takes snapshots.
 * Nothing is pruned meanwhile; at `suspendedAt` it stops altogether unless one
 * of the VM's owners adopts it.
 *
 * @public
 */
export interface ScheduleAuthorProblem {
  code: 'author-lost-rights' | 'author-gone';
  /** As a sentence. */
  message: string;
  /** RFC 3339 */
  since: string;
  /** RFC 3339 */
  suspendedAt: string;
}

/**
 * How a run stands. `blocked`: waits for the cluster or the VM until its
 * deadline, and recovers by itself. `skipped`: the deadline passed while it was
 * blocked. `missed`: the portal didn't run then; one row stands for the whole
 * gap. `unknown`: the cluster never said whether it was done.
 *
 * @public
 */
export type ScheduleRunState =
  | 'blocked'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'missed'
  | 'unknown';

/**
 * One run of a schedule.
 *
 * @public
 */
export interface ScheduleRun {
  id: string;
  scheduleId: string;
  /** `manual`: run now. It has no place in the rhythm. */
  trigger: 'schedule' | 'manual';
  /** RFC 3339 */
  dueAt: string;
  state: ScheduleRunState;
  /** RFC 3339, when the operation began. */
  startedAt?: string;
  /** RFC 3339 */
  finishedAt?: string;
  /** From due to started, ms. */
  delayMs?: number;
  /** Why it is blocked, was skipped, missed or failed, as a sentence. */
  reason?: string;
  /** Stable word for the reason. */
  code?: string;
  /** RFC 3339, while blocked: it is skipped after this. */
  deadlineAt?: string;
  /** What a `missed` row stands for. */
  missed?: { firstAt: string; lastAt: string; count: number };
  snapshotName?: string;
  snapshotUid?: string;
  operationId?: string;
  /** Entity ref of who ran it now. */
  by?: string;
}

/**
 * Verbs on a schedule.
 *
 * @public
 */
export interface ScheduleVerdicts {
  update: Verdict;
  runNow: Verdict;
  pause: Verdict;
  resume: Verdict;
  adopt: Verdict;
  delete: Verdict;
}

/**
 * What the snapshots of a schedule are like.
 *
 * @public
 */
export interface ScheduledSnapshotOptions {
  /** Description of each snapshot. */
  description?: string;
  /** Seconds, as {@link TakeSnapshotRequest.deadlineSeconds}. */
  deadlineSeconds?: number;
  /** Labels of each snapshot; keys under `kubevirt-snapshots/` are refused. At most 10. */
  labels?: Record<string, string>;
  /** Take them although no disk can be captured. */
  configurationOnly?: boolean;
}

/**
 * What a person sets.
 *
 * @public
 */
export interface ScheduleSettings {
  /** 1 to 63 characters, unique among the schedules of a VM. */
  name: string;
  /** At most 1000 characters. */
  description?: string;
  rule: ScheduleRule;
  /** IANA name. */
  timeZone: string;
  /** Without any rule in it nothing is ever removed. */
  retention: RetentionRule;
  snapshots?: ScheduledSnapshotOptions;
  /**
   * What to do while something else changes the VM when a run is due: wait
   * until the catch-up deadline (default), or skip it at once.
   */
  overlap?: 'wait' | 'skip';
  /**
   * Minutes after the due time within which a run is still made up for.
   * Default: half the interval, at most 180. 0: never.
   */
  catchUpMinutes?: number;
  /** Failures of the VM's own in a row that suspend it, 1 to 100. Default 3. */
  suspendAfterFailures?: number;
  /** RFC 3339; no run is due before. */
  startAt?: string;
  /** RFC 3339; no run is due at or after it. */
  endAt?: string;
}

/**
 * A schedule, as a row on top of the list.
 *
 * @public
 */
export interface ScheduledItem extends ScheduleSettings {
  id: string;
  /** Goes with each change of the settings; an edit has to name the one it saw. */
  revision: number;
  state: ScheduleState;
  /** Why it isn't active. */
  reason?: ScheduleStateReason;
  /** RFC 3339; absent while it isn't active. */
  nextRunAt?: string;
  /** The run that was due last and isn't waiting any more. */
  lastRun?: ScheduleRun;
  /** A run that is blocked or under way. */
  currentRun?: ScheduleRun;
  /** Entity ref of whoever made it. */
  createdBy: string;
  /** RFC 3339 */
  createdAt: string;
  /** Entity ref of whoever answers for it: who saved, resumed or adopted it last. */
  author: string;
  authorProblem?: ScheduleAuthorProblem;
  /** Failures of the VM's own since the last success. */
  failuresInRow: number;
  /** Its snapshots that are in the cluster. */
  ownedSnapshots: number;
  /** It is of a former VM of this name. */
  formerVm: boolean;
  allowed: ScheduleVerdicts;
}

/**
 * A snapshot that a schedule took, as its retention rule sees it.
 *
 * @public
 */
export interface OwnedSnapshot {
  uid: string;
  name: string;
  /** RFC 3339, by which the rule orders. */
  at: string;
  state: RetentionSnapshot['state'];
  /** Has every disk that can be captured. */
  complete: boolean;
}

/**
 * What a retention rule means for the snapshots of a schedule. `id` in the plan
 * is their UID.
 *
 * @public
 */
export interface RetentionPlanView {
  snapshots: OwnedSnapshot[];
  plan: RetentionPlan;
  /** Why nothing is removed at present whatever the plan says, as a sentence. */
  heldBecause?: string;
}

/**
 * Answer of `GET …/schedules/{id}`.
 *
 * @public
 */
export interface ScheduleDetails {
  schedule: ScheduledItem;
  /** Newest first. */
  runs: ScheduleRun[];
  totalRuns: number;
  offset: number;
  limit: number;
  /** The snapshots it owns, as its retention rule sees them now. */
  plan: RetentionPlanView;
}

/**
 * Query of `GET …/schedules/{id}`: the page of runs.
 *
 * @public
 */
export interface ScheduleRunsQuery {
  offset?: number;
  /** 1 to 100, 20 by default. */
  limit?: number;
  minRevision?: number;
}

/**
 * Body of `POST …/schedules/preview`.
 *
 * @public
 */
export interface SchedulePreviewRequest {
  rule: ScheduleRule;
  timeZone: string;
  retention: RetentionRule;
  startAt?: string;
  endAt?: string;
  /** The schedule that is edited: its snapshots are what the plan is about. */
  scheduleId?: string;
}

/**
 * Something in the settings that isn't allowed.
 *
 * @public
 */
export interface ScheduleProblem {
  /** Field of {@link ScheduleSettings}. */
  field: string;
  code: string;
  /** As a sentence. */
  message: string;
}

/**
 * Answer to a preview.
 *
 * @public
 */
export interface SchedulePreview {
  /** Why it can't be saved so; empty when it can. */
  problems: ScheduleProblem[];
  /** The next five. */
  nextRuns: ScheduledRun[];
  /** The shortest time between two runs, minutes. */
  shortestIntervalMinutes?: number;
  plan: RetentionPlanView;
}

/**
 * How much of something is used. Without a `limit` there is none.
 *
 * @public
 */
export interface UsageCounter {
  used: number;
  limit?: number;
}

/**
 * Settings that the platform team offers by name.
 *
 * @public
 */
export interface SchedulePreset {
  name: string;
  title: string;
  description?: string;
  rule: ScheduleRule;
  retention: RetentionRule;
}

/**
 * Answer of `GET …/schedule-limits`.
 *
 * @public
 */
export interface ScheduleLimits {
  /** Minutes between two runs at least. */
  minimumIntervalMinutes?: number;
  /** `keepLast` and the counts of the other rules together at most. */
  maximumKept?: number;
  schedulesOfVm: UsageCounter;
  snapshotsOfVm: UsageCounter;
  snapshotsOfNamespace: UsageCounter;
  presets: SchedulePreset[];
  /** May one make a schedule, and if not, why. */
  create: Verdict;
  /** Whether one may have a retention rule that removes anything. */
  retention: Verdict;
}

/**
 * Query of `GET …/schedule-calendar`: at most 62 days.
 *
 * @public
 */
export interface ScheduleCalendarQuery {
  /** RFC 3339 */
  from: string;
  /** RFC 3339 */
  to: string;
}

/**
 * Answer of `GET …/schedule-calendar`: what was and what is to come.
 *
 * @public
 */
export interface ScheduleCalendar {
  snapshots: {
    name: string;
    uid?: string;
    /** RFC 3339 */
    at: string;
    state: string;
    scheduleId?: string;
  }[];
  /** Runs that were due and made no snapshot. */
  runs: ScheduleRun[];
  /** Coming runs, at most 1000. */
  coming: { scheduleId: string; at: string }[];
  /** There are more coming runs than these. */
  truncated: boolean;
}

/**
 * Body of `POST …/schedules`.
 *
 * @public
 */
export interface CreateScheduleRequest extends ScheduleSettings {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  vmUid: string;
}

/**
 * Body of `POST …/schedules/{id}/update`. It replaces all settings.
 *
 * @public
 */
export interface UpdateScheduleRequest extends ScheduleSettings {
  operationId: string;
  vmUid: string;
  /** {@link ScheduledItem.revision} that the person saw. */
  revision: number;
}

/**
 * Body of `POST …/schedules/{id}/run`, `…/resume` and `…/adopt`.
 *
 * @public
 */
export interface ScheduleActRequest {
  operationId: string;
  vmUid: string;
}

/**
 * Body of `POST …/schedules/{id}/pause`.
 *
 * @public
 */
export interface PauseScheduleRequest extends ScheduleActRequest {
  /** 1 to 500 characters. */
  reason: string;
  /** RFC 3339, in the future: it resumes by itself then. */
  until?: string;
}

/**
 * Body of `POST …/schedules/{id}/delete`.
 *
 * @public
 */
export interface DeleteScheduleRequest extends ScheduleActRequest {
  /**
   * False: its snapshots are deleted as well, apart from those that are
   * protected, in use, or the last one that can be restored. That needs
   * `snapshot.delete`.
   */
  keepSnapshots: boolean;
}

/**
 * Answer to every change of a schedule, which is done when it arrives. A run
 * now has begun then.
 *
 * @public
 */
export interface ScheduleAnswer {
  /** Absent after a deletion. */
  schedule?: ScheduledItem;
  /** After run now. */
  run?: ScheduleRun;
  /** For `minRevision`, as {@link OperationView.revision}. */
  revision: number;
}

/**
 * Schedules of one author, for operators.
 *
 * @public
 */
export interface ScheduleAuthorSummary {
  /** Entity ref. */
  author: string;
  schedules: number;
  active: number;
  /** An operator has paused all of them. */
  paused?: { reason: string; by: string; since: string };
}

/**
 * Answer of `GET /schedule-authors`.
 *
 * @public
 */
export interface ScheduleAuthorList {
  /** Those whom an operator has paused first, then by entity ref. */
  authors: ScheduleAuthorSummary[];
  /** Whether the person may pause and resume all schedules of somebody. */
  allowed: Verdict;
}

/**
 * Body of `POST /schedule-authors/pause` and `/schedule-authors/resume`.
 *
 * @public
 */
export interface PauseAuthorRequest {
  operationId: string;
  /** Entity ref of a user. */
  author: string;
  /** 1 to 500 characters. */
  reason: string;
}

/**
 * Answer to pausing and resuming an author: how many schedules changed.
 *
 * @public
 */
export interface PauseAuthorAnswer {
  changed: number;
}
