// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { Clock } from '../database/Clock';
import { nextNumber, type Numbered } from '../database/nextNumber';
import type {
  AcceptOptions,
  DatabaseOperationStore,
} from '../operations/DatabaseOperationStore';
import type { Operation } from '../operations/types';
import type { DuePlan } from './dues';
import { DueWork, roomIn } from './DueWork';
import { RunLog } from './RunLog';
import type { ScheduleColumns } from './ScheduleStore';
import { PLUGIN_ACTOR, type Run, type Schedule } from './types';

const SCHEDULES = 'schedules';
const RUNS = 'schedule_runs';

/** States of a run that isn't over. */
const OPEN = ['blocked', 'running'];

/** Why a run waits. */
export interface Blocked {
  code: string;
  reason: string;
  /** When to try again, ms since 1970. */
  nextTryAt: number;
}

/** A message to the owners, in the words that they get. */
export interface Notice {
  title: string;
  description: string;
  severity: 'normal' | 'high';
}

/** Undoes a transaction whose ground has gone: somebody else was faster. */
class LostError extends Error {}

/** Undoes a transaction because the cluster has enough to do. */
class FullError extends Error {}

/** What came of an attempt. `lost`: somebody else has done it. */
export type Attempt = 'done' | 'lost' | 'full';

/** How a run begins. */
export type Start =
  | { operation: AcceptOptions; limit: number }
  | { blocked: Blocked }
  | { over: { state: 'failed' | 'skipped'; code: string; reason: string } };

const blockedColumns = (blocked: Blocked) => ({
  state: 'blocked',
  code: blocked.code,
  reason: blocked.reason,
  next_try_at: blocked.nextTryAt,
});

/**
 * Runs of schedules. Whatever moves one is one transaction that compares what
 * was seen, so that of any number of replicas exactly one does it.
 */
