// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import { checkRule } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import { detailsOf } from '../errors';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import { nextDue, planDue, type DuePlan } from './dues';
import {
  DEFAULT_SUSPEND_AFTER,
  meaningOf,
  notices,
  suspended,
  type Meaning,
} from './outcomes';
import type { Attempt, Blocked, RunStore, Start } from './RunStore';
import { scheduledTake } from './scheduledTake';
import {
  ACTIVE,
  type ScheduleColumns,
  type ScheduleStore,
} from './ScheduleStore';
import type { Standing, Verdict } from './Standing';
import type { Run, Schedule } from './types';

/** How often is looked for what is due, ms. */
const TICK_MS = 1_000;

/** What is looked at of a cluster, and of each kind, in one go. */
const BATCH = 50;

/** A due time that waits for its turn so long becomes a run that waits, ms. */
const SHOW_WAITING_AFTER_MS = 60_000;

/** A cluster that takes longer is left to itself, ms. */
const HANGS_AFTER_MS = 5_000;

/** How soon a run that waits for the VM or for a turn is tried again, ms. */
const RETRY_MS = 5_000;

/** How soon after an operation came to nothing, doubled each time, ms. */
const BACKOFF_MS = { first: 30_000, most: 15 * 60_000 };

/** What goes on beside the runs, a little with each tick. */
export interface Chore {
  /** @returns whether there is more to do at once */
  tick(now: number): Promise<boolean>;
}

interface Pair {
  run: Run;
  schedule: Schedule;
}

/**
 * Makes runs of schedules that are due. Every replica runs one; what they do
 * is compared and swapped in the database, so it doesn't matter which of them
 * is faster, how late one wakes up, or where one dies.
 */
