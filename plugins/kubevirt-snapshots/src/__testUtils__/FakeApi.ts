// SPDX-License-Identifier: Apache-2.0
import type { StreamMessage } from 'backstage-plugin-kubevirt-snapshots-common';
import type { KubevirtSnapshotsApi, WatchOptions } from '../api';
import {
  auditDetails,
  auditEntry,
  cluster,
  details,
  list,
  operation,
  protection,
  schedule,
  scheduleCalendar,
  scheduleDetails,
  scheduleLimits,
  schedulePreview,
  verification,
  vmList,
} from './fixtures';
import { cloneReview, restorePlan, templateReview } from './longFixtures';

/** A stream that a test can feed and cut. */
export interface FakeStream {
  send(message: StreamMessage): void;
  end(): void;
  fail(error: Error): void;
  readonly aborted: boolean;
}

/**
 * The API without a backend: every method is a jest mock with a sensible
 * answer, and the streams that were opened can be driven by the test.
 */
export class FakeApi implements KubevirtSnapshotsApi {
  readonly streams: FakeStream[] = [];

  listVms = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listVms']>,
    Parameters<KubevirtSnapshotsApi['listVms']>
  >(async () => vmList());

  listSnapshots = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listSnapshots']>,
    Parameters<KubevirtSnapshotsApi['listSnapshots']>
  >(async () => list());

  getSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getSnapshot']>,
    Parameters<KubevirtSnapshotsApi['getSnapshot']>
  >(async () => details());

  checkName = jest.fn<
    ReturnType<KubevirtSnapshotsApi['checkName']>,
    Parameters<KubevirtSnapshotsApi['checkName']>
  >(async () => ({ free: true }));

  takeSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['takeSnapshot']>,
    Parameters<KubevirtSnapshotsApi['takeSnapshot']>
  >(async (_entity, { name }) => operation({ snapshotName: name }));

  stopSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['stopSnapshot']>,
    Parameters<KubevirtSnapshotsApi['stopSnapshot']>
  >(async (_entity, name) => operation({ type: 'stop', snapshotName: name }));

  deleteSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['deleteSnapshot']>,
    Parameters<KubevirtSnapshotsApi['deleteSnapshot']>
  >(async (_entity, name) => operation({ type: 'delete', snapshotName: name }));

  protectSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['protectSnapshot']>,
    Parameters<KubevirtSnapshotsApi['protectSnapshot']>
  >(async () => ({ protection: protection(), revision: 3 }));

  unprotectSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['unprotectSnapshot']>,
    Parameters<KubevirtSnapshotsApi['unprotectSnapshot']>
  >(async () => ({ revision: 4 }));

  getRestorePlan = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getRestorePlan']>,
    Parameters<KubevirtSnapshotsApi['getRestorePlan']>
  >(async () => restorePlan());

  restoreSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['restoreSnapshot']>,
    Parameters<KubevirtSnapshotsApi['restoreSnapshot']>
  >(async (_entity, name) =>
    operation({ type: 'restore', snapshotName: name }),
  );

  listRestores = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listRestores']>,
    Parameters<KubevirtSnapshotsApi['listRestores']>
  >(async () => ({ items: [], truncated: false }));

  stopRestore = jest.fn<
    ReturnType<KubevirtSnapshotsApi['stopRestore']>,
    Parameters<KubevirtSnapshotsApi['stopRestore']>
  >(async (_entity, name) => operation({ type: 'stop-restore', target: name }));

  stopCopy = jest.fn<
    ReturnType<KubevirtSnapshotsApi['stopCopy']>,
    Parameters<KubevirtSnapshotsApi['stopCopy']>
  >(async (_entity, { type }) =>
    operation({ type: type === 'clone' ? 'stop-clone' : 'stop-template' }),
  );

  clearRestore = jest.fn<
    ReturnType<KubevirtSnapshotsApi['clearRestore']>,
    Parameters<KubevirtSnapshotsApi['clearRestore']>
  >(async (_entity, name) =>
    operation({ type: 'clear-restore', target: name }),
  );

  listLeftOverClaims = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listLeftOverClaims']>,
    Parameters<KubevirtSnapshotsApi['listLeftOverClaims']>
  >(async () => ({ items: [], totalBytes: 0 }));

  deleteLeftOverClaim = jest.fn<
    ReturnType<KubevirtSnapshotsApi['deleteLeftOverClaim']>,
    Parameters<KubevirtSnapshotsApi['deleteLeftOverClaim']>
  >(async (_entity, name) => operation({ type: 'delete-disk', target: name }));

  powerVm = jest.fn<
    ReturnType<KubevirtSnapshotsApi['powerVm']>,
    Parameters<KubevirtSnapshotsApi['powerVm']>
  >(async (_entity, { action }) => operation({ type: 'power', power: action }));

  getCloneReview = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getCloneReview']>,
    Parameters<KubevirtSnapshotsApi['getCloneReview']>
  >(async () => cloneReview());

  cloneSnapshot = jest.fn<
    ReturnType<KubevirtSnapshotsApi['cloneSnapshot']>,
    Parameters<KubevirtSnapshotsApi['cloneSnapshot']>
  >(async (_entity, snapshotName, { name }) =>
    operation({ type: 'clone', snapshotName, target: name }),
  );

  checkVmName = jest.fn<
    ReturnType<KubevirtSnapshotsApi['checkVmName']>,
    Parameters<KubevirtSnapshotsApi['checkVmName']>
  >(async (_entity, name) => ({ name, free: true }));

