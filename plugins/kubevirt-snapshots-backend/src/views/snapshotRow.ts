// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  snapshotConsistency,
  snapshotState,
  type SnapshotItem,
  type SnapshotOrigin,
  type SnapshotState,
  type StepView,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  SnapshotRecord,
  VmRecord,
  VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { toOperationView } from '../operations/operationView';
import type { Operation } from '../operations/types';
import type { Capture } from './CaptureRecorder';

/** A row before a person's permissions are applied to it. */
export interface SnapshotRow {
  item: Omit<
    SnapshotItem,
    'allowed' | 'deleteConfirmation' | 'deleteNeedsReason' | 'protection'
  >;
  /** Undefined while it isn't in the cluster. */
  record?: SnapshotRecord;
  /** Who took it through the portal. */
  author?: string;
  /** What it captured, where that is known. */
  capture?: Capture;
}

const STEPS = ['request', 'lock', 'cut', 'store', 'done'] as const;

function stepsUpTo(
  current: (typeof STEPS)[number],
  count?: { done: number; total: number },
): StepView[] {
  const at = STEPS.indexOf(current);
  return STEPS.map((id, i): StepView => {
    if (i === at) {
      return { id, state: 'current', ...(count && { count }) };
    }
    return { id, state: i < at ? 'done' : 'waiting' };
  });
}

/** The steps that a snapshot in this state is going through. */
export function stepsOf(
  state: SnapshotState,
  disks?: SnapshotRecord['disks'],
): StepView[] | undefined {
  const count = (done: number) =>
    disks && disks.total > 0 ? { done, total: disks.total } : undefined;
  switch (state) {
    case 'queued':
      return stepsUpTo('request');
    case 'waiting':
      return stepsUpTo('lock');
    case 'creating':
      return stepsUpTo('cut', count(disks?.cut ?? 0));
    case 'taken':
      return stepsUpTo('store', count(disks?.ready ?? 0));
    case 'stopping':
      return [
        { id: 'request', state: 'done' },
        { id: 'remove', state: 'current' },
        { id: 'done', state: 'waiting' },
      ];
    default:
      return undefined;
  }
}

const LOCK_REFUSED = 'Source not locked';

/** KubeVirt waits for the claim, which a VM gets at its first start, and doesn't say so. */
const NO_STATE_CLAIM =
  'KubeVirt has not locked the VM. If it stays so, the VM has no claim for its TPM or EFI state yet: start the VM once.';

/** The cluster's own words about what is wrong or what it waits for. */
function problemOf(
  record: SnapshotRecord,
  vm: Pick<VmRecord, 'keepsState'>,
): string | undefined {
  const { facts } = record;
  if (facts.errorMessage) {
    return facts.errorMessage;
  }
  const reasonOf = (type: string) =>
    facts.conditions?.find(condition => condition.type === type);
  const failure = reasonOf('Failure');
  if (failure?.status === 'True' && failure.reason) {
    return failure.reason;
  }
  const progressing = reasonOf('Progressing');
  if (progressing?.status === 'False' && facts.phase === 'InProgress') {
    const reason = progressing.reason ?? '';
    if (reason === LOCK_REFUSED) {
      // The bare text is the normal first step, not a problem.
      return vm.keepsState && NO_STATE_CLAIM;
    }
    return reason || undefined;
  }
  return undefined;
}

/**
 * Whether another VM of this name was captured. Where nobody has seen what was
 * (KubeVirt removes the content of a snapshot that failed), one that is older
 * than the VM can't be of it.
 */
function isOfFormerVm(
  record: SnapshotRecord,
  vm: Pick<VmRecord, 'uid' | 'createdAt'>,
  capture: Capture | undefined,
): boolean {
  return capture
    ? capture.vmUid !== vm.uid
    : Date.parse(record.createdAt) < Date.parse(vm.createdAt);
}

function openOn(
  operations: Operation[],
  type: Operation['type'],
  record: SnapshotRecord,
): Operation | undefined {
  return operations.find(
    operation =>
      operation.type === type &&
      operation.finishedAt === undefined &&
      operation.snapshotName === record.name &&
      (operation.snapshotUid === undefined ||
        operation.snapshotUid === record.uid),
  );
}

function originOf(
  author: string | undefined,
  by: { safety?: boolean; scheduled?: boolean },
): SnapshotOrigin {
  if (by.safety) {
    return 'safety';
  }
  if (!author) {
    return 'external';
  }
  return by.scheduled ? 'schedule' : 'manual';
}

/** A snapshot that is in the cluster. */
export function rowOfRecord(options: {
  record: SnapshotRecord;
  vm: Pick<VmRecord, 'uid' | 'createdAt' | 'keepsState'>;
  operations: Operation[];
  author?: string;
  /** A restore of the portal took it. */
  safety?: boolean;
  /** A schedule took it. */
  scheduled?: boolean;
  capture?: Capture;
}): SnapshotRow {
  const { record, operations, author, capture } = options;
  const take = openOn(operations, 'take', record);
  const removal =
    openOn(operations, 'stop', record) ?? openOn(operations, 'delete', record);
  let state = snapshotState(record.facts);
  if (removal?.type === 'stop' && isUnfinished(state)) {
    state = 'stopping';
  } else if (removal?.type === 'delete' && !isUnfinished(state)) {
    state = 'deleting';
  }
  const unfinished = isUnfinished(state);
  const operation = removal ?? take;
  return {
    record,
    author,
    capture,
    item: {
      name: record.name,
      uid: record.uid,
      state,
      consistency: snapshotConsistency(record.facts),
      origin: originOf(author, options),
      createdAt: record.cutAt ?? record.createdAt,
      requestedAt: record.createdAt,
      deadlineAt:
        unfinished && record.deadlineMs > 0
          ? new Date(
              Date.parse(record.createdAt) + record.deadlineMs,
            ).toISOString()
          : undefined,
      createdBy: author,
      description: record.annotations.description,
      formerVm: isOfFormerVm(record, options.vm, capture),
      problem: problemOf(record, options.vm) ?? operation?.error?.message,
      steps: stepsOf(state, record.disks),
      operation: operation && toOperationView(operation),
    },
  };
}

/**
 * A snapshot that was asked for and isn't in the cluster: not yet, or never
 * because that failed.
 */
export function rowOfOperation(operation: Operation): SnapshotRow {
  const failed = operation.finishedAt !== undefined;
  const state = failed ? 'failed' : 'queued';
  const at = new Date(operation.createdAt).toISOString();
  return {
    author: operation.actor,
    capture: undefined,
    item: {
      name: operation.snapshotName,
      state,
      consistency: { level: 'unknown', partial: false },
      origin: originOf(operation.actor, {
        scheduled: Boolean(operation.request.schedule),
      }),
      createdAt: at,
      requestedAt: at,
      createdBy: operation.actor,
      description: operation.request.description,
      formerVm: false,
      problem: operation.error?.message,
      steps: stepsOf(state),
      operation: toOperationView(operation),
    },
  };
}

/** The former VM behind a row, with the facts recorded then. */
export function formerResource(ref: VmRef, row: SnapshotRow): VmResource {
  return {
    ref,
    uid: row.capture?.vmUid,
    // Where nobody recorded them, nobody owned it.
    owners: row.capture?.owners ?? [],
    labels: {},
  };
}
