// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  snapshotState,
  type ScheduleSettings,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  bindEntity,
  ownersOf,
  type BindingConfig,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { OperationIndex } from '../operations/OperationIndex';
import { OperationWorker } from '../operations/OperationWorker';
import { ProtectionStore } from '../protection/ProtectionStore';
import { AuthorCheck } from '../scheduling/AuthorCheck';
import { AuthorChore } from '../scheduling/AuthorChore';
import { nextDue } from '../scheduling/dues';
import { Notifier, type NotificationMessage } from '../scheduling/Notifier';
import { RetentionChore } from '../scheduling/RetentionChore';
import { RetentionPlanner } from '../scheduling/RetentionPlanner';
import { RunStore } from '../scheduling/RunStore';
import { scheduleIdOf } from '../scheduling/ScheduleService';
import { ScheduleRunner } from '../scheduling/ScheduleRunner';
import { ScheduleStore } from '../scheduling/ScheduleStore';
import { SnapshotLimits } from '../scheduling/SnapshotLimits';
import { Standing } from '../scheduling/Standing';
import type { Schedule } from '../scheduling/types';
import { CaptureRecorder } from '../views/CaptureRecorder';
import { setUp, type databases } from './databases';
import { FakeCluster } from './FakeCluster';
import { vmEntity } from './startPlugin';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A Wednesday, half an hour before a full hour. */
export const START = Date.parse('2030-01-16T11:30:00Z');

const BINDING: BindingConfig = {
  mode: 'strict',
  trustedNamespaces: [],
  namespaceOwners: [],
};

export const AUTHOR = 'user:default/ada';

/** A person of the catalog. */
export function person(ref: string, groups: string[]): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: ref.split('/')[1], namespace: 'default' },
    relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
  };
}

/** A catalog that can be changed, and be away. */
export class FakeCatalog {
  readonly entities = new Map<string, Entity>();
  away = false;

  add(entity: Entity): void {
    this.entities.set(stringifyEntityRef(entity), entity);
  }

  async getEntityByRef(ref: string) {
    this.#answer();
    return this.entities.get(ref);
  }

  async getEntitiesByRefs({ entityRefs }: { entityRefs: string[] }) {
    this.#answer();
    return { items: entityRefs.map(ref => this.entities.get(ref)) };
  }

  async getEntities() {
    this.#answer();
    return {
      items: Array.from(this.entities.values()).filter(
        ({ kind }) => kind === 'User',
      ),
    };
  }

  #answer(): void {
    if (this.away) {
      throw new Error('The catalog is away');
    }
  }
}

/** What the storage of the fake cluster does with a snapshot. */
export type Storage = 'works' | 'fails' | 'hangs';

/**
 * Schedules with everything that carries them out, over a cluster that exists
 * in memory only, and a clock that the test moves.
 */
