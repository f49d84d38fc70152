// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import { runFromRow, scheduleFromRow, type Run, type Schedule } from './types';

const SCHEDULES = 'schedules';
const RUNS = 'schedule_runs';

/** What there is to do for schedules, in the order in which it is due. */
export class DueWork {
  readonly #knex: Knex;
  readonly #operations: DatabaseOperationStore;

  constructor(options: { knex: Knex; operations: DatabaseOperationStore }) {
    this.#knex = options.knex;
    this.#operations = options.operations;
  }

  /** Active schedules of a cluster that are due, the longest first. */
  async due(
    cluster: string,
    until: number,
    limit: number,
  ): Promise<Schedule[]> {
    const rows = await this.#knex(SCHEDULES)
      .where({ cluster })
      .andWhere('next_due_at', '<=', until)
      .orderBy('next_due_at')
      .limit(limit);
    return rows.map(scheduleFromRow);
  }

  /** How many more snapshots may be taken at once in a cluster. */
  async room(cluster: string, limit: number): Promise<number> {
    return roomIn(this.#knex, cluster, limit);
  }

  /** Blocked runs of a cluster that are to be tried again. */
  async waiting(
    cluster: string,
    now: number,
    limit: number,
  ): Promise<{ run: Run; schedule: Schedule }[]> {
    const runs = await this.#knex(RUNS)
      .where({ cluster, state: 'blocked' })
      .andWhere('next_try_at', '<=', now)
      .orderBy('next_try_at')
      .limit(limit);
    return this.#withSchedules(runs.map(runFromRow));
  }

  /** Blocked runs whose time is over. */
  async overdue(
    now: number,
    limit: number,
  ): Promise<{ run: Run; schedule: Schedule }[]> {
    const runs = await this.#knex(RUNS)
      .where({ state: 'blocked' })
      .andWhere('deadline_at', '<=', now)
      .orderBy('deadline_at')
      .limit(limit);
    return this.#withSchedules(runs.map(runFromRow));
  }

  /**
   * Runs whose operation has ended.
   *
   * @param which - `here`: ids of operations; `before`: or which ended by then
   */
  async ended(
    limit: number,
    which: { here: string[]; before: number },
  ): Promise<{ run: Run; schedule: Schedule; operation: Operation }[]> {
    const rows = await this.#knex(RUNS)
      .join('operations', 'operations.id', `${RUNS}.operation_id`)
      .where({ [`${RUNS}.state`]: 'running' })
      .whereNotNull('operations.finished_at')
      .andWhere(ended =>
        ended
          .where('operations.finished_at', '<=', which.before)
          .orWhereIn('operations.id', which.here),
      )
      .limit(limit)
      .select(`${RUNS}.*`);
    const found = await this.#withSchedules(rows.map(runFromRow));
    const ended = [];
    for (const { run, schedule } of found) {
      const operation = await this.#operations.get(run.operationId!);
      if (operation) {
        ended.push({ run, schedule, operation });
      }
    }
    return ended;
  }

  async #withSchedules(
    runs: Run[],
  ): Promise<{ run: Run; schedule: Schedule }[]> {
    if (runs.length === 0) {
      return [];
    }
    const rows = await this.#knex(SCHEDULES).whereIn(
      'id',
      runs.map(run => run.scheduleId),
    );
    const byId = new Map(rows.map(row => [row.id, scheduleFromRow(row)]));
    return runs.flatMap(run => {
      const schedule = byId.get(run.scheduleId);
      return schedule ? [{ run, schedule }] : [];
    });
  }
}

/** Counts whoever takes them: the storage has to bear all of them. */
export async function roomIn(
  knex: Knex,
  cluster: string,
  limit: number,
): Promise<number> {
  const [{ count }] = await knex('operations')
    .whereNull('finished_at')
    .andWhere({ cluster, type: 'take' })
    .count({ count: '*' });
  return limit - Number(count);
}