export class RunStore {
  /** What there is to do. */
  readonly work: DueWork;
  /** What there has been. */
  readonly log: RunLog;
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #operations: DatabaseOperationStore;
  readonly #trail: DatabaseAuditTrail;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    operations: DatabaseOperationStore;
    trail: DatabaseAuditTrail;
  }) {
    this.work = new DueWork(options);
    this.log = new RunLog(options);
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#operations = options.operations;
    this.#trail = options.trail;
  }

  /**
   * Claims a due time: moves the schedule on, writes down what was missed and
   * makes the run with its operation, locks and audit intent; all or nothing.
   *
   * @throws ConflictError when a lock is held
   */
  async claim(
    seen: Schedule,
    plan: DuePlan,
    start: Start | undefined,
    more: ScheduleColumns = {},
  ): Promise<Attempt> {
    return this.#attempt(async tx => {
      const taken = await this.#begin(tx);
      const { revision, now } = taken;
      const moved = await tx(SCHEDULES)
        .where({
          id: seen.id,
          next_due_at: seen.nextDueAt,
          settings_revision: seen.settingsRevision,
          state: 'active',
        })
        .update({
          next_due_at: plan.nextDueAt ?? null,
          ...(plan.nextDueAt === undefined && { state: 'ended' }),
          ...more,
          revision,
        });
      if (moved !== 1) {
        throw new LostError();
      }
      if (plan.missed) {
        await this.#insert(tx, seen, {
          due_at: plan.missed.first,
          state: 'missed',
          code: 'missed',
          reason: 'The portal was not running, or not able to record it',
          missed_last: plan.missed.last,
          missed_count: plan.missed.count,
          created_at: now,
          finished_at: now,
        });
      }
      if (!plan.run || !start) {
        return undefined;
      }
      // The one before it would only be in the way of this one.
      await tx(RUNS)
        .where({ schedule_id: seen.id, state: 'blocked' })
        .update({
          state: 'skipped',
          reason: this.#knex.raw(
            "'The next one was due. It had waited: ' || coalesce(reason, '')",
          ),
          finished_at: now,
        });
      const row = {
        id: randomUUID(),
        due_at: plan.run.dueAt,
        deadline_at: plan.run.deadlineAt,
        created_at: now,
      };
      if ('operation' in start) {
        const { operation } = start;
        const isNew = await this.#insert(tx, seen, {
          ...row,
          state: 'running',
          started_at: now,
          snapshot_name: operation.operation.snapshotName,
          operation_id: operation.operation.id,
        });
        // There already when the clock was put back: once is enough.
        return isNew
          ? this.#accept(tx, operation, start.limit, taken)
          : undefined;
      }
      await this.#insert(tx, seen, {
        ...row,
        ...('blocked' in start
          ? blockedColumns(start.blocked)
          : { ...start.over, finished_at: now }),
      });
      return undefined;
    });
  }

  /**
   * Begins a run that was blocked.
   *
   * @throws ConflictError when a lock is held
   */
  async begin(
    { run, schedule }: { run: Run; schedule: Schedule },
    start: Extract<Start, { operation: unknown }>,
    more: ScheduleColumns = {},
  ): Promise<Attempt> {
    return this.#attempt(async tx => {
      const taken = await this.#begin(tx);
      const { revision, now } = taken;
      await this.#move(tx, run, ['blocked'], {
        state: 'running',
        code: null,
        reason: null,
        next_try_at: null,
        started_at: run.startedAt ?? now,
        snapshot_name: start.operation.operation.snapshotName,
        operation_id: start.operation.operation.id,
      });
      await this.#touch(tx, schedule, revision, more);
      return this.#accept(tx, start.operation, start.limit, taken);
    });
  }

  /** Makes a run by hand, outside the rhythm, with its operation. */
  async runNow(
    schedule: Schedule,
    options: { operation: AcceptOptions; dueAt: number; actor: string },
  ): Promise<Run | undefined> {
    const { operation } = options;
    const id = randomUUID();
    await this.#attempt(async tx => {
      const taken = await this.#begin(tx);
      const { revision, now } = taken;
      const isNew = await this.#insert(tx, schedule, {
        id,
        due_at: options.dueAt,
        by_hand: true,
        state: 'running',
        created_at: now,
        started_at: now,
        snapshot_name: operation.operation.snapshotName,
        operation_id: operation.operation.id,
        requested_by: options.actor,
      });
      if (!isNew) {
        throw new LostError();
      }
      await this.#touch(tx, schedule, revision, {});
      return this.#accept(tx, operation, Infinity, taken);
    });
    return this.log.get(id);
  }

  /** Lets a run wait (on). */
  async block(
    { run, schedule }: { run: Run; schedule: Schedule },
    blocked: Blocked,
    more: { tries?: number; schedule?: ScheduleColumns } = {},
  ): Promise<Attempt> {
    return this.#attempt(async tx => {
      const { revision } = await this.#begin(tx);
      await this.#move(tx, run, OPEN, {
        ...blockedColumns(blocked),
        ...(more.tries !== undefined && { tries: more.tries }),
      });
      await this.#touch(tx, schedule, revision, more.schedule ?? {});
      return undefined;
    });
  }

  /** Ends a run, with what that means for its schedule. */
  async end(
    { run, schedule }: { run: Run; schedule: Schedule },
    end: {
      state: 'succeeded' | 'failed' | 'skipped' | 'unknown';
      code?: string;
      reason?: string;
      snapshotUid?: string;
      schedule?: ScheduleColumns;
      notice?: Notice;
      suspends?: { code: string; message: string };
    },
  ): Promise<Attempt> {
    return this.#attempt(async tx => {
      const { revision, now } = await this.#begin(tx);
      await this.#move(tx, run, OPEN, {
        state: end.state,
        code: end.code ?? null,
        reason: end.reason ?? null,
        next_try_at: null,
        finished_at: now,
        ...(end.snapshotUid && { snapshot_uid: end.snapshotUid }),
      });
      await this.#touch(tx, schedule, revision, end.schedule ?? {});
      await this.#tell(tx, schedule, now, end);
      if (end.suspends) {
        await this.#skipBlocked(tx, schedule.id, end.suspends.message, now);
        await this.#recordSuspension(tx, schedule, end.suspends);
      }
      return undefined;
    });
  }

  /**
   * Changes a schedule on behalf of the portal, if it is still as it was seen.
   *
   * @param change - `suspends`: what the trail gets to know of it
   */
  async adjust(
    seen: Schedule,
    change: {
      columns: ScheduleColumns;
      notice?: Notice;
      suspends?: { code: string; message: string };
    },
  ): Promise<Attempt> {
    return this.#attempt(async tx => {
      const { revision, now } = await this.#begin(tx);
      const changed = await tx(SCHEDULES)
        .where({
          id: seen.id,
          state: seen.state,
          settings_revision: seen.settingsRevision,
          author: seen.author,
        })
        .update({ ...change.columns, revision });
      if (changed !== 1) {
        throw new LostError();
      }
      await this.#tell(tx, seen, now, change);
      if (change.suspends) {
        await this.#skipBlocked(tx, seen.id, change.suspends.message, now);
        await this.#recordSuspension(tx, seen, change.suspends);
      }
      return undefined;
    });
  }

  /** Ends what waits, because its schedule isn't active any more. */
  async skipBlocked(
    tx: Knex.Transaction,
    scheduleId: string,
    reason: string,
  ): Promise<void> {
    await this.#skipBlocked(tx, scheduleId, reason, await this.#clock.now(tx));
  }

  /** Notes about snapshots: that they are gone, or being removed. */
  async note(
    runId: string,
    columns: { gone_at?: number; prune_operation_id?: string | null },
  ): Promise<void> {
    await this.#knex(RUNS).where({ id: runId }).update(columns);
  }

  async #attempt(
    work: (tx: Knex.Transaction) => Promise<Operation | undefined>,
  ): Promise<Attempt> {
    try {
      const accepted = await this.#knex.transaction(work);
      if (accepted) {
        this.#operations.announce(accepted);
      }
      return 'done';
    } catch (error) {
      if (error instanceof LostError) {
        return 'lost';
      }
      if (error instanceof FullError) {
        return 'full';
      }
      throw error;
    }
  }

  /** The counter is taken first by everybody, so that nobody waits in a ring. */
  #begin(tx: Knex.Transaction): Promise<Numbered> {
    return nextNumber(tx, this.#clock);
  }

  async #accept(
    tx: Knex.Transaction,
    options: AcceptOptions,
    limit: number,
    taken: Numbered,
  ): Promise<Operation> {
    const { cluster } = options.operation.vm;
    if (limit !== Infinity && (await roomIn(tx, cluster, limit)) <= 0) {
      throw new FullError();
    }
    const { operation, created } = await this.#operations.acceptIn(
      tx,
      options,
      taken,
    );
    if (!created) {
      throw new LostError();
    }
    return operation;
  }

  async #insert(
    tx: Knex.Transaction,
    schedule: Schedule,
    columns: Record<string, unknown>,
  ): Promise<boolean> {
    const inserted = await tx(RUNS)
      .insert({
        id: randomUUID(),
        schedule_id: schedule.id,
        by_hand: false,
        cluster: schedule.vm.cluster,
        vm_uid: schedule.vmUid,
        tries: 0,
        ...columns,
      })
      .onConflict(['schedule_id', 'due_at'])
      .ignore()
      .returning('id');
    return inserted.length === 1;
  }

  async #move(
    tx: Knex.Transaction,
    run: Run,
    from: string[],
    columns: Record<string, unknown>,
  ): Promise<void> {
    const changed = await tx(RUNS)
      .where({ id: run.id, tries: run.tries })
      .whereIn('state', from)
      .andWhere(same =>
        run.operationId === undefined
          ? same.whereNull('operation_id')
          : same.where({ operation_id: run.operationId }),
      )
      .update(columns);
    if (changed !== 1) {
      throw new LostError();
    }
  }

  async #touch(
    tx: Knex.Transaction,
    schedule: Schedule,
    revision: number,
    columns: ScheduleColumns,
  ): Promise<void> {
    await tx(SCHEDULES)
      .where({ id: schedule.id })
      .update({ ...columns, revision });
  }

  async #tell(
    tx: Knex.Transaction,
    schedule: Schedule,
    now: number,
    { notice }: { notice?: Notice },
  ): Promise<void> {
    if (notice) {
      await tx('schedule_notices').insert({
        id: randomUUID(),
        schedule_id: schedule.id,
        payload: JSON.stringify(notice),
        send_at: now,
        tries: 0,
      });
    }
  }

  async #skipBlocked(
    tx: Knex.Transaction,
    scheduleId: string,
    reason: string,
    now: number,
  ): Promise<void> {
    await tx(RUNS)
      .where({ schedule_id: scheduleId, state: 'blocked' })
      .update({ state: 'skipped', reason, finished_at: now });
  }

  async #recordSuspension(
    tx: Knex.Transaction,
    schedule: Schedule,
    { code, message }: { code: string; message: string },
  ): Promise<void> {
    await this.#trail.append(tx, 'system', {
      action: 'schedule.suspend',
      actor: PLUGIN_ACTOR,
      onBehalfOf: schedule.author,
      origin: 'schedule',
      entityRef: schedule.entityRef,
      vm: { ...schedule.vm, uid: schedule.vmUid, owners: schedule.owners },
      options: {
        schedule: schedule.settings.name,
        scheduleId: schedule.id,
        code,
      },
      reason: message,
    });
  }
}
