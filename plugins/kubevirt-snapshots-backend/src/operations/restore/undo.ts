// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  snapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { RestoreRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import { POWER_LIMIT_MS, sendPower } from '../power/power';
import { unlessOutdated } from '../steps/cluster';
import {
  failed,
  onlyLook,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import {
  approvedVm,
  isOurs,
  isOver,
  LOOK_MS,
  onward,
  restoreAddress,
} from './common';
import { markOf, notesOf, safetyNameOf } from './notes';

/** How long putting back is tried, ms. */
const UNDO_LIMIT_MS = 3 * POWER_LIMIT_MS;

/** None of the attempts came to anything, and none can any more: begin again. */
async function anew(context: StepContext): Promise<StepResult> {
  await context.enter('undo');
  return { wait: LOOK_MS };
}

/** One write of several: when it is known to be over the next begins anew. */
async function writeOnce(
  operation: Operation,
  context: StepContext,
  call: Parameters<StepContext['write']>[0],
): Promise<StepResult> {
  const waitOrGiveUp = onlyLook(operation, context, { stoppable: false });
  if (waitOrGiveUp) {
    return 'wait' in waitOrGiveUp ? waitOrGiveUp : anew(context);
  }
  await unlessOutdated(() => context.write(call));
  await context.enter('undo');
  return { wait: 100 };
}

/**
 * Whether TPM or EFI state is the restored one by now. That comes before the
 * disks and is never taken back, so the disks have to follow.
 */
async function hasNewState(
  { name, uid }: RestoreRecord,
  { vm }: Operation,
  context: StepContext,
): Promise<boolean> {
  const made = await context.cluster.getClaimsMadeBy(vm, markOf(name, uid));
  return made.some(({ stateOf }) => stateOf === vm.name);
}

/** Withdraws the VirtualMachineRestore, unless it is too late for that. */
async function withdraw(
  operation: Operation,
  context: StepContext,
): Promise<StepResult | undefined> {
  const record = await context.cluster.getRestore(restoreAddress(operation));
  if (!record || !isOurs(record, operation)) {
    return undefined;
  }
  if (
    record.state === 'succeeded' ||
    record.step === 'switch' ||
    (await hasNewState(record, operation, context))
  ) {
    if (record.state !== 'failed') {
      // It got past the point meanwhile: then it is a restore after all.
      await context.enter('switch', {
        restoreUid: record.uid,
        failure: undefined,
      });
      return onward;
    }
  }
  if (!notesOf(operation).restoreUid) {
    await context.note({ restoreUid: record.uid });
    return onward;
  }
  return record.deleting
    ? { wait: 250 }
    : writeOnce(operation, context, intent =>
        context.cluster.deleteRestore(intent, record, record),
      );
}

/** Removes a safety snapshot that isn't finished; KubeVirt unlocks the VM. */
async function dropSafety(
  operation: Operation,
  context: StepContext,
): Promise<StepResult | undefined> {
  if (!notesOf(operation).safetyUid) {
    return undefined;
  }
  const { cluster, namespace, name } = operation.vm;
  const record = await context.cluster.getSnapshot({
    cluster,
    namespace,
    name: safetyNameOf(name, operation.id),
  });
  if (
    record?.uid !== notesOf(operation).safetyUid ||
    !record ||
    !isUnfinished(snapshotState(record.facts))
  ) {
    return undefined;
  }
  return record.facts.deletionTimestamp
    ? { wait: 250 }
    : writeOnce(operation, context, intent =>
        context.cluster.deleteSnapshot(intent, record, record),
      );
}

/** Removes the claims that our own restore made and the VM doesn't use. */
async function dropClaims(
  operation: Operation,
  context: StepContext,
  used: string[],
): Promise<StepResult | undefined> {
  const { restoreUid } = notesOf(operation);
  if (!restoreUid) {
    return undefined;
  }
  const claims = await context.cluster.getClaimsMadeBy(
    operation.vm,
    markOf(restoreAddress(operation).name, restoreUid),
  );
  const claim = claims.find(
    ({ name, deleting, stateOf }) =>
      !deleting && !stateOf && !used.includes(name),
  );
  if (claim && (await context.cluster.getClaimUsers(claim)).length > 0) {
    return undefined;
  }
  return (
    claim &&
    writeOnce(operation, context, intent =>
      context.cluster.deleteClaim(intent, claim, claim),
    )
  );
}

/**
 * Puts a VM back whose restore isn't to be: withdraws what is in the cluster,
 * removes the claims that it made, starts a VM that we stopped. Then it ends as
 * what it is, a failure.
 */
export const undo: Step = async (operation, context) => {
  const { failure, stopped } = notesOf(operation);
  const { code, message } = failure ?? {
    code: 'failed',
    message: 'It could not be done',
  };
  const begun = operation.progress?.entered.undo ?? operation.createdAt;
  const over = isOver(begun, UNDO_LIMIT_MS, context);
  const pending =
    (await withdraw(operation, context)) ??
    (await dropSafety(operation, context));
  if (pending) {
    return over
      ? failed(code, `${message}. What it left could not be put back in time.`)
      : pending;
  }
  const vm = await approvedVm(operation, context);
  // Those that aren't the VM's own stay behind when it is deleted.
  const dropping = await dropClaims(
    operation,
    context,
    vm?.claims.map(({ claim }) => claim) ?? [],
  );
  if (dropping && !over) {
    return dropping;
  }
  if (!vm) {
    return failed(code, `${message}. VM ${operation.vm.name} is gone.`);
  }
  if (!stopped || vm.running) {
    return failed(code, message);
  }
  if (over) {
    return failed(
      code,
      `${message}. VM ${vm.ref.name} could not be started again.`,
    );
  }
  if (vm.snapshotInProgress || vm.restoreInProgress) {
    return { wait: 250 };
  }
  const result = await sendPower(vm, 'start', operation, context);
  return 'done' in result ? anew(context) : result;
};
