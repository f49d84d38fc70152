// SPDX-License-Identifier: Apache-2.0
import type {
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type {
  BindingConfig,
  ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Knex } from 'knex';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import type { VmGate } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { OperationIndex } from '../operations/OperationIndex';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { CaptureRecorder } from '../views/CaptureRecorder';
import type { SnapshotViews } from '../views/SnapshotViews';
import { AuthorCheck } from './AuthorCheck';
import { AuthorChore } from './AuthorChore';
import { AuthorPauses } from './AuthorPauses';
import { Notifier, type NotificationSender } from './Notifier';
import type { ScheduleConfig } from './readScheduleConfig';
import { RetentionChore } from './RetentionChore';
import { RetentionPlanner } from './RetentionPlanner';
import { RunStore } from './RunStore';
import type { ScheduleChanges } from './ScheduleChanges';
import { ScheduleRunner, type Chore } from './ScheduleRunner';
import { ScheduleService } from './ScheduleService';
import type { ScheduleStore } from './ScheduleStore';
import type { ScheduleVerdictMaker } from './ScheduleVerdictMaker';
import { ScheduleViews } from './ScheduleViews';
import type { SnapshotLimits } from './SnapshotLimits';
import { Standing } from './Standing';

/** Everything about schedules, put together. */
export class Scheduling {
  readonly service: ScheduleService;
  readonly views: ScheduleViews;
  readonly changes: ScheduleChanges;
  readonly authorPauses: AuthorPauses;
  readonly runner: ScheduleRunner;

  constructor(options: {
    config: ScheduleConfig;
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
    logger: LoggerService;
    auth: AuthService;
    catalog: CatalogService;
    permissions: PermissionsService;
    cluster: ClusterService;
    binding: BindingConfig;
    gate: Pick<VmGate, 'bind'>;
    mutations: MutationSwitch;
    operations: DatabaseOperationStore;
    index: OperationIndex;
    captures: CaptureRecorder;
    protections: ProtectionStore;
    snapshots: SnapshotViews;
    limits: SnapshotLimits;
    verdicts: ScheduleVerdictMaker;
    store: ScheduleStore;
    changes: ScheduleChanges;
    notifications: NotificationSender;
    /** What is done beside schedules, by the same runner. */
    chores: Chore[];
  }) {
    const { store, config } = options;
    const runs = new RunStore(options);
    const standing = new Standing(options);
    const authors = new AuthorCheck(options);
    const planner = new RetentionPlanner({ ...options, runs });
    this.changes = options.changes;
    this.views = new ScheduleViews({ ...options, runs, planner });
    this.service = new ScheduleService({
      ...options,
      runs,
      views: this.views,
      authors,
    });
    this.authorPauses = new AuthorPauses(options);
    this.runner = new ScheduleRunner({
      ...options,
      store,
      runs,
      standing,
      atOnce: config.snapshotsAtOnce,
      chores: [
        new RetentionChore({ ...options, runs, planner, standing }),
        new AuthorChore({ ...options, runs, authors }),
        new Notifier({ ...options, sender: options.notifications }),
        ...options.chores,
      ],
    });
  }

  async start(): Promise<void> {
    await this.changes.start();
  }

  async stop(): Promise<void> {
    this.changes.stop();
    await this.runner.stop();
  }
}
