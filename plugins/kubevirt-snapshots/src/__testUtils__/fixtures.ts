// SPDX-License-Identifier: Apache-2.0
import type { Entity } from '@backstage/catalog-model';
import type {
  AuditDetails,
  AuditEntry,
  AuditVerification,
  ClusterView,
  OperationView,
  Protection,
  RefusalCode,
  ScheduleCalendar,
  ScheduledItem,
  ScheduleDetails,
  ScheduleLimits,
  SchedulePreview,
  ScheduleRun,
  SnapshotDetails,
  SnapshotItem,
  SnapshotList,
  SnapshotVerdicts,
  Verdict,
  VmList,
  VmListItem,
  VmVerdicts,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';

export const entity: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: {
    name: 'web-01',
    namespace: 'default',
    annotations: { 'kubevirt-snapshots/vm': 'east/shop/web-01' },
  },
  spec: { type: 'virtual-machine', owner: 'group:default/team-a' },
};

export const entityKey = {
  kind: 'Resource',
  namespace: 'default',
  name: 'web-01',
};

export const yes: Verdict = { allowed: true };

export function no(reason: string, code: RefusalCode = 'permission'): Verdict {
  return { allowed: false, code, reason };
}

/** What a test wants different in a VM. */
export type VmPatch = Partial<Omit<VmView, 'allowed'>> & {
  allowed?: Partial<VmVerdicts>;
};

export function vm({ allowed, ...patch }: VmPatch = {}): VmView {
  return {
    ref: { cluster: 'east', namespace: 'shop', name: 'web-01' },
    uid: 'vm-uid-1',
    printableStatus: 'Running',
    running: true,
    paused: false,
    agentConnected: true,
    owners: ['group:default/team-a'],
    disks: [
      { name: 'root', kind: 'dataVolume', captured: true },
      {
        name: 'seed',
        kind: 'cloudInitNoCloud',
        captured: false,
        code: 'not-a-disk',
        clusterReason: 'Snapshot is not supported for this volumeSource type',
      },
    ],
    expectedConsistency: 'application',
    allowed: {
      takeSnapshot: yes,
      start: no('It is running already.', 'vm-running'),
      stop: yes,
      restore: yes,
      createSchedule: yes,
      stopClone: yes,
      stopTemplate: yes,
      ...allowed,
    },
    notices: [],
    ...patch,
  };
}

/** What a test wants different in a VM of the list. */
export type VmItemPatch = Partial<Omit<VmListItem, 'ref' | 'allowed'>> & {
  ref?: Partial<VmListItem['ref']>;
  allowed?: Partial<VmListItem['allowed']>;
};

export function vmItem({
  ref,
  allowed,
  ...patch
}: VmItemPatch = {}): VmListItem {
  return {
    ref: { cluster: 'east', namespace: 'shop', name: 'web-01', ...ref },
    uid: 'vm-uid-1',
    entityRef: 'resource:default/web-01',
    owners: ['group:default/team-a'],
    printableStatus: 'Running',
    power: 'running',
    snapshots: {
      total: 3,
      lastGoodAt: '2026-11-22T09:00:00Z',
      lastGoodName: 'before-upgrade',
    },
    unprotected: false,
    scheduleNames: [],
    expectedConsistency: 'application',
    allowed: {
      takeSnapshot: yes,
      createSchedule: yes,
      retention: yes,
      start: no('VM web-01 is running already.', 'vm-running'),
      stop: yes,
      ...allowed,
    },
    ...patch,
  };
}

export function vmList(patch: Partial<VmList> = {}): VmList {
  const items = patch.items ?? [vmItem()];
  const underWay = items.filter(item => item.busy);
  return {
    items,
    underWay,
    underWayItems: underWay.length,
    totalItems: items.length,
    allItems: items.length,
    unprotectedItems: items.filter(item => item.unprotected).length,
    facets: {
      clusters: { east: 4, west: 2 },
      namespaces: { 'east/shop': 3, 'east/lab': 1, 'west/shop': 2 },
      owners: { 'group:default/team-a': 5, 'user:default/ann': 1 },
    },
    staleClusters: [],
    offset: 0,
    limit: 20,
    ...patch,
  };
}

/** What a test wants different in a snapshot. */
export type SnapshotPatch = Partial<Omit<SnapshotItem, 'allowed'>> & {
  allowed?: Partial<SnapshotVerdicts>;
};

export function protection(patch: Partial<Protection> = {}): Protection {
  return {
    reason: 'Quarterly closing',
    until: '2099-01-31T10:00:00Z',
    by: 'user:default/ann',
    at: '2026-11-22T09:10:00Z',
    ...patch,
  };
}

