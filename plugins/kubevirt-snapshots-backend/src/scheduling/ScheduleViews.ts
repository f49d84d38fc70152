// SPDX-License-Identifier: Apache-2.0
import {
  nextRuns,
  shortestInterval,
  stringifyVmRef,
  vmReadPermission,
  type ScheduleCalendar,
  type ScheduledItem,
  type ScheduleDetails,
  type ScheduleLimits,
  type SchedulePreview,
  type SchedulePreviewRequest,
  type ScheduleRunsQuery,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmAccess } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import type { SnapshotViews } from '../views/SnapshotViews';
import { authorProblem } from './AuthorChore';
import { checkSettings } from './checkSettings';
import { nextDue } from './dues';
import type { ScheduleChanges } from './ScheduleChanges';
import type { ScheduleConfig } from './readScheduleConfig';
import { toPlanView, type RetentionPlanner } from './RetentionPlanner';
import type { RunStore } from './RunStore';
import type { ScheduleStore } from './ScheduleStore';
import { formerVmOf, type ScheduleVerdictMaker } from './ScheduleVerdictMaker';
import type { SnapshotLimits } from './SnapshotLimits';
import { iso, toRunView, type Run, type Schedule } from './types';

const OPEN = ['blocked', 'running'];

/** Coming runs that a calendar shows at most. */
const MAX_COMING = 1_000;

/** Past runs that a calendar shows at most. */
const MAX_PAST = 2_000;

/** The schedules of so many VMs are kept ready. */
const MAX_KEPT = 500;

/** The runs that a list tells of: the last one, and one that is under way. */
const RECENT = 5;

const EMPTY = { candidates: [], plan: { keep: [], remove: [], waiting: [] } };

/** A schedule and those of its runs that a list needs. */
interface Known {
  schedule: Schedule;
  recent: Run[];
  withSnapshots: Run[];
}

/**
 * What people see of schedules: from the database and the cache, without any
 * call to a cluster.
 */
export class ScheduleViews {
  readonly #store: ScheduleStore;
  readonly #runs: RunStore;
  readonly #planner: RetentionPlanner;
  readonly #verdicts: ScheduleVerdictMaker;
  readonly #snapshots: SnapshotViews;
  readonly #limits: SnapshotLimits;
  readonly #config: ScheduleConfig;
  readonly #clock: Clock;
  readonly #changes: ScheduleChanges;
  /** By VM, the one that was asked for last at the end. */
  readonly #kept = new Map<
    string,
    { revision: number; known: Promise<Known[]> }
  >();

  constructor(options: {
    store: ScheduleStore;
    runs: RunStore;
    planner: RetentionPlanner;
    verdicts: ScheduleVerdictMaker;
    snapshots: SnapshotViews;
    limits: SnapshotLimits;
    config: ScheduleConfig;
    clock: Clock;
    changes: ScheduleChanges;
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#planner = options.planner;
    this.#verdicts = options.verdicts;
    this.#snapshots = options.snapshots;
    this.#limits = options.limits;
    this.#config = options.config;
    this.#clock = options.clock;
    this.#changes = options.changes;
  }

  /** The schedules of a VM, and those of former ones that the person may see. */
  async list(access: VmAccess): Promise<ScheduledItem[]> {
    const known = (await this.#ofVm(access.ref)).filter(({ schedule }) =>
      this.#isVisible(schedule, access),
    );
    if (known.length === 0) {
      return [];
    }
    const now = await this.#clock.now();
    return known.map(one => this.#toItem(one, access, now));
  }

  /** Asks the database only when something has changed since the last time. */
  #ofVm(vm: VmRef): Promise<Known[]> {
    const key = stringifyVmRef(vm);
    // Taken before the reading: what changes meanwhile is read again.
    const revision = this.#changes.revisionOf(vm);
    let kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept?.revision !== revision) {
      kept = { revision, known: this.#readVm(vm) };
      kept.known.catch(() => this.#kept.delete(key));
    }
    this.#kept.set(key, kept);
    if (this.#kept.size > MAX_KEPT) {
      this.#kept.delete(this.#kept.keys().next().value!);
    }
    return kept.known;
  }

  async #readVm(vm: VmRef): Promise<Known[]> {
    const schedules = await this.#store.ofVm(vm);
    return Promise.all(schedules.map(schedule => this.#readOne(schedule)));
  }

  async #readOne(schedule: Schedule): Promise<Known> {
    const [{ runs: recent }, withSnapshots] = await Promise.all([
      this.#runs.log.page(schedule.id, 0, RECENT),
      this.#runs.log.withSnapshots(schedule.id),
    ]);
    return { schedule, recent, withSnapshots };
  }

  /** A schedule of this VM by its id, if the person may see it. */
  async find(access: VmAccess, id: string): Promise<Schedule | undefined> {
    const schedule = await this.#store.get(id);
    const { ref } = access;
    return schedule &&
      schedule.vm.cluster === ref.cluster &&
      schedule.vm.namespace === ref.namespace &&
      schedule.vm.name === ref.name &&
      this.#isVisible(schedule, access)
      ? schedule
      : undefined;
  }

  async item(
    schedule: Schedule,
    access: VmAccess,
    now: number,
  ): Promise<ScheduledItem> {
    return this.#toItem(await this.#readOne(schedule), access, now);
  }

  #toItem(known: Known, access: VmAccess, now: number): ScheduledItem {
    const { schedule, recent } = known;
    const last = recent.find(run => !OPEN.includes(run.state));
    const current = recent.find(run => OPEN.includes(run.state));
    const { reason } = schedule;
    return {
      ...schedule.settings,
      id: schedule.id,
      revision: schedule.settingsRevision,
      state: schedule.state === 'deleting' ? 'ended' : schedule.state,
      reason: reason && {
        code: reason.code,
        message: reason.message,
        by: reason.by,
        since: iso(reason.since),
        until: reason.resumeAt === undefined ? undefined : iso(reason.resumeAt),
      },
      nextRunAt:
        schedule.nextDueAt === undefined ? undefined : iso(schedule.nextDueAt),
      lastRun: last && toRunView(last),
      currentRun: current && toRunView(current),
      createdBy: schedule.createdBy,
      createdAt: iso(schedule.createdAt),
      author: schedule.author,
      authorProblem: authorProblem(schedule, now),
      failuresInRow: schedule.failures,
      ownedSnapshots: this.#planner.candidatesAmong(
        schedule,
        known.withSnapshots,
      ).length,
      formerVm: formerVmOf(schedule, access) !== undefined,
      allowed: this.#verdicts.of(schedule, access),
    };
  }

