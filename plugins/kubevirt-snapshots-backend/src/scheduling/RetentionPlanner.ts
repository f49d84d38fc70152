// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  planRetention,
  removesSnapshots,
  snapshotConsistency,
  snapshotState,
  type RetentionPlan,
  type RetentionPlanView,
  type RetentionRule,
  type RetentionSnapshot,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { OperationIndex } from '../operations/OperationIndex';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { CaptureRecorder } from '../views/CaptureRecorder';
import { authorProblem } from './AuthorChore';
import type { RunStore } from './RunStore';
import { iso, type Run, type Schedule } from './types';

/** A snapshot that a schedule took and that is still there. */
export interface Candidate {
  run: Run;
  record: SnapshotRecord;
  snapshot: RetentionSnapshot;
}

/** What a rule means for the snapshots of a schedule. */
export interface Planned {
  candidates: Candidate[];
  plan: RetentionPlan;
  /** Why nothing is removed whatever the plan says, as a sentence. */
  held?: string;
}

/**
 * Plans what a retention rule removes. Preview, page and pruning all get their
 * plan here, so that what is shown is what is done.
 *
 * A snapshot belongs to a schedule because its UID stands in a run of it, and
 * because it captured the VM that the schedule is for: labels and names, which
 * anybody with rights in the namespace can write, count nothing.
 */
export class RetentionPlanner {
  readonly #runs: RunStore;
  readonly #cluster: ClusterService;
  readonly #captures: CaptureRecorder;
  readonly #protections: ProtectionStore;
  readonly #index: OperationIndex;

  constructor(options: {
    runs: RunStore;
    cluster: ClusterService;
    captures: CaptureRecorder;
    protections: ProtectionStore;
    index: OperationIndex;
  }) {
    this.#runs = options.runs;
    this.#cluster = options.cluster;
    this.#captures = options.captures;
    this.#protections = options.protections;
    this.#index = options.index;
  }

  /** The snapshots of a schedule that are in the cluster, as the cache has them. */
  async candidates(schedule: Schedule): Promise<Candidate[]> {
    const runs = await this.#runs.log.withSnapshots(schedule.id);
    return this.candidatesAmong(schedule, runs);
  }

  /** @param runs - those of the schedule that have made a snapshot */
  candidatesAmong(schedule: Schedule, runs: Run[]): Candidate[] {
    return runs.flatMap(run => {
      const record = this.#recordOf(schedule, run);
      return record ? [this.#describe(schedule, run, record)] : [];
    });
  }

  async plan(
    schedule: Schedule,
    options: { now: number; rule?: RetentionRule; timeZone?: string },
  ): Promise<Planned> {
    const { now } = options;
    const rule = options.rule ?? schedule.settings.retention;
    const candidates = await this.candidates(schedule);
    const newest = await this.#runs.log.newest(schedule.id);
    const plan = planRetention({
      rule,
      timeZone: options.timeZone ?? schedule.settings.timeZone,
      now,
      newestRunSucceeded: newest?.state === 'succeeded',
      snapshots: candidates.map(({ snapshot }) => snapshot),
    });
    return {
      candidates,
      plan,
      held: removesSnapshots(rule) ? heldBecause(schedule, now) : undefined,
    };
  }

  #recordOf(schedule: Schedule, run: Run): SnapshotRecord | undefined {
    const { cluster, namespace } = schedule.vm;
    const record = this.#cluster.snapshot({
      cluster,
      namespace,
      name: run.snapshotName!,
    });
    return record?.uid === run.snapshotUid && run.vmUid === schedule.vmUid
      ? record
      : undefined;
  }

  #describe(schedule: Schedule, run: Run, record: SnapshotRecord): Candidate {
    const captured = this.#captures.of(record)?.vmUid;
    return {
      run,
      record,
      snapshot: {
        id: record.uid,
        createdAt: Date.parse(record.cutAt ?? record.createdAt),
        state:
          captured !== undefined && captured !== schedule.vmUid
            ? // Not what it is taken for: left alone.
              'pending'
            : stateOf(record, captured),
        complete: !snapshotConsistency(record.facts).partial,
        protected: this.#protections.of(record.uid) !== undefined,
        inUse: this.#isInUse(record),
      },
    };
  }

  #isInUse(record: SnapshotRecord): boolean {
    return isInUse(record, { cluster: this.#cluster, index: this.#index });
  }
}

/** Whether something reads the snapshot, as far as the watches tell. */
export function isInUse(
  record: SnapshotRecord,
  {
    cluster,
    index,
  }: { cluster: ClusterService; index: Pick<OperationIndex, 'ofVm'> },
): boolean {
  const ref = {
    cluster: record.cluster,
    namespace: record.namespace,
    name: record.vmName,
  };
  return (
    cluster.uses(record).some(use => use.state === 'running') ||
    index
      .ofVm(ref)
      .some(
        operation =>
          operation.snapshotName === record.name &&
          operation.finishedAt === undefined &&
          operation.type !== 'delete',
      )
  );
}

/** What a snapshot is for the planner of retention. */
export function stateOf(
  record: SnapshotRecord,
  captured: string | undefined,
): RetentionSnapshot['state'] {
  const state = snapshotState(record.facts);
  if (state === 'failed' || state === 'broken') {
    return 'failed';
  }
  // Ready, and nobody has seen yet what it captured: wait for that.
  return isUnfinished(state) || state !== 'ready' || captured === undefined
    ? 'pending'
    : 'ready';
}

/** Why a schedule removes nothing at present. */
export function heldBecause(
  schedule: Schedule,
  now: number,
): string | undefined {
  if (schedule.state !== 'active' && schedule.state !== 'ended') {
    return 'The schedule is not active, so nothing is removed.';
  }
  const problem = authorProblem(schedule, now);
  return (
    problem && `${problem.message}, so nothing is removed until it is adopted.`
  );
}

/** A plan for the screen. */
export function toPlanView({
  candidates,
  plan,
  held,
}: Planned): RetentionPlanView {
  return {
    snapshots: candidates.map(({ record, snapshot }) => ({
      uid: record.uid,
      name: record.name,
      at: iso(snapshot.createdAt ?? Date.parse(record.createdAt)),
      state: snapshot.state,
      complete: snapshot.complete,
    })),
    plan,
    heldBecause: held,
  };
}
