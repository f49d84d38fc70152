// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { notices } from './outcomes';
import { resumed } from './resumed';
import { RunOutcomes } from './RunOutcomes';
import { RunStarter } from './RunStarter';
import type { Attempt, RunStore } from './RunStore';
import type { ScheduleStore } from './ScheduleStore';
import type { Standing } from './Standing';
import type { Schedule } from './types';

/** How often is looked for what is due, ms. */
const TICK_MS = 1_000;

/** What is looked at of a cluster, and of each kind, in one go. */
const BATCH = 50;

/** A due time that waits for its turn so long becomes a run that waits, ms. */
const SHOW_WAITING_AFTER_MS = 60_000;

/** A cluster that takes longer is left to itself, ms. */
const HANGS_AFTER_MS = 5_000;

/** What goes on beside the runs, a little with each tick. */
export interface Chore {
  /** @returns whether there is more to do at once */
  tick(now: number): Promise<boolean>;
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
  readonly #outcomes: RunOutcomes;
  readonly #starter: RunStarter;
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
    this.#outcomes = new RunOutcomes(options);
    this.#starter = new RunStarter({ ...options, outcomes: this.#outcomes });
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
    const waiting = await this.#runs.work.waiting(cluster, now, BATCH);
    const due = await this.#runs.work.due(cluster, now, BATCH);
    if (waiting.length === 0 && due.length === 0) {
      return false;
    }
    const room = await this.#runs.work.room(cluster, this.#atOnce);
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
        this.#starter.retry(pair, now),
      );
      if (attempt === 'full') {
        return (await this.#showFull(cluster, now)) || did;
      }
      did ||= attempt === 'done';
    }
    for (const schedule of due) {
      const attempt = await this.#safely(schedule, () =>
        this.#starter.claim(schedule, now),
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

  /** Runs whose operation has ended, here or on another replica. */
  async #settle(now: number): Promise<boolean> {
    const ended = await this.#runs.work.ended(BATCH);
    for (const { run, schedule, operation } of ended) {
      await this.#safely(schedule, () =>
        this.#outcomes.settle({ run, schedule }, operation, now),
      );
    }
    return ended.length === BATCH;
  }

  /** Runs that have waited as long as they may. */
  async #expire(now: number): Promise<boolean> {
    const overdue = await this.#runs.work.overdue(now, BATCH);
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
    const late = await this.#runs.work.due(
      cluster,
      now - SHOW_WAITING_AFTER_MS,
      BATCH,
    );
    let did = false;
    for (const schedule of late) {
      const attempt = await this.#safely(schedule, () =>
        this.#starter.claimWaiting(schedule, why, now),
      );
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