export function snapshot({
  allowed,
  ...patch
}: SnapshotPatch = {}): SnapshotItem {
  return {
    name: 'before-upgrade',
    uid: 'snapshot-uid-1',
    state: 'ready',
    consistency: { level: 'application', partial: false },
    origin: 'manual',
    createdAt: '2026-11-22T09:00:00Z',
    requestedAt: '2026-11-22T08:59:50Z',
    createdBy: 'user:default/ann',
    description: 'Before the upgrade to version 2',
    formerVm: false,
    deleteConfirmation: 'standard',
    deleteNeedsReason: false,
    allowed: {
      stop: no('It is finished.', 'snapshot-finished'),
      delete: yes,
      template: yes,
      clone: yes,
      restore: yes,
      protect: yes,
      unprotect: patch.protection
        ? yes
        : no('It is not protected.', 'snapshot-not-protected'),
      ...allowed,
    },
    ...patch,
  };
}

export function operation(patch: Partial<OperationView> = {}): OperationView {
  return {
    id: 'operation-1',
    type: 'take',
    state: 'running',
    vm: { cluster: 'east', namespace: 'shop', name: 'web-01' },
    vmUid: 'vm-uid-1',
    snapshotName: 'before-upgrade',
    actor: 'user:default/ann',
    createdAt: '2026-11-22T10:00:00Z',
    revision: 1,
    ...patch,
  };
}

/** A snapshot that is being made. */
export function unfinished({
  allowed,
  ...patch
}: SnapshotPatch = {}): SnapshotItem {
  return snapshot({
    name: 'in-the-making',
    uid: 'snapshot-uid-2',
    state: 'creating',
    consistency: { level: 'unknown', partial: false },
    createdAt: '2026-11-22T10:00:00Z',
    requestedAt: '2026-11-22T10:00:00Z',
    deadlineAt: '2026-11-22T10:05:00Z',
    description: undefined,
    steps: [
      { id: 'request', state: 'done' },
      { id: 'lock', state: 'done' },
      { id: 'cut', state: 'current', count: { done: 1, total: 2 } },
      { id: 'store', state: 'waiting' },
    ],
    operation: operation({ snapshotName: 'in-the-making' }),
    allowed: {
      stop: yes,
      delete: no('It is not finished. Stop it instead.', 'snapshot-unfinished'),
      ...allowed,
    },
    ...patch,
  });
}

export function list(patch: Partial<SnapshotList> = {}): SnapshotList {
  const items = patch.items ?? [snapshot()];
  return {
    vm: vm(),
    scheduled: [],
    items,
    totalItems: items.length,
    allItems: items.length,
    stateCounts: Object.fromEntries(items.map(i => [i.state, 1])),
    offset: 0,
    limit: 20,
    revision: 1,
    freshness: { state: 'live', asOf: '2026-11-22T10:00:00Z' },
    ...patch,
  };
}

export function details(patch: Partial<SnapshotDetails> = {}): SnapshotDetails {
  return {
    item: snapshot(),
    vm: vm(),
    disks: [
      {
        name: 'root',
        included: true,
        claimName: 'web-01-root',
        storageClass: 'fast',
        capacityBytes: 20 * 1024 ** 3,
        restoreBytes: 21 * 1024 ** 3,
        cutAt: '2026-11-22T09:00:00Z',
        ready: true,
      },
      { name: 'scratch', included: false, reason: 'No snapshot class' },
    ],
    configuration: [
      { label: 'CPU', value: '4 cores' },
      { label: 'cloud-init user data', value: 'hunter2', sensitive: true },
    ],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Operation complete' },
      { type: 'Progressing', status: 'False' },
    ],
    indications: [{ indication: 'Online' }, { indication: 'GuestAgent' }],
    uses: [
      {
        kind: 'restore',
        name: 'restore-1',
        target: 'web-01',
        state: 'succeeded',
        createdAt: '2026-11-22T09:30:00Z',
      },
    ],
    deletionPolicy: 'delete',
    contentMissing: false,
    freshness: { state: 'live', asOf: '2026-11-22T10:00:00Z' },
    ...patch,
  };
}

export function cluster(patch: Partial<ClusterView> = {}): ClusterView {
  return {
    name: 'east',
    title: 'Cluster East',
    state: 'live',
    asOf: '2026-11-22T10:00:00Z',
    proxyBypass: 'safe',
    mutations: yes,
    vms: 7,
    snapshots: 42,
    ...patch,
  };
}

export function auditEntry(patch: Partial<AuditEntry> = {}): AuditEntry {
  return {
    seq: 41,
    at: '2026-11-22T09:00:00Z',
    action: 'snapshot.delete',
    actor: 'user:default/ann',
    origin: 'portal',
    outcome: 'success',
    requestId: 'request-1',
    operationId: 'operation-1',
    entityRef: 'resource:default/web-01',
    vm: {
      cluster: 'east',
      namespace: 'shop',
      name: 'web-01',
      uid: 'vm-uid-1',
      owners: ['group:default/team-a'],
    },
    snapshot: { name: 'before-upgrade', uid: 'snapshot-uid-1' },
    options: { confirmed: true },
    reason: 'No longer needed',
    settledSeq: 42,
    settledAt: '2026-11-22T09:00:04Z',
    durationMs: 4_200,
    ...patch,
  };
}