  async details(
    schedule: Schedule,
    access: VmAccess,
    query: ScheduleRunsQuery,
  ): Promise<ScheduleDetails> {
    const { offset = 0, limit = 20 } = query;
    const now = await this.#clock.now();
    const [item, { runs, total }, planned] = await Promise.all([
      this.item(schedule, access, now),
      this.#runs.log.page(schedule.id, offset, limit),
      this.#planner.plan(schedule, { now }),
    ]);
    return {
      schedule: item,
      runs: runs.map(toRunView),
      totalRuns: total,
      offset,
      limit,
      plan: toPlanView(planned),
    };
  }

  /** What settings would lead to; nothing is saved. */
  async preview(
    request: SchedulePreviewRequest,
    schedule: Schedule | undefined,
  ): Promise<SchedulePreview> {
    const now = await this.#clock.now();
    const problems = checkSettings(request, this.#config, now);
    const broken = problems.some(
      ({ field }) => field === 'rule' || field === 'timeZone',
    );
    const retention = problems.some(({ field }) => field === 'retention');
    const start = request.startAt ? Date.parse(request.startAt) - 1 : now;
    const end = request.endAt ? Date.parse(request.endAt) : Infinity;
    return {
      problems,
      nextRuns: nextRuns(
        request.rule,
        request.timeZone,
        Math.max(now, start),
        5,
      ).filter(({ at }) => at < end),
      shortestIntervalMinutes: broken
        ? undefined
        : shortestInterval(request.rule),
      plan: toPlanView(
        schedule && !broken && !retention
          ? await this.#planner.plan(schedule, {
              now,
              rule: request.retention,
              timeZone: request.timeZone,
            })
          : EMPTY,
      ),
    };
  }

  async limits(access: VmAccess): Promise<ScheduleLimits> {
    const schedules = await this.#store.ofVm(access.ref);
    return {
      minimumIntervalMinutes: this.#config.minimumIntervalMinutes,
      maximumKept: this.#config.maximumKept,
      schedulesOfVm: {
        used: schedules.filter(schedule => schedule.vmUid === access.vm.uid)
          .length,
        limit: this.#config.maximumPerVm,
      },
      snapshotsOfVm: this.#limits.ofVm(access.ref),
      snapshotsOfNamespace: this.#limits.ofNamespace(access.ref),
      presets: this.#config.presets,
      create: this.#verdicts.create(access),
      retention: this.#verdicts.retention(access),
    };
  }

  /** What was from `from`, and what is to come up to `to`, ms since 1970. */
  async calendar(
    access: VmAccess,
    from: number,
    to: number,
  ): Promise<ScheduleCalendar> {
    const now = await this.#clock.now();
    const schedules = (await this.#store.ofVm(access.ref)).filter(schedule =>
      this.#isVisible(schedule, access),
    );
    const runs = await this.#runs.log.between(
      schedules.map(({ id }) => id),
      from,
      to,
      MAX_PAST,
    );
    const owners = new Map(
      runs.flatMap(({ snapshotUid, scheduleId }) =>
        snapshotUid ? [[snapshotUid, scheduleId] as const] : [],
      ),
    );
    const coming: ScheduleCalendar['coming'] = [];
    for (const schedule of schedules) {
      let at = schedule.nextDueAt;
      while (at !== undefined && at < to && coming.length <= MAX_COMING) {
        if (at >= Math.max(from, now)) {
          coming.push({ scheduleId: schedule.id, at: iso(at) });
        }
        at = nextDue(schedule.settings, at);
      }
    }
    coming.sort((a, b) => a.at.localeCompare(b.at));
    return {
      snapshots: this.#snapshots
        .between(access, from, to)
        .map(({ name, uid, createdAt, state }) => ({
          name,
          uid,
          at: createdAt,
          state,
          scheduleId: uid === undefined ? undefined : owners.get(uid),
        })),
      runs: runs.filter(isWithoutSnapshot).map(toRunView),
      coming: coming.slice(0, MAX_COMING),
      truncated: coming.length > MAX_COMING,
    };
  }

  #isVisible(schedule: Schedule, access: VmAccess): boolean {
    const former = formerVmOf(schedule, access);
    return !former || access.can(vmReadPermission, former);
  }
}

function isWithoutSnapshot(run: Run): boolean {
  return run.state !== 'succeeded';
}
