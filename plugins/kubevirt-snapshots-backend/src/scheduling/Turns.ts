// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { RunStarter } from './RunStarter';
import type { RunStore } from './RunStore';
import { safely } from './safely';
import type { Standing } from './Standing';
import type { Schedule } from './types';

/** What is looked at of a cluster, and of each kind, in one go. */
const BATCH = 50;

/** A due time that waits for its turn so long becomes a run that waits, ms. */
const SHOW_WAITING_AFTER_MS = 60_000;

/**
 * How many of those are shown in one go. Thousands that wait for a turn must
 * not take the database from those whose turn it is.
 */
const SHOW_BATCH = 10;

/** Why nothing more can begin in a cluster. */
export interface Why {
  code: string;
  reason: string;
}

/** What came of looking at a cluster. */
export interface Begun {
  /** There may be more to begin at once. */
  more: boolean;
  why?: Why;
}

/**
 * In a burst replicas would all reach for the same ones, and all but one in
 * vain; so each begins somewhere among the next.
 */
function inTurn<T>(list: T[]): T[] {
  const from =
    list.length === BATCH ? Math.floor(Math.random() * list.length) : 0;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** Gives the turns that a cluster has, and no more, to what waits and is due. */
export class Turns {
  readonly #runs: RunStore;
  readonly #standing: Standing;
  readonly #starter: RunStarter;
  readonly #logger: LoggerService;
  readonly #atOnce: number;

  constructor(options: {
    runs: RunStore;
    standing: Standing;
    starter: RunStarter;
    logger: LoggerService;
    /** Snapshots that are taken at once in one cluster, at most. */
    atOnce: number;
  }) {
    this.#runs = options.runs;
    this.#standing = options.standing;
    this.#starter = options.starter;
    this.#logger = options.logger;
    this.#atOnce = options.atOnce;
  }

  /** Begins what may begin in a cluster now. */
  async begin(cluster: string, now: number): Promise<Begun> {
    const away = this.#standing.away(cluster);
    if (away) {
      return { more: false, why: away };
    }
    const { work } = this.#runs;
    const [waiting, due] = await Promise.all([
      work.waiting(cluster, now, BATCH),
      work.due(cluster, now, BATCH),
    ]);
    const candidates = [
      ...inTurn(waiting).map(pair => ({
        schedule: pair.schedule,
        begin: () => this.#starter.retry(pair, now),
      })),
      ...inTurn(due).map(schedule => ({
        schedule,
        begin: () => this.#starter.claim(schedule, now),
      })),
    ];
    const full = {
      more: false,
      why: {
        code: 'cluster-limit',
        reason: `${
          this.#atOnce
        } other snapshots were being taken in cluster ${cluster}, which is as many as are taken at once`,
      },
    };
    let did = false;
    for (let i = 0; i < candidates.length; ) {
      // An attempt that finds no room would hold up everybody who has some.
      const room = await work.room(cluster, this.#atOnce);
      if (room <= 0) {
        return full;
      }
      await this.#prepare(candidates.slice(i), room);
      const next = candidates.slice(i, i + room);
      const outcomes = await Promise.all(
        next.map(({ schedule, begin }) =>
          safely(this.#logger, schedule, begin),
        ),
      );
      if (outcomes.includes('full')) {
        return full;
      }
      did ||= outcomes.includes('done');
      i += next.length;
    }
    return {
      more: did && (waiting.length === BATCH || due.length === BATCH),
    };
  }

  /** What can't begin shows why, as soon as that isn't a matter of seconds. */
  async showWaiting(cluster: string, now: number, why: Why): Promise<void> {
    const late = await this.#runs.work.due(
      cluster,
      now - SHOW_WAITING_AFTER_MS,
      SHOW_BATCH,
    );
    for (const schedule of late) {
      await safely(this.#logger, schedule, () =>
        this.#starter.claimWaiting(schedule, why, now),
      );
    }
  }

  async #prepare(
    candidates: { schedule: Schedule }[],
    next: number,
  ): Promise<void> {
    try {
      await this.#standing.prepare(
        candidates.map(({ schedule }) => schedule),
        next,
      );
    } catch (error) {
      this.#logger.warn('The catalog is not answering', error as Error);
    }
  }
}
