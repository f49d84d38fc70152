// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { AuditRowInput } from '../audit/types';
import type { Clock } from '../database/Clock';
import { nextNumber } from '../database/nextNumber';
import { conflict, detailsOf, notFound, unavailable } from '../errors';
import { scheduleFromRow, type Schedule } from './types';

const TABLE = 'schedules';

/** Columns of a schedule that a change sets. */
export type ScheduleColumns = Partial<{
  name: string;
  settings: string;
  settings_revision: number;
  owners: string;
  entity_ref: string;
  vm_uid: string;
  state: Schedule['state'];
  state_code: string | null;
  state_message: string | null;
  state_by: string | null;
  state_since: number | null;
  resume_at: number | null;
  next_due_at: number | null;
  effective_from: number;
  author: string;
  author_basis: Schedule['authorBasis'];
  author_problem: string | null;
  author_problem_since: number | null;
  author_told: boolean;
  author_due_at: number | null;
  unbound_since: number | null;
  failures: number;
  trouble: string | null;
  retain_at: number | null;
  deleted_by: string | null;
  deleted_at: number | null;
}>;

/** Columns of a schedule that nothing keeps from being active. */
export const ACTIVE: ScheduleColumns = {
  state: 'active',
  state_code: null,
  state_message: null,
  state_by: null,
  state_since: null,
  resume_at: null,
};

/** An act of a person, as the trail gets it. */
export interface ScheduleAct {
  operationId: string;
  intent: Omit<AuditRowInput, 'kind' | 'operationId'>;
}

/** An operator's stop for all schedules of somebody. */
export interface AuthorPause {
  author: string;
  reason: string;
  by: string;
  since: number;
}

const pauseFromRow = (row: any): AuthorPause => ({
  author: row.author,
  reason: row.reason,
  by: row.paused_by,
  since: Number(row.since),
});

/**
 * Schedules, and what people do to them: each act is one transaction of
 * change, intent and settlement, since nothing of it reaches a cluster.
 */
export class ScheduleStore {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #trail: DatabaseAuditTrail;
  readonly #logger: LoggerService;
  readonly #listeners = new Set<() => void>();

  constructor(options: {
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#trail = options.trail;
    this.#logger = options.logger;
  }

  /** Calls back after each act of a person that was committed here. */
  onAct(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Adds a schedule. The same act again gives the one that is there.
   *
   * @param check - refuses by throwing, and gives what depends on the clock
   * @throws ConflictError when the VM has one of that name, or `limit` many
   */
  async create(
    schedule: Pick<
      Schedule,
      | 'id'
      | 'vm'
      | 'vmUid'
      | 'owners'
      | 'entityRef'
      | 'settings'
      | 'author'
      | 'authorBasis'
    >,
    act: ScheduleAct & {
      limit?: number;
      columns: (now: number) => ScheduleColumns;
    },
  ): Promise<Schedule> {
    return this.#act(async tx => {
      const { revision, now } = await nextNumber(tx, this.#clock);
      const known = await this.#find(tx, schedule.id);
      if (known) {
        return known;
      }
      const { vm, vmUid, settings, author } = schedule;
      await this.#refusePaused(tx, author);
      await this.#refuseName(tx, schedule, settings.name);
      if (act.limit !== undefined) {
        const [{ count }] = await this.#ofVm(tx, vm)
          .where({ vm_uid: vmUid })
          .count({ count: '*' });
        if (Number(count) >= act.limit) {
          throw conflict(
            `VM ${vm.name} has ${count} schedules, and ${act.limit} is the most that a VM may have.`,
            { code: 'schedule-limit' },
          );
        }
      }
      const [row] = await tx(TABLE)
        .insert({
          id: schedule.id,
          cluster: vm.cluster,
          namespace: vm.namespace,
          vm_name: vm.name,
          vm_uid: schedule.vmUid,
          owners: JSON.stringify(schedule.owners),
          entity_ref: schedule.entityRef,
          name: settings.name,
          settings: JSON.stringify(settings),
          settings_revision: 1,
          effective_from: now,
          created_by: author,
          created_at: now,
          author,
          author_basis: schedule.authorBasis,
          failures: 0,
          ...ACTIVE,
          ...act.columns(now),
          revision,
        })
        .returning('*');
      await this.#record(tx, act, now);
      return scheduleFromRow(row);
    });
  }

  /**
   * Changes a schedule on behalf of a person. The same act again changes
   * nothing.
   *
   * @param act - `change` refuses by throwing; what it gives is written
   * @throws NotFoundError when it is gone
   */
  async change(
    id: string,
    act: ScheduleAct & {
      /** Who is to answer for it from now on: nobody whom an operator paused. */
      author?: string;
      change: (
        schedule: Schedule,
        now: number,
        tx: Knex.Transaction,
      ) => ScheduleColumns | Promise<ScheduleColumns>;
    },
  ): Promise<Schedule> {
    return this.#act(async tx => {
      const { revision, now } = await nextNumber(tx, this.#clock);
      const schedule = await this.#find(tx, id);
      if (!schedule) {
        throw notFound('There is no such schedule', 'schedule-not-found');
      }
      if (await this.#isRepeated(tx, act)) {
        return schedule;
      }
      if (act.author) {
        await this.#refusePaused(tx, act.author);
      }
      const columns = await act.change(schedule, now, tx);
      if (
        columns.name !== undefined &&
        columns.name !== schedule.settings.name
      ) {
        await this.#refuseName(tx, schedule, columns.name);
      }
      const [row] = await tx(TABLE)
        .where({ id })
        .update({ ...columns, revision })
        .returning('*');
      await this.#record(tx, act, now);
      return scheduleFromRow(row);
    });
  }

