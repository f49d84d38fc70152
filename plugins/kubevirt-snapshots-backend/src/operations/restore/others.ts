// SPDX-License-Identifier: Apache-2.0
import type { RestoreRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import { unlessOutdated } from '../steps/cluster';
import {
  failed,
  IDLE_MS,
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';

/** Wait after a write or a conflict before looking again, ms. */
const AGAIN_MS = 100;

const targetAddress = ({ vm, target }: Operation) => ({
  cluster: vm.cluster,
  namespace: vm.namespace,
  name: target!,
});

async function removeRestore(
  record: RestoreRecord,
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  if (record.deleting) {
    return { wait: IDLE_MS };
  }
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  await unlessOutdated(() =>
    context.write(intent =>
      context.cluster.deleteRestore(intent, record, record),
    ),
  );
  return { wait: AGAIN_MS };
}

/** Gone, and the VM that it had locked is free again. */
function isOver(operation: Operation, context: StepContext): boolean {
  const vm = context.cluster.vm(operation.vm);
  return vm?.restoreInProgress !== operation.target;
}

/**
 * Stops a restore. One of the portal's is withdrawn by its own operation, which
 * also puts back what it has done; this one waits for it. One that others have
 * made is deleted, as long as that is safe.
 */
export const stopRestore: Step = async (operation, context) => {
  const id = operation.target!.replace(/^restore-/, '');
  const own = await context.store.get(id);
  if (own?.type === 'restore') {
    if (own.finishedAt === undefined) {
      return { wait: 250 };
    }
    return own.error?.code === 'stopped'
      ? succeeded
      : failed(
          own.state === 'succeeded' ? 'too-late' : 'restore-finished',
          own.state === 'succeeded'
            ? 'It was too late to stop it: the VM was restored.'
            : `It had ended by itself before it could be stopped: ${own.error?.message}`,
        );
  }
  const record = await context.cluster.getRestore(targetAddress(operation));
  if (record?.uid !== operation.request.targetUid || !record) {
    return isOver(operation, context) ? succeeded : { wait: 250 };
  }
  if (record.state === 'succeeded' || record.step === 'switch') {
    return failed(
      'too-late',
      `The VM is being switched to the restored disks, so ${record.name} was left alone.`,
    );
  }
  return removeRestore(record, operation, context);
};

/** Removes a VirtualMachineRestore that has failed, or is over for long enough. */
export const clearRestore: Step = async (operation, context) => {
  const record = await context.cluster.getRestore(targetAddress(operation));
  if (!record || record.uid !== operation.request.targetUid) {
    return succeeded;
  }
  const mayGo =
    record.state === 'failed' ||
    (operation.request.tombstone && record.state === 'succeeded');
  return mayGo
    ? removeRestore(record, operation, context)
    : failed(
        'restore-running',
        `Restore ${record.name} has not failed, so it was left alone.`,
      );
};

/** Deletes a claim that a restore of ours made and nothing uses. */
export const deleteClaim: Step = async (operation, context) => {
  const address = targetAddress(operation);
  const [claim] = await context.cluster.getClaims(address, [address.name]);
  if (!claim || claim.uid !== operation.request.targetUid) {
    return succeeded;
  }
  if (claim.deleting) {
    return { wait: IDLE_MS };
  }
  const users = await context.cluster.getClaimUsers(claim);
  if (users.length > 0) {
    return failed('claim-in-use', users.join(' '));
  }
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  await unlessOutdated(() =>
    context.write(intent =>
      context.cluster.deleteClaim(intent, address, claim),
    ),
  );
  return { wait: AGAIN_MS };
};