export async function scheduleBed(
  databaseId: Parameters<typeof databases.init>[0],
  options: { atOnce?: number; cluster?: FakeCluster } = {},
) {
  const logger = mockServices.logger.mock();
  let now = START;
  let offset = 0;
  const base = await setUp(databaseId, () => offset);
  const realNow = await base.clock.now();
  const setTime = async (ms: number) => {
    now = ms;
    offset = ms - realNow;
  };
  await setTime(START);

  const cluster = options.cluster ?? new FakeCluster();
  cluster.addVm({ uid: 'vm-uid' });
  const catalog = new FakeCatalog();
  catalog.add(vmEntity('web-01', 'east/shop/web-01'));
  catalog.add(person(AUTHOR, ['group:default/team-a']));
  const sent: NotificationMessage[] = [];
  const bed = {
    ...base,
    cluster,
    catalog,
    sent,
    storage: 'works' as Storage,
    setTime,
    time: () => now,
  };

  cluster.after = call => {
    if (call !== 'createSnapshot' || bed.storage === 'hangs') {
      return;
    }
    const all = cluster.vms().flatMap(({ ref }) => cluster.snapshots(ref));
    for (const record of all) {
      if (snapshotState(record.facts) === 'waiting') {
        settle(cluster, record.name, bed.storage, now);
      }
    }
  };

  const replica = async () => {
    const store = new ScheduleStore({ ...base, logger });
    const runs = new RunStore({ ...base, operations: base.store });
    const index = new OperationIndex({ store: base.store, logger });
    const captures = new CaptureRecorder({
      ...base,
      cluster,
      logger,
      ownersOf: vm => ownersOf(vm, BINDING),
    });
    const protections = new ProtectionStore({ ...base, logger });
    const auth = mockServices.auth();
    const mutations = { verdict: () => cluster.mutationsNow };
    const limits = new SnapshotLimits({ cluster });
    const gate = {
      bind: (entity: Entity, vm: VmRecord) =>
        bindEntity({ entity, vm, config: BINDING }),
    };
    const deps = {
      ...base,
      logger,
      auth,
      catalog,
      cluster,
      binding: BINDING,
      mutations,
      index,
      captures,
      protections,
      limits,
      gate,
      runs,
      store,
      operations: base.store,
    };
    const standing = new Standing(deps);
    const planner = new RetentionPlanner(deps);
    const authors = new AuthorCheck(deps);
    const chores = {
      retention: new RetentionChore({ ...deps, planner, standing }),
      authors: new AuthorChore({ ...deps, authors }),
      notifier: new Notifier({
        ...deps,
        sender: { send: async message => void sent.push(message) },
      }),
    };
    const runner = new ScheduleRunner({
      ...deps,
      standing,
      atOnce: options.atOnce ?? 10,
      chores: Object.values(chores),
    });
    await index.start();
    await captures.start();
    return {
      store,
      runs,
      index,
      captures,
      protections,
      planner,
      standing,
      runner,
      ...chores,
      stop: () => {
        index.stop();
        captures.stop();
      },
    };
  };
  const first = await replica();
  const worker = new OperationWorker({
    store: base.store,
    trail: base.trail,
    cluster,
    clock: base.clock,
    logger,
  });

  return Object.assign(bed, first, {
    operations: base.store,
    schedules: first.store,
    replica,

    /** Puts the VM under a schedule, in the name of AUTHOR. */
    async schedule(
      settings: Partial<ScheduleSettings> = {},
      more: Partial<Schedule> = {},
    ): Promise<Schedule> {
      const operationId = randomUUID();
      const all: ScheduleSettings = {
        name: `s-${operationId.slice(0, 8)}`,
        rule: { kind: 'hourly', minute: 0 },
        timeZone: 'UTC',
        retention: {},
        ...settings,
      };
      return first.store.create(
        {
          id: scheduleIdOf(operationId),
          vm: FakeCluster.ref,
          vmUid: 'vm-uid',
          owners: ['group:default/team-a'],
          entityRef: 'resource:default/web-01',
          settings: all,
          author: AUTHOR,
          authorBasis: 'owner',
          ...more,
        },
        {
          operationId,
          intent: {
            action: 'schedule.create',
            actor: AUTHOR,
            origin: 'portal',
          },
          columns: at => ({
            next_due_at: nextDue(all, at) ?? null,
            author_due_at: at,
          }),
        },
      );
    },

    /** Ticks until nothing moves: runs made, operations ended, runs settled. */
    async work(): Promise<void> {
      for (let quiet = 0; quiet < 2; ) {
        const before = await base.knex('counters').first();
        await first.runner.tick();
        await finishOperations(base, worker, bed.storage === 'hangs' ? 5 : 60);
        await first.index.catchUp(Number.MAX_SAFE_INTEGER);
        const after = await base.knex('counters').first();
        quiet = before.value === after.value ? quiet + 1 : 0;
      }
    },

    /** Lets the snapshots that are being taken succeed. */
    async finish(): Promise<void> {
      await finishOperations(base, worker, 60);
    },

    async runsOf(schedule: Schedule) {
      const { runs } = await first.runs.log.page(schedule.id, 0, 1000);
      return runs.reverse();
    },

    async close(): Promise<void> {
      first.stop();
      await worker.stop();
    },
  });
}

/** Lets a snapshot of the fake cluster succeed or fail. */
export function settle(
  cluster: FakeCluster,
  name: string,
  how: Storage,
  at: number,
): void {
  const { namespace, vmName } = cluster.snapshot({
    ...FakeCluster.ref,
    name,
  })!;
  const vm = cluster.vm({ ...FakeCluster.ref, namespace, name: vmName! });
  const time = new Date(at).toISOString();
  cluster.changeSnapshot(
    name,
    how === 'works'
      ? {
          facts: {
            phase: 'Succeeded',
            readyToUse: true,
            includedVolumes: ['root'],
          },
          createdAt: time,
          cutAt: time,
          contentName: `content-${name}`,
          capturedVmUid: vm?.uid,
          disks: { total: 1, cut: 1, ready: 1 },
        }
      : {
          facts: { phase: 'Failed', errorMessage: 'the storage said no' },
          createdAt: time,
        },
  );
}

/** Carries out what has been accepted, as the worker does, step by step. */
async function finishOperations(
  base: Awaited<ReturnType<typeof setUp>>,
  worker: OperationWorker,
  looks: number,
): Promise<void> {
  await worker.poll();
  for (let i = 0; i < looks; i += 1) {
    const open = await base
      .knex('operations')
      .whereNull('finished_at')
      .where('retrying', false)
      .first('id');
    if (!open) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