export function auditDetails(patch: Partial<AuditEntry> = {}): AuditDetails {
  return {
    entry: auditEntry(patch),
    rows: [
      {
        seq: 41,
        kind: 'intent',
        body: '{"seq":41}',
        rowHash: 'a1'.repeat(32),
        contentDigest: 'b2'.repeat(32),
      },
      {
        seq: 42,
        kind: 'settled',
        body: '{"seq":42}',
        rowHash: 'c3'.repeat(32),
        contentDigest: 'd4'.repeat(32),
      },
    ],
  };
}

export function verification(
  patch: Partial<AuditVerification> = {},
): AuditVerification {
  return {
    signed: true,
    outside: [{ name: 'log' }, { name: 'file' }],
    firstRow: 1,
    lastRow: 50,
    last: {
      status: 'ok',
      message: 'ok to checkpoint 7, 3 newer rows not anchored',
      at: '2026-11-22T08:00:00Z',
      by: 'plugin:kubevirt-snapshots',
      rows: 48,
      from: 1,
      to: 48,
      checkpoint: { number: 7, seq: 45, at: '2026-11-22T07:00:00Z' },
      notAnchored: 3,
      notes: [],
      durationMs: 120,
    },
    ...patch,
  };
}

/** An error as the client throws it when the backend refuses. */
export function refusal(
  statusCode: number,
  details_: {
    code?: string;
    owners?: string[];
    field?: string;
    holder?: string;
  } = {},
  message = 'The backend says no',
) {
  return Object.assign(new Error(`Request failed with ${statusCode}`), {
    name: 'ResponseError',
    statusCode,
    body: { error: { name: 'Error', message, details: details_ } },
  });
}

/** A schedule as the list shows it. */
export function schedule(more: Partial<ScheduledItem> = {}): ScheduledItem {
  return {
    id: 'k3j9x0a2bqzm',
    revision: 1,
    name: 'nightly',
    state: 'active',
    rule: { kind: 'daily', hour: 3, minute: 0 },
    timeZone: 'UTC',
    retention: { keepLast: 7 },
    nextRunAt: '2099-01-01T03:00:00Z',
    createdBy: 'user:default/ada',
    createdAt: '2026-11-01T12:00:00Z',
    author: 'user:default/ada',
    failuresInRow: 0,
    ownedSnapshots: 0,
    formerVm: false,
    allowed: {
      update: yes,
      runNow: yes,
      pause: yes,
      resume: no('It is active.', 'schedule-active'),
      adopt: no('You answer for it already.', 'schedule-author'),
      delete: yes,
    },
    ...more,
  };
}

/** A run of that schedule. */
export function scheduleRun(patch: Partial<ScheduleRun> = {}): ScheduleRun {
  return {
    id: 'run-1',
    scheduleId: 'k3j9x0a2bqzm',
    trigger: 'schedule',
    dueAt: '2026-11-22T03:00:00Z',
    state: 'succeeded',
    startedAt: '2026-11-22T03:00:02Z',
    finishedAt: '2026-11-22T03:00:30Z',
    delayMs: 2000,
    snapshotName: 'k3j9x0a2bqzm-20261122t030000z',
    snapshotUid: 'snapshot-uid-3',
    ...patch,
  };
}

export function scheduleDetails(
  patch: Partial<ScheduleDetails> = {},
): ScheduleDetails {
  const runs = patch.runs ?? [scheduleRun()];
  return {
    schedule: schedule({ ownedSnapshots: 1, lastRun: runs[0] }),
    runs,
    totalRuns: runs.length,
    offset: 0,
    limit: 20,
    plan: {
      snapshots: [
        {
          uid: 'snapshot-uid-3',
          name: 'k3j9x0a2bqzm-20261122t030000z',
          at: '2026-11-22T03:00:10Z',
          state: 'ready',
          complete: true,
        },
      ],
      plan: {
        keep: [
          {
            id: 'snapshot-uid-3',
            reasons: [{ rule: 'keepLast', number: 1 }],
          },
        ],
        remove: [],
        waiting: [],
      },
    },
    ...patch,
  };
}

export function scheduleLimits(
  patch: Partial<ScheduleLimits> = {},
): ScheduleLimits {
  return {
    schedulesOfVm: { used: 1, limit: 10 },
    snapshotsOfVm: { used: 5, limit: 100 },
    snapshotsOfNamespace: { used: 12 },
    presets: [],
    create: yes,
    retention: yes,
    ...patch,
  };
}

export function schedulePreview(
  patch: Partial<SchedulePreview> = {},
): SchedulePreview {
  return {
    problems: [],
    nextRuns: [],
    plan: { snapshots: [], plan: { keep: [], remove: [], waiting: [] } },
    ...patch,
  };
}

export function scheduleCalendar(
  patch: Partial<ScheduleCalendar> = {},
): ScheduleCalendar {
  return { snapshots: [], runs: [], coming: [], truncated: false, ...patch };
}
