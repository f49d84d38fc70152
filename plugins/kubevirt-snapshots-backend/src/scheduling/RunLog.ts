// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { runFromRow, type Run } from './types';

const RUNS = 'schedule_runs';

/** What runs there are and have been: what views and retention read. */
export class RunLog {
  readonly #knex: Knex;

  constructor(options: { knex: Knex }) {
    this.#knex = options.knex;
  }

  async get(id: string): Promise<Run | undefined> {
    const row = await this.#knex(RUNS).where({ id }).first();
    return row && runFromRow(row);
  }

  /** Page of a schedule's runs, newest first. */
  async page(
    scheduleId: string,
    offset: number,
    limit: number,
  ): Promise<{ runs: Run[]; total: number }> {
    const [{ count }] = await this.#knex(RUNS)
      .where({ schedule_id: scheduleId })
      .count({ count: '*' });
    const rows = await this.#knex(RUNS)
      .where({ schedule_id: scheduleId })
      .orderBy('due_at', 'desc')
      .offset(offset)
      .limit(limit);
    return { runs: rows.map(runFromRow), total: Number(count) };
  }

  /** Runs of some schedules that were due in a time. */
  async between(
    scheduleIds: string[],
    from: number,
    to: number,
    limit: number,
  ): Promise<Run[]> {
    const rows = await this.#knex(RUNS)
      .whereIn('schedule_id', scheduleIds)
      .andWhere('due_at', '>=', from)
      .andWhere('due_at', '<', to)
      .orderBy('due_at')
      .limit(limit);
    return rows.map(runFromRow);
  }

  /** Runs whose snapshot may still be there: what retention looks at. */
  async withSnapshots(scheduleId: string): Promise<Run[]> {
    const rows = await this.#knex(RUNS)
      .where({ schedule_id: scheduleId })
      .whereNotNull('snapshot_uid')
      .whereNull('gone_at')
      .orderBy('due_at');
    return rows.map(runFromRow);
  }

  /** The run that was due last. */
  async newest(scheduleId: string): Promise<Run | undefined> {
    const row = await this.#knex(RUNS)
      .where({ schedule_id: scheduleId })
      .orderBy('due_at', 'desc')
      .first();
    return row && runFromRow(row);
  }

  /** The run that an operation belongs to. */
  async byOperation(operationId: string): Promise<Run | undefined> {
    const row = await this.#knex(RUNS)
      .where({ operation_id: operationId })
      .first();
    return row && runFromRow(row);
  }
}
