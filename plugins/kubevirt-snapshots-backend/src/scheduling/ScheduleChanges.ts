// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Knex } from 'knex';
import { ChangePoll } from '../database/ChangePoll';
import type { ScheduleStore } from './ScheduleStore';

/** Changes that are read in one go. */
const PAGE = 500;

/** A schedule, as far as a list of VMs tells of it. */
export interface ScheduleOfVm {
  vmUid: string;
  name: string;
  active: boolean;
  nextDueAt?: number;
}

/**
 * Follows the changes of schedules, whoever makes them: a number for each VM
 * that grows with them, and when its next run is due.
 */
export class ScheduleChanges {
  readonly #knex: Knex;
  readonly #store: ScheduleStore;
  readonly #vmRevisions = new Map<string, number>();
  readonly #listeners = new Set<(vmKey: string) => void>();
  readonly #poll: ChangePoll;
  #revision = 0;
  #all:
    | { revision: number; byVm: Promise<Map<string, ScheduleOfVm[]>> }
    | undefined;

  constructor(options: {
    knex: Knex;
    store: ScheduleStore;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#store = options.store;
    this.#poll = new ChangePoll({
      read: () => this.#read(),
      logger: options.logger,
      what: 'schedules',
    });
  }

  /** Follows from now on: what was before, a view reads for itself. */
  async start(): Promise<void> {
    const row = await this.#knex('schedules').max({ last: 'revision' }).first();
    this.#revision = Number(row?.last ?? 0);
    this.#poll.start();
  }

  stop(): void {
    this.#poll.stop();
  }

  /** Grows with each change of this VM's schedules and their runs. */
  revisionOf(vm: VmRef): number {
    return this.#vmRevisions.get(stringifyVmRef(vm)) ?? 0;
  }

  /** Calls back with `<cluster>/<namespace>/<name>` of the VM. */
  subscribe(listener: (vmKey: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what has been committed up to now. */
  async catchUp(revision: number): Promise<void> {
    if (this.#revision < revision) {
      await this.#poll.fresh();
    }
  }

  /** Schedules by `<cluster>/<namespace>/<name>`; read again after a change. */
  async all(): Promise<Map<string, ScheduleOfVm[]>> {
    if (this.#all?.revision !== this.#revision) {
      const byVm = this.#readAll();
      this.#all = { revision: this.#revision, byVm };
      byVm.catch(() => {
        this.#all = undefined;
      });
    }
    return this.#all!.byVm;
  }

  async #readAll(): Promise<Map<string, ScheduleOfVm[]>> {
    const byVm = new Map<string, ScheduleOfVm[]>();
    for (const { vm, ...schedule } of await this.#store.ofAllVms()) {
      const key = stringifyVmRef(vm);
      byVm.set(key, [...(byVm.get(key) ?? []), schedule]);
    }
    return byVm;
  }

  async #read(): Promise<void> {
    for (;;) {
      const rows = await this.#knex('schedules')
        .where('revision', '>', this.#revision)
        .orderBy('revision')
        .limit(PAGE)
        .select('cluster', 'namespace', 'vm_name', 'revision');
      const keys = new Set<string>();
      for (const row of rows) {
        const key = `${row.cluster}/${row.namespace}/${row.vm_name}`;
        this.#revision = Number(row.revision);
        this.#vmRevisions.set(key, this.#revision);
        keys.add(key);
      }
      keys.forEach(key => this.#listeners.forEach(listener => listener(key)));
      if (rows.length < PAGE) {
        return;
      }
    }
  }
}
