// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  snapshotConsistency,
  snapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  type SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Operation, StepResult } from '../types';
import {
  failed,
  IDLE_MS,
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from './StepContext';

/** Wait after a conflict before looking again, ms. */
const CONFLICT_MS = 100;

const addressOf = (operation: Operation) => ({
  cluster: operation.vm.cluster,
  namespace: operation.vm.namespace,
  name: operation.snapshotName,
});

/**
 * Sends the DELETE for exactly the object that was looked at. Should it have
 * changed since, the cluster refuses and we look again.
 */
async function send(
  record: SnapshotRecord,
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  try {
    await context.write(intent =>
      context.cluster.deleteSnapshot(intent, addressOf(operation), {
        uid: record.uid,
        resourceVersion: record.resourceVersion,
      }),
    );
    return { wait: 0 };
  } catch (error) {
    if (
      error instanceof ClusterError &&
      (error.code === 'conflict' || error.code === 'not-found')
    ) {
      return { wait: CONFLICT_MS };
    }
    throw error;
  }
}

/** Gone, and the VM that it had locked is free again. */
function isOver(operation: Operation, context: StepContext): boolean {
  const vm = context.cluster.vm(operation.vm);
  return vm?.snapshotInProgress !== operation.snapshotName;
}

/**
 * Stops a snapshot that is being taken: KubeVirt thaws the guest, removes what
 * it had made and unlocks the VM. One that finished meanwhile is kept.
 */
export const stopSnapshot: Step = async (operation, context) => {
  const record = await context.cluster.getSnapshot(addressOf(operation));
  if (!record) {
    const open = await context.store.openOnSnapshot(
      operation.vm,
      operation.snapshotName,
    );
    if (!operation.snapshotUid && open.some(other => other.type === 'take')) {
      // Asked for and not in the cluster yet: it may still arrive.
      return { wait: 250 };
    }
    return isOver(operation, context) ? succeeded : { wait: 250 };
  }
  if (!operation.snapshotUid) {
    await context.update({ snapshotUid: record.uid });
    return { wait: 0 };
  }
  if (record.uid !== operation.snapshotUid) {
    return isOver(operation, context) ? succeeded : { wait: 250 };
  }
  const state = snapshotState(record.facts);
  if (state === 'stopping') {
    return { wait: IDLE_MS };
  }
  if (!isUnfinished(state)) {
    return failed(
      'snapshot-finished',
      state === 'failed'
        ? 'It had failed by itself before it could be stopped'
        : 'It was finished before it could be stopped, and was kept',
    );
  }
  return send(record, operation, context);
};

/**
 * Deletes a finished snapshot that nobody uses.
 */
export const deleteSnapshot: Step = async (operation, context) => {
  const record = await context.cluster.getSnapshot(addressOf(operation));
  if (record?.uid !== operation.snapshotUid) {
    return succeeded;
  }
  const state = snapshotState(record!.facts);
  if (state === 'deleting') {
    return { wait: IDLE_MS };
  }
  if (isUnfinished(state)) {
    return failed(
      'snapshot-unfinished',
      'It is still being taken; stop it instead',
    );
  }
  const blockers = await context.cluster.getBlockers(record!);
  if (blockers.length > 0) {
    return failed('snapshot-in-use', blockers.join('. '));
  }
  if (operation.request.keepsGood && isLastGood(record!, operation, context)) {
    return failed(
      'last-good',
      'It is the last one of its VM that can be restored, so it was kept',
    );
  }
  return send(record!, operation, context);
};

/**
 * Whether nothing as good would be left of the VM. Somebody may have deleted
 * the one that a plan counted on.
 */
function isLastGood(
  record: SnapshotRecord,
  operation: Operation,
  context: StepContext,
): boolean {
  if (snapshotState(record.facts) !== 'ready') {
    return false;
  }
  const partial = snapshotConsistency(record.facts).partial;
  return !context.cluster
    .snapshots(operation.vm)
    .some(
      other =>
        other.uid !== record.uid &&
        other.capturedVmUid === operation.vmUid &&
        snapshotState(other.facts) === 'ready' &&
        (partial || !snapshotConsistency(other.facts).partial),
    );
}
