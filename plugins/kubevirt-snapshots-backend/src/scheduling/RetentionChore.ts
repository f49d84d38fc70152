// SPDX-License-Identifier: Apache-2.0
import { createHash, randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  snapshotConsistency,
  snapshotState,
  type RemovedSnapshot,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  type BindingConfig,
  type ClusterService,
  type SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { detailsOf } from '../errors';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { snapshotLock, vmLock } from '../operations/locks';
import type { Candidate, RetentionPlanner } from './RetentionPlanner';
import type { RunStore } from './RunStore';
import type { Chore } from './ScheduleRunner';
import type { ScheduleStore } from './ScheduleStore';
import type { Standing } from './Standing';
import type { Schedule } from './types';

const MINUTE = 60_000;

/** When to look again: at what is being removed, and at what grows old. */
const UNDER_WAY_MS = MINUTE / 2;
const REFUSED_MS = 5 * MINUTE;
const AGEING_MS = 60 * MINUTE;

/** How soon one that could not be deleted is tried again, ms. */
const ATTEMPT_EVERY_MS = 60 * MINUTE;

const BATCH = 20;

/** Snapshots of one schedule that are removed in one go. */
const AT_ONCE = 20;

/** What the removal of one snapshot has come to. */
type Removal = 'accepted' | 'under-way' | 'refused';

/**
 * Applies retention rules. Every deletion is an operation like any other: its
 * intent names the rule, and what nobody could know when it was planned is
 * looked at again by the step that does it.
 */
export class RetentionChore implements Chore {
  readonly #store: ScheduleStore;
  readonly #runs: RunStore;
  readonly #planner: RetentionPlanner;
  readonly #operations: DatabaseOperationStore;
  readonly #cluster: ClusterService;
  readonly #standing: Standing;
  readonly #mutations: Pick<MutationSwitch, 'verdict'>;
  readonly #binding: BindingConfig;
  readonly #logger: LoggerService;

  constructor(options: {
    store: ScheduleStore;
    runs: RunStore;
    planner: RetentionPlanner;
    operations: DatabaseOperationStore;
    cluster: ClusterService;
    standing: Standing;
    mutations: Pick<MutationSwitch, 'verdict'>;
    binding: BindingConfig;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#planner = options.planner;
    this.#operations = options.operations;
    this.#cluster = options.cluster;
    this.#standing = options.standing;
    this.#mutations = options.mutations;
    this.#binding = options.binding;
    this.#logger = options.logger;
  }

  async tick(now: number): Promise<boolean> {
    const due = await this.#store.toRetain(now, BATCH);
    for (const schedule of due) {
      let again: number | undefined = now + REFUSED_MS;
      try {
        again = await this.#apply(schedule, now);
      } catch (error) {
        this.#logger.error(
          `The retention rule of schedule ${schedule.id} could not be applied`,
          error as Error,
        );
      }
      await this.#store.retainAgain(schedule, again, now);
    }
    return due.length === BATCH;
  }

  /** @returns when to look again; undefined: after the next success */
  async #apply(schedule: Schedule, now: number): Promise<number | undefined> {
    const { cluster } = schedule.vm;
    if (
      this.#standing.away(cluster) ||
      !this.#mutations.verdict(cluster, schedule.author).allowed
    ) {
      return now + REFUSED_MS;
    }
    await this.#noteGone(schedule, now);
    return schedule.state === 'deleting'
      ? this.#removeAll(schedule, now)
      : this.#prune(schedule, now);
  }

  async #prune(schedule: Schedule, now: number): Promise<number | undefined> {
    const { candidates, plan, held } = await this.#planner.plan(schedule, {
      now,
    });
    const later = schedule.settings.retention.maxAgeDays
      ? now + AGEING_MS
      : undefined;
    if (held) {
      return later;
    }
    const removals = await this.#remove(
      schedule,
      plan.remove.map(removed => ({
        candidate: candidates.find(({ record }) => record.uid === removed.id)!,
        removed,
      })),
      now,
    );
    if (removals.includes('accepted') || removals.includes('under-way')) {
      return now + UNDER_WAY_MS;
    }
    return removals.includes('refused') ? now + REFUSED_MS : later;
  }

  /** A deleted schedule whose snapshots are to go as well. */
  async #removeAll(
    schedule: Schedule,
    now: number,
  ): Promise<number | undefined> {
    const candidates = await this.#planner.candidates(schedule);
    const stays = this.#lastGood(schedule, candidates);
    const removable = candidates.filter(
      ({ record, snapshot, run }) =>
        record.uid !== stays &&
        snapshot.state !== 'pending' &&
        !snapshot.protected &&
        !snapshot.inUse &&
        run.pruneOperationId === undefined,
    );
    const removals = await this.#remove(
      schedule,
      removable.map(candidate => ({
        candidate,
        removed: {
          id: candidate.record.uid,
          cause: 'not-kept',
          rule: 'schedule-deleted',
        },
      })),
      now,
    );
    return removals.length > 0 ? now + UNDER_WAY_MS : undefined;
  }

  /** The UID of the one that must stay, when the VM has no other good one. */
  #lastGood(schedule: Schedule, candidates: Candidate[]): string | undefined {
    const uids = new Set(candidates.map(({ record }) => record.uid));
    const other = this.#cluster
      .snapshots(schedule.vm)
      .some(record => !uids.has(record.uid) && isGood(record));
    if (other) {
      return undefined;
    }
    return candidates
      .filter(({ record }) => isGood(record))
      .sort((a, b) => b.snapshot.createdAt! - a.snapshot.createdAt!)[0]?.record
      .uid;
  }

  async #remove(
    schedule: Schedule,
    wanted: { candidate: Candidate; removed: RemovedSnapshot }[],
    now: number,
  ): Promise<Removal[]> {
    const removals: Removal[] = [];
    for (const { candidate, removed } of wanted.slice(0, AT_ONCE)) {
      removals.push(await this.#removeOne(schedule, candidate, removed, now));
    }
    return removals;
  }

  async #removeOne(
    schedule: Schedule,
    { run, record }: Candidate,
    removed: RemovedSnapshot,
    now: number,
  ): Promise<Removal> {
    const before = run.pruneOperationId
      ? await this.#operations.get(run.pruneOperationId)
      : undefined;
    if (before && before.finishedAt === undefined) {
      return 'under-way';
    }
    // What was in use is for a while; each attempt is two rows of the trail.
    if (before?.finishedAt && now - before.finishedAt < ATTEMPT_EVERY_MS) {
      return 'refused';
    }
    const id = randomUUID();
    const actor = schedule.deletedBy ?? schedule.author;
    const vm = this.#cluster.vm(schedule.vm);
    const { name } = schedule.settings;
    try {
      await this.#operations.accept({
        operation: {
          id,
          type: 'delete',
          vm: schedule.vm,
          vmUid: schedule.vmUid,
          snapshotName: record.name,
          snapshotUid: record.uid,
          actor,
          request: {
            schedule: { id: schedule.id, name, dueAt: run.dueAt },
            keepsGood: true,
          },
          requestDigest: createHash('sha256').update(id).digest('hex'),
        },
        locks: [snapshotLock(schedule.vm, record.name)],
        mustBeFree: [vmLock(schedule.vm)],
        unlessProtected: record.uid,
        intent: {
          action: 'snapshot.delete',
          actor,
          origin: 'schedule',
          entityRef: schedule.entityRef,
          vm: {
            ...schedule.vm,
            uid: schedule.vmUid,
            owners: vm ? ownersOf(vm, this.#binding) : schedule.owners,
          },
          snapshot: { name: record.name, uid: record.uid },
          options: {
            schedule: name,
            scheduleId: schedule.id,
            rule: removed.rule,
            cause: removed.cause,
          },
          decision: 'allow',
        },
      });
    } catch (error) {
      // Busy or protected by now: looked at again later.
      if (detailsOf(error)) {
        return 'refused';
      }
      throw error;
    }
    await this.#runs.note(run.id, { prune_operation_id: id });
    return 'accepted';
  }

  /** Snapshots that are there no more are looked at no more. */
  async #noteGone(schedule: Schedule, now: number): Promise<void> {
    const { cluster, namespace } = schedule.vm;
    for (const run of await this.#runs.log.withSnapshots(schedule.id)) {
      const address = { cluster, namespace, name: run.snapshotName! };
      if (this.#cluster.snapshot(address)?.uid === run.snapshotUid) {
        continue;
      }
      // The cache may be a moment behind.
      const live = await this.#cluster.getSnapshot(address);
      if (live?.uid !== run.snapshotUid) {
        await this.#runs.note(run.id, { gone_at: now });
      }
    }
  }
}

/** It can be restored, with all its disks. */
function isGood(record: SnapshotRecord): boolean {
  return (
    snapshotState(record.facts) === 'ready' &&
    !snapshotConsistency(record.facts).partial
  );
}
