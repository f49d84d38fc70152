// SPDX-License-Identifier: Apache-2.0
import { stringifyVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Operation } from '../operations/types';
import type { Notice } from './RunStore';
import type { ScheduleColumns } from './ScheduleStore';
import type { Schedule, StateReason } from './types';

/** Failures of the VM's own in a row that suspend a schedule, unless set. */
export const DEFAULT_SUSPEND_AFTER = 3;

/** Codes of failed operations that say nothing about the VM. */
const BLOCKING = new Set([
  'unreachable',
  'server-error',
  'overloaded',
  'unauthorized',
  'forbidden',
  'crds-missing',
  'feature-gate',
  'vm-busy',
]);

/** What a quota says, in Kubernetes' words. */
const QUOTA = /exceeded quota/i;

/** What somebody did to a snapshot on purpose. */
const BY_SOMEBODY = new Set(['stopped', 'deleted']);

/** What the end of an operation means for its run. */
export type Meaning =
  | { kind: 'success' }
  | { kind: 'unknown'; code: string; reason: string }
  /** Waits and is tried again: nothing of it is in the cluster. */
  | { kind: 'blocked'; code: string; reason: string }
  | { kind: 'suspend'; code: 'vm-gone' | 'vm-changed'; reason: string }
  | { kind: 'failure'; code: string; reason: string; counts: boolean };

/** Reads the end of an operation. */
export function meaningOf(operation: Operation): Meaning {
  const code = operation.error?.code ?? operation.state;
  const reason = operation.error?.message ?? operation.state;
  if (operation.state === 'succeeded') {
    return { kind: 'success' };
  }
  if (operation.state === 'unknown') {
    return { kind: 'unknown', code, reason };
  }
  if (code === 'vm-gone' || code === 'vm-changed') {
    return { kind: 'suspend', code, reason };
  }
  if (operation.snapshotUid === undefined) {
    if (BLOCKING.has(code)) {
      return { kind: 'blocked', code, reason };
    }
    if (QUOTA.test(reason)) {
      return { kind: 'blocked', code: 'quota', reason };
    }
  }
  if (code === 'name-taken') {
    return { kind: 'failure', code: 'collision', reason, counts: true };
  }
  return { kind: 'failure', code, reason, counts: !BY_SOMEBODY.has(code) };
}

/** Columns of a schedule that the portal suspends. */
export function suspended(
  code: StateReason['code'],
  message: string,
  now: number,
): ScheduleColumns {
  return {
    state: 'suspended',
    state_code: code,
    state_message: message,
    state_by: null,
    state_since: now,
    resume_at: null,
    next_due_at: null,
    retain_at: null,
  };
}

const named = (schedule: Schedule) =>
  `Schedule ${schedule.settings.name} of VM ${schedule.vm.name}`;

const where = (schedule: Schedule) => stringifyVmRef(schedule.vm);

/** What the owners are told. */
export const notices = {
  failed: (schedule: Schedule, reason: string): Notice => ({
    title: `${named(schedule)} could not take its snapshot`,
    description: `${where(schedule)}: ${reason}`,
    severity: 'normal',
  }),
  skipped: (schedule: Schedule, reason: string): Notice => ({
    title: `${named(schedule)} skipped a snapshot`,
    description: `${where(schedule)}: ${reason}`,
    severity: 'normal',
  }),
  recovered: (schedule: Schedule): Notice => ({
    title: `${named(schedule)} takes snapshots again`,
    description: where(schedule),
    severity: 'normal',
  }),
  suspended: (schedule: Schedule, reason: string): Notice => ({
    title: `${named(schedule)} is suspended`,
    description: `${where(
      schedule,
    )}: ${reason}. It takes no snapshots until somebody resumes it.`,
    severity: 'high',
  }),
  adopt: (schedule: Schedule, reason: string, until: string): Notice => ({
    title: `${named(schedule)} needs somebody to adopt it`,
    description: `${where(
      schedule,
    )}: ${reason}. Until then nothing is removed by its retention rule, and it takes snapshots until ${until} only.`,
    severity: 'high',
  }),
};
