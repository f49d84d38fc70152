// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import { Jobs } from './Jobs';
import { notices } from './outcomes';
import { resumed } from './resumed';
import { RunOutcomes } from './RunOutcomes';
import { RunStarter } from './RunStarter';
import type { RunStore } from './RunStore';
import { safely } from './safely';
import type { ScheduleStore } from './ScheduleStore';
import type { Standing } from './Standing';
import { Turns, type Why } from './Turns';

/** How often is looked for what is due, ms. */
const TICK_MS = 1_000;

/** What is looked at of each kind in one go. */
const BATCH = 50;

/** Runs that are settled at the same time. */
const SETTLE_AT_ONCE = 5;

/** What another replica has not settled after so long it leaves to us, ms. */
const LEFT_AFTER_MS = 5_000;

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
  readonly #outcomes: RunOutcomes;
  readonly #turns: Turns;
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #chores: Chore[];
  readonly #cleanups: (() => void)[] = [];
  /** Operations that have ended here and have not been looked at since. */
  readonly #ended = new Set<string>();
  #isTold = false;
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
    this.#outcomes = new RunOutcomes(options);
    const starter = new RunStarter({ ...options, outcomes: this.#outcomes });
    this.#turns = new Turns({ ...options, starter });
    this.#jobs = new Jobs(options);
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#chores = options.chores ?? [];
  }

  start(): void {
    this.#isTold = true;
    this.#cleanups.push(
      this.#store.onAct(() => this.#soon(0)),
      this.#operations.onChange(operation => {
        if (operation.finishedAt !== undefined) {
          this.#react(operation);
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
    await Promise.all([this.#ticking, this.#jobs.stop()]);
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

  /** Between two ticks, and whatever else they do. */
  #react({ id, vm: { cluster } }: Operation): void {
    this.#ended.add(id);
    this.#jobs.soon('settle', async () =>
      this.#settle(await this.#clock.now()),
    );
    // A turn has become free.
    this.#jobs.soon(cluster, async () => {
      const { more } = await this.#turns.begin(
        cluster,
        await this.#clock.now(),
      );
      return more;
    });
  }

  /**
   * Does what is due now. What it costs depends on that, not on the number of
   * schedules.
   *
   * @returns whether there is more to do at once
   */
  async tick(): Promise<boolean> {
    const now = await this.#clock.now();
    let more = await this.#jobs.run('settle', () => this.#settle(now));
    more = (await this.#resume(now)) || more;
    more = (await this.#expire(now)) || more;
    return (await this.#others(now)) || more;
  }

  /** Clusters and chores, all at once: one that hangs doesn't hold up the others. */
  async #others(now: number): Promise<boolean> {
    const working = [
      ...this.#cluster.statuses().map(({ name }) => this.#ofCluster(name, now)),
      ...this.#chores.map(chore =>
        this.#jobs.run(chore, () => chore.tick(now)),
      ),
    ];
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
    let why: Why | undefined;
    const more = await this.#jobs.run(cluster, async () => {
      const begun = await this.#turns.begin(cluster, now);
      why = begun.why;
      return begun.more;
    });
    if (why) {
      const shown = why;
      // Its turns go on meanwhile.
      await this.#jobs.run(`what waits in ${cluster}`, async () => {
        await this.#turns.showWaiting(cluster, now, shown);
        return false;
      });
    }
    return more;
  }

  /**
   * Runs whose operation has ended: here, or on another replica that has not
   * settled them, as it would in a moment.
   */
  async #settle(now: number): Promise<boolean> {
    const here = Array.from(this.#ended).slice(0, BATCH);
    const ended = await this.#runs.work.ended(BATCH, {
      here,
      before: this.#isTold ? now - LEFT_AFTER_MS : now,
    });
    for (let i = 0; i < ended.length; i += SETTLE_AT_ONCE) {
      await Promise.all(
        ended
          .slice(i, i + SETTLE_AT_ONCE)
          .map(({ run, schedule, operation }) =>
            safely(this.#logger, schedule, () =>
              this.#outcomes.settle({ run, schedule }, operation, now),
            ),
          ),
      );
    }
    // One that could not be settled is left to the next who looks.
    here.forEach(id => this.#ended.delete(id));
    return ended.length === BATCH || this.#ended.size > 0;
  }

  /** Runs that have waited as long as they may. */
  async #expire(now: number): Promise<boolean> {
    const overdue = await this.#runs.work.overdue(now, BATCH);
    for (const pair of overdue) {
      const { run, schedule } = pair;
      await safely(this.#logger, schedule, () =>
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
      await safely(this.#logger, schedule, () =>
        this.#runs.adjust(schedule, {
          columns: resumed(schedule, now),
        }),
      );
    }
    return due.length === BATCH;
  }
}
