// SPDX-License-Identifier: Apache-2.0
import type {
  ScheduleRun,
  ScheduleRunState,
  ScheduleSettings,
  ScheduleState,
  ScheduleStateCode,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** Who acts where nobody does. */
export const PLUGIN_ACTOR = 'plugin:kubevirt-snapshots';

/** Why a schedule isn't active. Times are ms since 1970, database clock. */
export interface StateReason {
  code: ScheduleStateCode;
  message: string;
  by?: string;
  since: number;
  resumeAt?: number;
}

/** A schedule as the database has it. Times are ms since 1970, database clock. */
export interface Schedule {
  id: string;
  vm: VmRef;
  vmUid: string;
  /** Of the VM when it was last saved. */
  owners: string[];
  entityRef: string;
  settings: ScheduleSettings;
  settingsRevision: number;
  /** `deleting`: its snapshots are being removed, then it is gone. */
  state: ScheduleState | 'deleting';
  reason?: StateReason;
  nextDueAt?: number;
  effectiveFrom: number;
  createdBy: string;
  createdAt: number;
  author: string;
  /** What the catalog said of the author at the last save. */
  authorBasis: 'owner' | 'known' | 'unknown';
  authorProblem?: {
    code: 'author-lost-rights' | 'author-gone';
    since: number;
  };
  /** The owners know of it. */
  authorTold: boolean;
  unboundSince?: number;
  failures: number;
  trouble?: 'failed' | 'skipped';
  retainAt?: number;
  deletedBy?: string;
  revision: number;
}

/** A run as the database has it. Times are ms since 1970, database clock. */
export interface Run {
  id: string;
  scheduleId: string;
  dueAt: number;
  byHand: boolean;
  cluster: string;
  vmUid: string;
  state: ScheduleRunState;
  code?: string;
  reason?: string;
  deadlineAt?: number;
  nextTryAt?: number;
  tries: number;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  missedLast?: number;
  missedCount?: number;
  snapshotName?: string;
  snapshotUid?: string;
  operationId?: string;
  requestedBy?: string;
  pruneOperationId?: string;
  goneAt?: number;
}

const optional = (value: unknown) =>
  value === null || value === undefined ? undefined : Number(value);

const text = (value: unknown) =>
  value === null || value === undefined ? undefined : String(value);

export function scheduleFromRow(row: any): Schedule {
  return {
    id: row.id,
    vm: { cluster: row.cluster, namespace: row.namespace, name: row.vm_name },
    vmUid: row.vm_uid,
    owners: JSON.parse(row.owners),
    entityRef: row.entity_ref,
    settings: JSON.parse(row.settings),
    settingsRevision: Number(row.settings_revision),
    state: row.state,
    reason: row.state_code
      ? {
          code: row.state_code,
          message: row.state_message ?? '',
          by: text(row.state_by),
          since: Number(row.state_since),
          resumeAt: optional(row.resume_at),
        }
      : undefined,
    nextDueAt: optional(row.next_due_at),
    effectiveFrom: Number(row.effective_from),
    createdBy: row.created_by,
    createdAt: Number(row.created_at),
    author: row.author,
    authorBasis: row.author_basis,
    authorProblem: row.author_problem
      ? {
          code: row.author_problem,
          since: Number(row.author_problem_since),
        }
      : undefined,
    authorTold: Boolean(row.author_told),
    unboundSince: optional(row.unbound_since),
    failures: row.failures,
    trouble: row.trouble ?? undefined,
    retainAt: optional(row.retain_at),
    deletedBy: text(row.deleted_by),
    revision: Number(row.revision),
  };
}

export function runFromRow(row: any): Run {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    dueAt: Number(row.due_at),
    byHand: Boolean(row.by_hand),
    cluster: row.cluster,
    vmUid: row.vm_uid,
    state: row.state,
    code: text(row.code),
    reason: text(row.reason),
    deadlineAt: optional(row.deadline_at),
    nextTryAt: optional(row.next_try_at),
    tries: row.tries,
    createdAt: Number(row.created_at),
    startedAt: optional(row.started_at),
    finishedAt: optional(row.finished_at),
    missedLast: optional(row.missed_last),
    missedCount: optional(row.missed_count),
    snapshotName: text(row.snapshot_name),
    snapshotUid: text(row.snapshot_uid),
    operationId: text(row.operation_id),
    requestedBy: text(row.requested_by),
    pruneOperationId: text(row.prune_operation_id),
    goneAt: optional(row.gone_at),
  };
}

export const iso = (ms: number) => new Date(ms).toISOString();

const isoOf = (ms: number | undefined) =>
  ms === undefined ? undefined : iso(ms);

/** A run as people get to see it. */
export function toRunView(run: Run): ScheduleRun {
  return {
    id: run.id,
    scheduleId: run.scheduleId,
    trigger: run.byHand ? 'manual' : 'schedule',
    dueAt: iso(run.dueAt),
    state: run.state,
    startedAt: isoOf(run.startedAt),
    finishedAt: isoOf(run.finishedAt),
    delayMs:
      run.startedAt === undefined
        ? undefined
        : Math.max(0, run.startedAt - run.dueAt),
    reason: run.reason,
    code: run.code,
    deadlineAt: run.state === 'blocked' ? isoOf(run.deadlineAt) : undefined,
    missed:
      run.missedCount === undefined
        ? undefined
        : {
            firstAt: iso(run.dueAt),
            lastAt: iso(run.missedLast ?? run.dueAt),
            count: run.missedCount,
          },
    snapshotName: run.snapshotName,
    snapshotUid: run.snapshotUid,
    operationId: run.operationId,
    by: run.requestedBy,
  };
}

/** The due time as it stands in labels: `20261122T030000Z`. */
export const dueLabel = (ms: number) =>
  `${iso(ms).slice(0, 19).replace(/[-:]/g, '')}Z`;

/**
 * Name of the snapshot of a run: the same for whoever makes it, whenever. It
 * is what keeps the cluster from getting a second one.
 */
export function snapshotNameOf(
  run: Pick<Run, 'scheduleId' | 'dueAt' | 'byHand'>,
) {
  return `sched-${run.scheduleId}-${dueLabel(run.dueAt).toLowerCase()}${
    run.byHand ? '-now' : ''
  }`;
}