export class ScheduleRunner {
  readonly #store: ScheduleStore;
  readonly #runs: RunStore;
  readonly #operations: DatabaseOperationStore;
  readonly #cluster: ClusterService;
  readonly #standing: Standing;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #atOnce: number;
  readonly #chores: Chore[];
  readonly #cleanups: (() => void)[] = [];
  readonly #busy = new Set<unknown>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: {
    store: ScheduleStore;
    runs: RunStore;
    operations: DatabaseOperationStore;
    cluster: ClusterService;
    standing: Standing;
    clock: Clock;
    logger: LoggerService;
    /** Snapshots that are taken at once in one cluster, at most. */
    atOnce: number;
    chores?: Chore[];
  }) {
    this.#store = options.store;
    this.#runs = options.runs;
    this.#operations = options.operations;
    this.#cluster = options.cluster;
    this.#standing = options.standing;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#atOnce = options.atOnce;
    this.#chores = options.chores ?? [];
  }

  start(): void {
    this.#cleanups.push(
      this.#store.onAct(() => this.#soon(0)),
      // A turn has become free.
      this.#operations.onChange(operation => {
        if (operation.finishedAt !== undefined) {
          this.#soon(0);
        }
      }),
    );
    this.#soon(0);
  }

  /** Stops after what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cleanups.forEach(cleanup => cleanup());
    clearTimeout(this.#timer);
    await this.#ticking;
  }

  #soon(ms: number): void {
    if (this.#stopped) {
      return;
    }
    if (this.#ticking) {
      this.#again ||= ms === 0;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#again = false;
      this.#ticking = this.tick()
        .then(more => {
          this.#again ||= more;
        })
        .catch(error => {
          this.#logger.warn('Could not look for due schedules', error);
        })
        .finally(() => {
          this.#ticking = undefined;
          this.#soon(this.#again ? 0 : TICK_MS);
        });
    }, ms);
    this.#timer.unref();
  }

  /**
   * Does what is due now. What it costs depends on that, not on the number of
   * schedules.
   *
   * @returns whether there is more to do at once
   */
  async tick(): Promise<boolean> {
    const now = await this.#clock.now();
    let more = await this.#settle(now);
    more = (await this.#resume(now)) || more;
    more = (await this.#expire(now)) || more;
    return (await this.#others(now)) || more;
  }

  /** Clusters and chores, all at once: one that hangs doesn't hold up the others. */
  async #others(now: number): Promise<boolean> {
    const work = new Map<unknown, () => Promise<boolean>>([
      ...this.#cluster
        .statuses()
        .map(({ name }) => [name, () => this.#ofCluster(name, now)] as const),
      ...this.#chores.map(chore => [chore, () => chore.tick(now)] as const),
    ]);
    const working = Array.from(work)
      .filter(([key]) => !this.#busy.has(key))
      .map(async ([key, run]) => {
        this.#busy.add(key);
        try {
          return await run();
        } catch (error) {
          this.#logger.warn('Schedules could not go on', error as Error);
          return false;
        } finally {
          this.#busy.delete(key);
        }
      });
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<boolean[]>(resolve => {
      timer = setTimeout(resolve, HANGS_AFTER_MS, []);
    });
    try {
      return (await Promise.race([Promise.all(working), enough])).some(Boolean);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ofCluster(cluster: string, now: number): Promise<boolean> {
    const away = this.#standing.away(cluster);
    if (away) {
      return this.#showWaiting(cluster, now, away);
    }
    const waiting = await this.#runs.waiting(cluster, now, BATCH);
    const due = await this.#runs.due(cluster, now, BATCH);
    if (waiting.length === 0 && due.length === 0) {
      return false;
    }
    const room = await this.#runs.room(cluster, this.#atOnce);
    if (room <= 0) {
      return this.#showFull(cluster, now);
    }
    const all = [...waiting.map(({ schedule }) => schedule), ...due];
    try {
      await this.#standing.prepare(all);
    } catch (error) {
      this.#logger.warn('The catalog is not answering', error as Error);
    }
    let did = false;
    for (const pair of waiting) {
      const attempt = await this.#safely(pair.schedule, () =>
        this.#retry(pair, now),
      );
      if (attempt === 'full') {
        return (await this.#showFull(cluster, now)) || did;
      }
      did ||= attempt === 'done';
    }
    for (const schedule of due) {
      const attempt = await this.#safely(schedule, () =>
        this.#claim(schedule, now),
      );
      if (attempt === 'full') {
        return (await this.#showFull(cluster, now)) || did;
      }
      did ||= attempt === 'done';
    }
    return did && (waiting.length === BATCH || due.length === BATCH);
  }

  /** One schedule that can't go on must not keep the others from it. */
  async #safely(
    schedule: Schedule,
    work: () => Promise<Attempt>,
  ): Promise<Attempt> {
    try {
      return await work();
    } catch (error) {
      this.#logger.error(
        `Schedule ${schedule.id} could not go on`,
        error as Error,
      );
      return 'lost';
    }
  }

  async #claim(schedule: Schedule, now: number): Promise<Attempt> {
    const plan = await this.#plan(schedule, now);
    if (!plan) {
      return this.#suspend(
        schedule,
        {
          code: 'rule-invalid',
          message: 'Its rule or time zone is not valid any more',
        },
        now,
      );
    }
    if (!plan.run) {
      return this.#runs.claim(schedule, plan, undefined);
    }
    const verdict = await this.#standing.of(schedule, now);
    if (verdict.kind === 'suspend') {
      return this.#suspend(schedule, verdict, now);
    }
    if (verdict.kind === 'blocked') {
      return this.#claimBlocked(schedule, plan, verdict, now);
    }
    if (verdict.kind === 'fail') {
      return this.#claimFailed(schedule, plan, verdict, now);
    }
    try {
      return await this.#runs.claim(
        schedule,
        plan,
        this.#take(schedule, plan.run.dueAt, verdict),
        schedule.unboundSince === undefined ? {} : { unbound_since: null },
      );
    } catch (error) {
      return this.#claimBlocked(schedule, plan, busyOrThrow(error), now);
    }
  }

  async #plan(schedule: Schedule, now: number): Promise<DuePlan | undefined> {
    const { settings } = schedule;
    // What was valid when it was saved need not be after an update.
    return checkRule(settings.rule, settings.timeZone).ok
      ? planDue(settings, schedule.nextDueAt!, now)
      : undefined;
  }

  #take(
    schedule: Schedule,
    dueAt: number,
    { owners }: Extract<Verdict, { kind: 'go' }>,
  ): Extract<Start, { operation: unknown }> {
    return {
      operation: scheduledTake(schedule, { dueAt, owners }),
      limit: this.#atOnce,
    };
  }

  async #claimBlocked(
    schedule: Schedule,
    plan: DuePlan,
    verdict: Extract<Verdict, { kind: 'blocked' }>,
    now: number,
  ): Promise<Attempt> {
    const skip =
      verdict.code === 'vm-busy' && schedule.settings.overlap === 'skip';
    return this.#runs.claim(
      schedule,
      plan,
      skip
        ? {
            over: {
              state: 'skipped',
              code: verdict.code,
              reason: verdict.reason,
            },
          }
        : { blocked: blockedBy(verdict, now) },
      unboundColumns(schedule, verdict, now),
    );
  }

  async #claimFailed(
    schedule: Schedule,
    plan: DuePlan,
    verdict: Extract<Verdict, { kind: 'fail' }>,
    now: number,
  ): Promise<Attempt> {
    // Claimed as one that waits, and ended at once: the end does the counting.
    const attempt = await this.#runs.claim(schedule, plan, {
      blocked: { ...verdict, nextTryAt: now },
    });
    return attempt;
  }

  async #retry(pair: Pair, now: number): Promise<Attempt> {
    const { run, schedule } = pair;
    if (schedule.state !== 'active' && schedule.state !== 'ended') {
      return this.#runs.end(pair, {
        state: 'skipped',
        code: 'schedule-not-active',
        reason: 'The schedule was not active any more',
      });
    }
    const verdict = await this.#standing.of(schedule, now);
    switch (verdict.kind) {
      case 'suspend':
        return this.#suspend(schedule, verdict, now);
      case 'blocked':
        return this.#runs.block(pair, blockedBy(verdict, now), {
          schedule: unboundColumns(schedule, verdict, now),
        });
      case 'fail':
        return this.#fail(
          pair,
          { ...verdict, kind: 'failure', counts: true },
          now,
        );
      default:
    }
    try {
      return await this.#runs.begin(
        pair,
        this.#take(schedule, run.dueAt, verdict),
        schedule.unboundSince === undefined ? {} : { unbound_since: null },
      );
    } catch (error) {
      return this.#runs.block(pair, blockedBy(busyOrThrow(error), now));
    }
  }

  async #suspend(
    schedule: Schedule,
    why: Pick<Extract<Verdict, { kind: 'suspend' }>, 'code' | 'message'>,
    now: number,
  ): Promise<Attempt> {
    return this.#runs.adjust(schedule, {
      columns: suspended(why.code, why.message, now),
      notice: notices.suspended(schedule, why.message),
      suspends: why,
    });
  }

  /** Runs whose operation has ended, here or on another replica. */
  async #settle(now: number): Promise<boolean> {
    const ended = await this.#runs.ended(BATCH);
    for (const { run, schedule, operation } of ended) {
      await this.#safely(schedule, () =>
        this.#settleOne({ run, schedule }, operation, now),
      );
    }
    return ended.length === BATCH;
  }

  async #settleOne(
    pair: Pair,
    operation: Operation,
    now: number,
  ): Promise<Attempt> {
    const { run, schedule } = pair;
    const meaning = meaningOf(operation);
    switch (meaning.kind) {
      case 'success':
        return this.#runs.end(pair, {
          state: 'succeeded',
          snapshotUid: operation.snapshotUid,
          schedule: {
            failures: 0,
            trouble: null,
            // The rule is applied where it may remove something now.
            ...(schedule.state === 'active' && { retain_at: now }),
          },
          notice: schedule.trouble && notices.recovered(schedule),
        });
      case 'unknown':
        return this.#runs.end(pair, {
          state: 'unknown',
          code: meaning.code,
          reason: meaning.reason,
          snapshotUid: operation.snapshotUid,
        });
      case 'suspend':
        return this.#runs.end(pair, {
          state: 'failed',
          code: meaning.code,
          reason: meaning.reason,
          schedule: suspended(meaning.code, meaning.reason, now),
          notice: notices.suspended(schedule, meaning.reason),
          suspends: { code: meaning.code, message: meaning.reason },
        });
      case 'blocked':
        return run.byHand
          ? this.#fail(
              pair,
              { ...meaning, kind: 'failure', counts: false },
              now,
            )
          : this.#runs.block(
              pair,
              {
                code: meaning.code,
                reason: meaning.reason,
                nextTryAt:
                  now +
                  Math.min(
                    BACKOFF_MS.most,
                    BACKOFF_MS.first * 2 ** Math.min(run.tries, 10),
                  ),
              },
              { tries: run.tries + 1 },
            );
      default:
        return this.#fail(pair, meaning, now, operation.snapshotUid);
    }
  }

  async #fail(
    pair: Pair,
    meaning: Extract<Meaning, { kind: 'failure' }>,
    now: number,
    snapshotUid?: string,
  ): Promise<Attempt> {
    const { run, schedule } = pair;
    const { code, reason } = meaning;
    if (!meaning.counts || run.byHand) {
      return this.#runs.end(pair, {
        state: 'failed',
        code,
        reason,
        snapshotUid,
      });
    }
    const failures = schedule.failures + 1;
    const limit =
      schedule.settings.suspendAfterFailures ?? DEFAULT_SUSPEND_AFTER;
    const end = { state: 'failed', code, reason, snapshotUid } as const;
    if (failures >= limit && schedule.state === 'active') {
      const message = `It failed ${failures} times in a row, the last time because: ${reason}`;
      return this.#runs.end(pair, {
        ...end,
        schedule: {
          failures,
          trouble: 'failed',
          ...suspended('failures', message, now),
        },
        notice: notices.suspended(schedule, message),
        suspends: { code: 'failures', message },
      });
    }
    return this.#runs.end(pair, {
      ...end,
      schedule: { failures, trouble: 'failed' },
      notice: schedule.trouble ? undefined : notices.failed(schedule, reason),
    });
  }

  /** Runs that have waited as long as they may. */
  async #expire(now: number): Promise<boolean> {
    const overdue = await this.#runs.overdue(now, BATCH);
    for (const pair of overdue) {
      const { run, schedule } = pair;
      await this.#safely(schedule, () =>
        this.#runs.end(pair, {
          state: 'skipped',
          code: run.code,
          reason: run.reason,
          schedule: schedule.trouble ? {} : { trouble: 'skipped' },
          notice: schedule.trouble
            ? undefined
            : notices.skipped(schedule, run.reason ?? ''),
        }),
      );
    }
    return overdue.length === BATCH;
  }

  /** Pauses that end by themselves. */
  async #resume(now: number): Promise<boolean> {
    const due = await this.#store.toResume(now, BATCH);
    for (const schedule of due) {
      await this.#safely(schedule, () =>
        this.#runs.adjust(schedule, {
          columns: resumed(schedule, now),
        }),
      );
    }
    return due.length === BATCH;
  }

  /** What can't begin shows why, as soon as that isn't a matter of seconds. */
  async #showWaiting(
    cluster: string,
    now: number,
    why: { code: string; reason: string },
  ): Promise<boolean> {
    const late = await this.#runs.due(
      cluster,
      now - SHOW_WAITING_AFTER_MS,
      BATCH,
    );
    let did = false;
    for (const schedule of late) {
      const attempt = await this.#safely(schedule, async () => {
        const plan = await this.#plan(schedule, now);
        return plan
          ? this.#runs.claim(schedule, plan, {
              blocked: { ...why, nextTryAt: now + RETRY_MS },
            })
          : 'lost';
      });
      did ||= attempt === 'done';
    }
    return did && late.length === BATCH;
  }

  async #showFull(cluster: string, now: number): Promise<boolean> {
    return this.#showWaiting(cluster, now, {
      code: 'cluster-limit',
      reason: `${
        this.#atOnce
      } other snapshots were being taken in cluster ${cluster}, which is as many as are taken at once`,
    });
  }
}

/** Columns of a schedule that goes on from now. */
export function resumed(schedule: Schedule, now: number): ScheduleColumns {
  const next = nextDue(schedule.settings, now);
  return {
    ...ACTIVE,
    ...(next === undefined && { state: 'ended' as const }),
    next_due_at: next ?? null,
    effective_from: now,
    failures: 0,
    unbound_since: null,
    retain_at: now,
    author_due_at: now,
  };
}

function blockedBy(
  { code, reason }: { code: string; reason: string },
  now: number,
): Blocked {
  return { code, reason, nextTryAt: now + RETRY_MS };
}

/** Since when the catalog lacks the entity. */
function unboundColumns(
  schedule: Schedule,
  verdict: Extract<Verdict, { kind: 'blocked' }>,
  now: number,
): ScheduleColumns {
  if (verdict.unbound) {
    return schedule.unboundSince === undefined ? { unbound_since: now } : {};
  }
  return {};
}

/** A lock that is held is a VM that is busy. */
function busyOrThrow(error: unknown): Extract<Verdict, { kind: 'blocked' }> {
  if (detailsOf(error)?.code === 'vm-busy') {
    return {
      kind: 'blocked',
      code: 'vm-busy',
      reason: (error as Error).message,
    };
  }
  throw error;
}