  getTemplateReview = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getTemplateReview']>,
    Parameters<KubevirtSnapshotsApi['getTemplateReview']>
  >(async () => templateReview());

  makeTemplate = jest.fn<
    ReturnType<KubevirtSnapshotsApi['makeTemplate']>,
    Parameters<KubevirtSnapshotsApi['makeTemplate']>
  >(async (_entity, snapshotName, { name }) =>
    operation({ type: 'template', snapshotName, target: name }),
  );

  checkTemplateName = jest.fn<
    ReturnType<KubevirtSnapshotsApi['checkTemplateName']>,
    Parameters<KubevirtSnapshotsApi['checkTemplateName']>
  >(async (_entity, name) => ({ name, free: true }));

  getOperation = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getOperation']>,
    Parameters<KubevirtSnapshotsApi['getOperation']>
  >(async (_entity, id) => operation({ id }));

  listHistory = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listHistory']>,
    Parameters<KubevirtSnapshotsApi['listHistory']>
  >(async () => ({ items: [auditEntry()] }));

  listAudit = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listAudit']>,
    Parameters<KubevirtSnapshotsApi['listAudit']>
  >(async () => ({ items: [auditEntry()] }));

  getAuditRow = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getAuditRow']>,
    Parameters<KubevirtSnapshotsApi['getAuditRow']>
  >(async () => auditDetails());

  exportAudit = jest.fn<
    ReturnType<KubevirtSnapshotsApi['exportAudit']>,
    Parameters<KubevirtSnapshotsApi['exportAudit']>
  >(async () => new Blob(['{}']));

  getAuditVerification = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getAuditVerification']>,
    Parameters<KubevirtSnapshotsApi['getAuditVerification']>
  >(async () => verification());

  verifyAudit = jest.fn<
    ReturnType<KubevirtSnapshotsApi['verifyAudit']>,
    Parameters<KubevirtSnapshotsApi['verifyAudit']>
  >(async () => verification());

  listClusters = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listClusters']>,
    Parameters<KubevirtSnapshotsApi['listClusters']>
  >(async () => [cluster()]);

  listBindings = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listBindings']>,
    Parameters<KubevirtSnapshotsApi['listBindings']>
  >(async () => ({ confirmed: 3, unconfirmed: [], truncated: false }));

  getScheduleLimits = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getScheduleLimits']>,
    Parameters<KubevirtSnapshotsApi['getScheduleLimits']>
  >(async () => scheduleLimits());

  getScheduleCalendar = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getScheduleCalendar']>,
    Parameters<KubevirtSnapshotsApi['getScheduleCalendar']>
  >(async () => scheduleCalendar());

  previewSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['previewSchedule']>,
    Parameters<KubevirtSnapshotsApi['previewSchedule']>
  >(async () => schedulePreview());

  getSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['getSchedule']>,
    Parameters<KubevirtSnapshotsApi['getSchedule']>
  >(async () => scheduleDetails());

  createSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['createSchedule']>,
    Parameters<KubevirtSnapshotsApi['createSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  updateSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['updateSchedule']>,
    Parameters<KubevirtSnapshotsApi['updateSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  runSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['runSchedule']>,
    Parameters<KubevirtSnapshotsApi['runSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  pauseSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['pauseSchedule']>,
    Parameters<KubevirtSnapshotsApi['pauseSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  resumeSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['resumeSchedule']>,
    Parameters<KubevirtSnapshotsApi['resumeSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  adoptSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['adoptSchedule']>,
    Parameters<KubevirtSnapshotsApi['adoptSchedule']>
  >(async () => ({ schedule: schedule(), revision: 5 }));

  deleteSchedule = jest.fn<
    ReturnType<KubevirtSnapshotsApi['deleteSchedule']>,
    Parameters<KubevirtSnapshotsApi['deleteSchedule']>
  >(async () => ({ revision: 5 }));

  listScheduleAuthors = jest.fn<
    ReturnType<KubevirtSnapshotsApi['listScheduleAuthors']>,
    Parameters<KubevirtSnapshotsApi['listScheduleAuthors']>
  >(async () => ({ authors: [], allowed: { allowed: true } }));

  pauseScheduleAuthor = jest.fn<
    ReturnType<KubevirtSnapshotsApi['pauseScheduleAuthor']>,
    Parameters<KubevirtSnapshotsApi['pauseScheduleAuthor']>
  >(async () => ({ changed: 2 }));

  resumeScheduleAuthor = jest.fn<
    ReturnType<KubevirtSnapshotsApi['resumeScheduleAuthor']>,
    Parameters<KubevirtSnapshotsApi['resumeScheduleAuthor']>
  >(async () => ({ changed: 2 }));

  watchEvents = jest.fn((_entity: unknown, options: WatchOptions) =>
    this.#watch(options),
  );

  watchVms = jest.fn((options: WatchOptions) => this.#watch(options));

  #watch({ signal, onMessage, onActivity }: WatchOptions) {
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      this.streams.push({
        send: message => {
          onActivity?.();
          onMessage(message);
        },
        end: resolve,
        fail: reject,
        get aborted() {
          return signal.aborted;
        },
      });
    });
  }

  /** The stream that was opened last. */
  get stream(): FakeStream {
    const last = this.streams.at(-1);
    if (!last) {
      throw new Error('No stream was opened');
    }
    return last;
  }
}