  /** Undefined when there is none, or it is deleted. */
  async get(id: string): Promise<Schedule | undefined> {
    return this.#find(this.#knex, id);
  }

  /** Schedules of the VMs that have borne this name. */
  async ofVm(vm: VmRef): Promise<Schedule[]> {
    const rows = await this.#ofVm(this.#knex, vm).orderBy('name').select();
    return rows.map(scheduleFromRow);
  }

  /** All schedules, as far as a list of VMs tells of them. */
  async ofAllVms(): Promise<
    {
      vm: VmRef;
      vmUid: string;
      name: string;
      active: boolean;
      nextDueAt?: number;
    }[]
  > {
    const rows = await this.#knex(TABLE).select(
      'cluster',
      'namespace',
      'vm_name',
      'vm_uid',
      'name',
      'state',
      'next_due_at',
    );
    return rows.map((row: any) => ({
      vm: {
        cluster: row.cluster,
        namespace: row.namespace,
        name: row.vm_name,
      },
      vmUid: row.vm_uid,
      name: row.name,
      active: row.state === 'active',
      nextDueAt: row.next_due_at === null ? undefined : Number(row.next_due_at),
    }));
  }

  /** Schedules whose pause is over. */
  async toResume(now: number, limit: number): Promise<Schedule[]> {
    const rows = await this.#knex(TABLE)
      .where('resume_at', '<=', now)
      .orderBy('resume_at')
      .limit(limit);
    return rows.map(scheduleFromRow);
  }

  /** Active schedules whose author is to be looked up. */
  async authorsDue(now: number, limit: number): Promise<Schedule[]> {
    const rows = await this.#knex(TABLE)
      .where('author_due_at', '<=', now)
      .orderBy('author_due_at')
      .limit(limit);
    return rows.map(scheduleFromRow);
  }

  /** Schedules whose retention rule is to be applied. */
  async toRetain(now: number, limit: number): Promise<Schedule[]> {
    const rows = await this.#knex(TABLE)
      .where('retain_at', '<=', now)
      .orderBy('retain_at')
      .limit(limit);
    return rows.map(scheduleFromRow);
  }

  /**
   * Says when that is to be done again. A schedule that is being deleted is
   * gone when there is nothing left to do.
   */
  async retainAgain(
    seen: Schedule,
    at: number | undefined,
    now: number,
  ): Promise<void> {
    await this.#knex(TABLE)
      // A success meanwhile has asked for it anew.
      .where({ id: seen.id, retain_at: seen.retainAt })
      .update({
        retain_at: at ?? null,
        ...(seen.state === 'deleting' &&
          at === undefined && { deleted_at: now }),
      });
  }

  /** How many schedules people have, and how many of them are active. */
  async authors(): Promise<
    { author: string; schedules: number; active: number }[]
  > {
    const rows = await this.#knex(TABLE)
      .whereNull('deleted_at')
      .groupBy('author')
      .orderBy('author')
      .select('author')
      .count({ schedules: '*' })
      .select(
        this.#knex.raw(
          "sum(case when state = 'active' then 1 else 0 end) as active",
        ),
      );
    return rows.map((row: any) => ({
      author: row.author,
      schedules: Number(row.schedules),
      active: Number(row.active),
    }));
  }

  async authorPauses(): Promise<AuthorPause[]> {
    const rows = await this.#knex('schedule_author_pauses').orderBy('author');
    return rows.map(pauseFromRow);
  }

  async authorPause(author: string): Promise<AuthorPause | undefined> {
    const row = await this.#knex('schedule_author_pauses')
      .where({ author })
      .first();
    return row && pauseFromRow(row);
  }

  /**
   * Pauses all active schedules of somebody, and refuses new ones until
   * {@link ScheduleStore.resumeAuthor}.
   *
   * @returns how many were paused
   */
  async pauseAuthor(
    pause: { author: string; reason: string; by: string },
    act: ScheduleAct,
  ): Promise<number> {
    return this.#act(async tx => {
      const { revision, now } = await nextNumber(tx, this.#clock);
      if (await this.#isRepeated(tx, act)) {
        return 0;
      }
      await tx('schedule_author_pauses')
        .insert({
          author: pause.author,
          reason: pause.reason,
          paused_by: pause.by,
          since: now,
        })
        .onConflict('author')
        .merge();
      const changed = await tx(TABLE)
        .where({ author: pause.author, state: 'active' })
        .update({
          state: 'paused',
          state_code: 'author-paused',
          state_message: pause.reason,
          state_by: pause.by,
          state_since: now,
          resume_at: null,
          next_due_at: null,
          revision,
        });
      await this.#record(tx, act, now);
      return changed;
    });
  }

  /**
   * Ends it; what it had paused goes on.
   *
   * @param act - `columns` of a schedule that goes on
   */
  async resumeAuthor(
    author: string,
    act: ScheduleAct & {
      columns: (schedule: Schedule, now: number) => ScheduleColumns;
    },
  ): Promise<number> {
    return this.#act(async tx => {
      const { revision, now } = await nextNumber(tx, this.#clock);
      if (await this.#isRepeated(tx, act)) {
        return 0;
      }
      const removed = await tx('schedule_author_pauses')
        .where({ author })
        .delete();
      if (removed === 0) {
        throw conflict(`The schedules of ${author} are not paused.`, {
          code: 'author-not-paused',
        });
      }
      const rows = await tx(TABLE)
        .where({ author, state: 'paused', state_code: 'author-paused' })
        .select();
      for (const row of rows) {
        await tx(TABLE)
          .where({ id: row.id })
          .update({ ...act.columns(scheduleFromRow(row), now), revision });
      }
      await this.#record(tx, act, now);
      return rows.length;
    });
  }

  #ofVm(knex: Knex, vm: VmRef) {
    return knex(TABLE)
      .where({
        cluster: vm.cluster,
        namespace: vm.namespace,
        vm_name: vm.name,
      })
      .whereNull('deleted_at')
      .whereNot({ state: 'deleting' });
  }

  async #find(knex: Knex, id: string): Promise<Schedule | undefined> {
    const row = await knex(TABLE)
      .where({ id })
      .whereNull('deleted_at')
      .whereNot({ state: 'deleting' })
      .first();
    return row && scheduleFromRow(row);
  }

  /** Those of a former VM of that name don't count: not all may see them. */
  async #refuseName(
    tx: Knex.Transaction,
    { vm, vmUid }: Pick<Schedule, 'vm' | 'vmUid'>,
    name: string,
  ): Promise<void> {
    if (await this.#ofVm(tx, vm).where({ name, vm_uid: vmUid }).first('id')) {
      throw conflict(`VM ${vm.name} has a schedule ${name} already.`, {
        code: 'name-taken',
        field: 'name',
      });
    }
  }

  async #refusePaused(tx: Knex.Transaction, author: string): Promise<void> {
    const row = await tx('schedule_author_pauses').where({ author }).first();
    if (row) {
      throw conflict(
        `${row.paused_by} has paused all schedules of ${author}: ${row.reason}`,
        { code: 'author-paused' },
      );
    }
  }

  async #isRepeated(tx: Knex.Transaction, act: ScheduleAct): Promise<boolean> {
    const row = await tx('audit_events')
      .where({ operation_id: act.operationId, kind: 'intent' })
      .first('action', 'actor');
    if (!row) {
      return false;
    }
    if (row.action !== act.intent.action || row.actor !== act.intent.actor) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    return true;
  }

  async #record(
    tx: Knex.Transaction,
    { intent, operationId }: ScheduleAct,
    now: number,
  ): Promise<void> {
    await this.#trail.writeIntent(tx, { ...intent, operationId }, now);
    await this.#trail.settle(tx, { operationId, outcome: 'success' }, now);
  }

  async #act<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await this.#knex.transaction(work);
    } catch (error) {
      if (detailsOf(error)) {
        throw error;
      }
      this.#trail.health.noteFailure(error);
      this.#logger.error('A change could not be recorded', error as Error);
      throw unavailable(
        'It could not be recorded, so nothing was done. Try again later.',
        'audit-unavailable',
      );
    }
    this.#listeners.forEach(listener => listener());
    return result;
  }
}
