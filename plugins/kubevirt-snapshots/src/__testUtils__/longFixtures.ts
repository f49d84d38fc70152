// SPDX-License-Identifier: Apache-2.0
import type {
  CloneReview,
  LeftOverClaim,
  OperationView,
  RestoreHistoryItem,
  RestorePlan,
  RestoreProgress,
  TemplateReview,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { no, operation, yes } from './fixtures';

const GIB = 1024 ** 3;

/** A restore of a running VM that is neither under GitOps nor in place. */
export function restorePlan(patch: Partial<RestorePlan> = {}): RestorePlan {
  return {
    hash: 'plan-1',
    vmUid: 'vm-uid-1',
    snapshot: {
      name: 'before-upgrade',
      uid: 'snapshot-uid-1',
      createdAt: '2026-11-22T09:00:00Z',
    },
    disks: [
      {
        name: 'root',
        fate: 'replaced',
        currentClaim: 'web-01-root',
        futureClaim: 'restore-1-root',
        bytes: 20 * GIB,
        oldClaim: 'deleted',
      },
      { name: 'scratch', fate: 'stays', currentClaim: 'web-01-scratch' },
      {
        name: 'added',
        fate: 'leaves',
        currentClaim: 'web-01-added',
        oldClaim: 'kept',
      },
    ],
    configuration: [
      {
        label: 'CPU',
        captured: '2 cores',
        current: '4 cores',
        change: 'changed',
      },
      { label: 'Memory', captured: '4 GiB', current: '4 GiB', change: 'same' },
      { label: 'Host name', captured: 'web', change: 'only-captured' },
      {
        label: 'cloud-init user data',
        captured: 'hunter2',
        current: 'hunter3',
        change: 'changed',
        sensitive: true,
      },
    ],
    newer: {
      lostSince: '2026-11-22T09:00:00Z',
      snapshots: [{ name: 'newer-one', createdAt: '2026-11-22T09:30:00Z' }],
    },
    power: {
      running: true,
      runStrategy: 'Always',
      options: [
        { value: 'stop', verdict: yes },
        { value: 'five-minutes', verdict: yes },
        { value: 'wait', verdict: yes },
        { value: 'if-stopped', verdict: yes },
      ],
      start: yes,
      startsAs: 'Always',
    },
    volumes: {
      options: [{ value: 'new-names', verdict: yes }],
      ownership: 'Vm',
    },
    safety: { verdict: yes, keptDays: 7, volumes: ['root'] },
    typedNameRequired: true,
    reasonRequired: false,
    clears: [],
    checks: [{ code: 'snapshot-ready', state: 'ok' }],
    warnings: [],
    allowed: yes,
    defaults: {
      power: 'stop',
      startAfterwards: true,
      safetySnapshot: true,
      volumes: 'new-names',
    },
    ...patch,
  };
}

/** The special part of a restore that runs. */
export function progress(
  patch: Partial<RestoreProgress> = {},
): RestoreProgress {
  return {
    name: 'restore-operation-1',
    choices: restorePlan().defaults,
    disks: [
      { name: 'root', claim: 'restore-1-root', state: 'bound' },
      { name: 'data', claim: 'restore-1-data', state: 'waiting' },
    ],
    stop: { effect: 'leaves-claims', message: 'The new disks are removed.' },
    ...patch,
  };
}

/** The operation of a restore that runs. */
export function restoreOperation(
  patch: Partial<OperationView> = {},
): OperationView {
  return operation({
    type: 'restore',
    target: 'restore-operation-1',
    steps: [
      { id: 'power-off', state: 'done' },
      { id: 'safety', state: 'done' },
      { id: 'claims', state: 'current', count: { done: 1, total: 2 } },
      { id: 'switch', state: 'waiting' },
      { id: 'power-on', state: 'waiting' },
    ],
    restore: progress(),
    ...patch,
  });
}

/** A restore that runs, in the list of restores. */
export function restoreItem(
  patch: Partial<RestoreHistoryItem> = {},
): RestoreHistoryItem {
  return {
    name: 'restore-operation-1',
    uid: 'restore-uid-1',
    origin: 'portal',
    snapshotName: 'before-upgrade',
    state: 'running',
    startedAt: '2026-11-22T10:00:00Z',
    actor: 'user:default/ann',
    operation: restoreOperation(),
    allowed: {
      stop: yes,
      clear: no('It is not finished.', 'restore-running'),
    },
    ...patch,
  };
}

export function leftOverClaim(
  patch: Partial<LeftOverClaim> = {},
): LeftOverClaim {
  return {
    name: 'restore-0-root',
    uid: 'claim-uid-1',
    volume: 'root',
    bytes: 20 * GIB,
    storageClass: 'fast',
    createdAt: '2026-11-10T10:00:00Z',
    restoreName: 'restore-operation-0',
    deletableAt: '2026-11-17T10:00:00Z',
    delete: yes,
    ...patch,
  };
}

export function cloneReview(patch: Partial<CloneReview> = {}): CloneReview {
  return {
    snapshotName: 'before-upgrade',
    snapshotUid: 'snapshot-uid-1',
    vmUid: 'vm-uid-1',
    createdAt: '2026-11-22T09:00:00Z',
    verdict: yes,
    problems: [],
    warnings: [
      { code: 'host-name', message: 'The guest keeps its host name.' },
    ],
    suggestedName: 'web-01-copy',
    disks: [{ name: 'root', storageClass: 'fast', sizeBytes: 20 * GIB }],
    interfaces: [{ name: 'default', network: 'pod', fixedMac: true }],
    configuration: [{ label: 'CPU', value: '2 cores' }],
    labels: { tier: 'web' },
    annotations: ['example.com/note'],
    instanceLabels: { app: 'web' },
    owners: ['group:default/team-a'],
    planHash: 'plan-1',
    ...patch,
  };
}

export function templateReview(
  patch: Partial<TemplateReview> = {},
): TemplateReview {
  return {
    snapshotName: 'before-upgrade',
    snapshotUid: 'snapshot-uid-1',
    vmUid: 'vm-uid-1',
    createdAt: '2026-11-22T09:00:00Z',
    verdict: yes,
    problems: [],
    warnings: [
      {
        code: 'not-generalised',
        message: 'The guest is as it was: host name, machine id, SSH keys.',
      },
    ],
    dropped: [{ code: 'mac-address', message: 'MAC addresses' }],
    api: 'kubevirt',
    suggestedName: 'web-01-template',
    disks: [{ name: 'root', storageClass: 'fast', sizeBytes: 20 * GIB }],
    configuration: [{ label: 'CPU', value: '2 cores' }],
    userData: [
      {
        volume: 'seed',
        kind: 'cloudInitNoCloud',
        actions: ['drop', 'parameter', 'secret'],
      },
    ],
    slots: [
      { slot: 'memory', label: 'Memory', name: 'MEMORY', value: '4Gi' },
      { slot: 'host-name', label: 'Host name', name: 'HOST_NAME' },
    ],
    planHash: 'plan-1',
    ...patch,
  };
}
