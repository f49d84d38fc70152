// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_CREATED_BY,
  ANNOTATION_DESCRIPTION,
  DEADLINE_SECONDS,
  LABEL_DUE,
  LABEL_OPERATION,
  LABEL_ORIGIN,
  LABEL_SCHEDULE,
  LABEL_VM_UID,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  type SnapshotRecord,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { dueLabel } from '../../scheduling/types';
import type { Operation, StepResult } from '../types';
import {
  failed,
  IDLE_MS,
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from './StepContext';

/** Why a VM that was fine when the operation was accepted isn't any more. */
export function refusalOf(
  vm: VmRecord | undefined,
  operation: Operation,
): { code: string; message: string } | undefined {
  const { name } = operation.vm;
  if (!vm || vm.deleting) {
    return { code: 'vm-gone', message: `VM ${name} is gone from the cluster` };
  }
  if (vm.uid !== operation.vmUid) {
    return {
      code: 'vm-changed',
      message: `Another VM bears the name ${name} now, so nothing was done`,
    };
  }
  if (vm.snapshotInProgress) {
    return {
      code: 'vm-busy',
      message: `Snapshot ${vm.snapshotInProgress} of VM ${name} is in progress`,
    };
  }
  if (vm.restoreInProgress) {
    return {
      code: 'vm-busy',
      message: `Restore ${vm.restoreInProgress} of VM ${name} is in progress`,
    };
  }
  return undefined;
}

function isOurs(record: SnapshotRecord, operation: Operation): boolean {
  return (
    record.labels[LABEL_OPERATION] === operation.id &&
    record.vmName === operation.vm.name
  );
}

/**
 * Takes a snapshot. Its cluster-side guard is the name: a second POST of the
 * same name is refused, whoever sends it and however late.
 */
export const takeSnapshot: Step = async (operation, context) => {
  const { cluster } = context;
  const address = {
    cluster: operation.vm.cluster,
    namespace: operation.vm.namespace,
    name: operation.snapshotName,
  };

  if (!operation.snapshotUid) {
    const found = await cluster.getSnapshot(address);
    if (found) {
      if (operation.attempts === 0 || !isOurs(found, operation)) {
        return failed(
          'name-taken',
          `The name ${operation.snapshotName} is taken by another snapshot in namespace ${operation.vm.namespace}`,
        );
      }
      await context.update({ snapshotUid: found.uid, retrying: false });
      return { wait: 0 };
    }
    return createIt(operation, context);
  }

  const cached = cluster.snapshot(address);
  const record =
    cached?.uid === operation.snapshotUid
      ? cached
      : await cluster.getSnapshot(address);
  if (record?.uid !== operation.snapshotUid) {
    return (await context.store.wasStopped(operation.snapshotUid))
      ? failed('stopped', 'It was stopped before it was finished')
      : failed(
          'deleted',
          'It was deleted in the cluster before it was finished',
        );
  }
  if (record.facts.phase === 'Failed') {
    const words = record.facts.errorMessage ?? lastReason(record);
    return failed(
      'deadline',
      `KubeVirt gave up at the deadline${words ? `: ${words}` : ''}`,
    );
  }
  if (record.facts.phase === 'Succeeded') {
    // Success shows a moment before the VM is unlocked; whoever acted on it
    // in between would be refused by the cluster.
    const vm = cluster.vm(operation.vm);
    return vm?.uid === operation.vmUid &&
      vm.snapshotInProgress === operation.snapshotName
      ? { wait: 250 }
      : succeeded;
  }
  return { wait: IDLE_MS };
};

function lastReason(record: SnapshotRecord): string | undefined {
  return record.facts.conditions?.find(
    condition => condition.type === 'Failure' && condition.status === 'True',
  )?.reason;
}

async function createIt(
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  if (operation.cancelRequested && operation.attempts === 0) {
    return failed('stopped', 'It was stopped before it reached the cluster');
  }
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  const vm = await context.cluster.getVm(operation.vm);
  const refusal = refusalOf(vm, operation);
  if (refusal) {
    return failed(refusal.code, refusal.message);
  }
  const { schedule } = operation.request;
  try {
    const record = await context.write(intent =>
      context.cluster.createSnapshot(intent, {
        ref: operation.vm,
        name: operation.snapshotName,
        deadlineSeconds:
          operation.request.deadlineSeconds ?? DEADLINE_SECONDS.default,
        labels: {
          ...operation.request.labels,
          ...(schedule && {
            [LABEL_SCHEDULE]: schedule.id,
            [LABEL_DUE]: dueLabel(schedule.dueAt),
          }),
          [LABEL_OPERATION]: operation.id,
          [LABEL_ORIGIN]: schedule ? 'schedule' : 'manual',
          [LABEL_VM_UID]: operation.vmUid,
        },
        annotations: {
          [ANNOTATION_CREATED_BY]: operation.actor,
          ...(operation.request.description && {
            [ANNOTATION_DESCRIPTION]: operation.request.description,
          }),
        },
      }),
    );
    await context.update({
      snapshotUid: record.uid,
      retrying: false,
      error: undefined,
    });
    return { wait: 0 };
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'already-exists') {
      // Ours from an attempt whose answer got lost, or somebody else's: look.
      return { wait: 0 };
    }
    throw error;
  }
}
