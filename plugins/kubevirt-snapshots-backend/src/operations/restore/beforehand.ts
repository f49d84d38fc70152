// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_CREATED_BY,
  ANNOTATION_DESCRIPTION,
  DEADLINE_SECONDS,
  isUnfinished,
  LABEL_OPERATION,
  LABEL_ORIGIN,
  LABEL_VM_UID,
  snapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  SnapshotRecord,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { isUnderWay, POWER_LIMIT_MS, sendPower } from '../power/power';
import { unlessOutdated } from '../steps/cluster';
import { IDLE_MS, onlyLook, type StepContext } from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import { approvedVm, giveUp, next, onward, orGiveUp, vmGone } from './common';
import {
  enteredAt,
  notesOf,
  safetyNameOf,
  sentAt,
  WAIT_OFF_MS,
  wantedOf,
} from './notes';

type RestoreStep = (
  operation: Operation,
  context: StepContext,
) => Promise<StepResult>;

const stopped = {
  code: 'stopped',
  message: 'It was stopped before anything was replaced',
};

/** Stopping before anything was replaced, and a VM that isn't there any more. */
function whileUntouched(
  step: (
    operation: Operation,
    context: StepContext,
    vm: VmRecord,
  ) => Promise<StepResult>,
): RestoreStep {
  return async (operation, context) => {
    if (operation.cancelRequested) {
      return giveUp(operation, context, stopped);
    }
    const vm = await approvedVm(operation, context);
    return vm ? step(operation, context, vm) : vmGone(operation);
  };
}

/** Waits for somebody to stop the VM. Nothing of it is in the cluster. */
export const waitOff = whileUntouched(async (operation, context, vm) => {
  if (!vm.running) {
    return next(operation, context);
  }
  const { power } = wantedOf(operation);
  const left = enteredAt(operation) + WAIT_OFF_MS[power] - context.now;
  if (left <= 0) {
    return giveUp(operation, context, {
      code: 'not-stopped',
      message: `VM ${vm.ref.name} was not stopped within ${
        power === 'wait' ? '24 hours' : '5 minutes'
      }, so nothing was restored`,
    });
  }
  return { wait: Math.min(IDLE_MS, left) };
});

/** Stops the VM. That we do is noted before, so that it is never left off. */
const ensureOff = whileUntouched(async (operation, context, vm) => {
  if (!vm.running) {
    return next(operation, context);
  }
  if (context.now - sentAt(operation) > POWER_LIMIT_MS) {
    return giveUp(operation, context, {
      code: 'not-stopped',
      message: `${
        operation.attempts > 0
          ? `The guest of ${vm.ref.name} did not shut down`
          : `VM ${vm.ref.name} could not be told to shut down`
      } within 10 minutes, so nothing was restored`,
    });
  }
  if (vm.snapshotInProgress || vm.restoreInProgress) {
    // KubeVirt would answer with 500.
    return { wait: IDLE_MS };
  }
  const isShuttingDown = vm.runStrategy === 'Halted';
  if (!isShuttingDown && !notesOf(operation).stopped) {
    await context.note({ stopped: true });
  }
  return orGiveUp(
    await sendPower(vm, 'stop', operation, context),
    operation,
    context,
  );
});

/** The same, once there is something to do. */
export const powerOff: RestoreStep = async (operation, context) =>
  !operation.cancelRequested && isUnderWay('stop', operation, context)
    ? { wait: IDLE_MS }
    : ensureOff(operation, context);

async function createSafety(
  operation: Operation,
  context: StepContext,
  name: string,
): Promise<StepResult> {
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return orGiveUp(waitOrGiveUp, operation, context);
  }
  await unlessOutdated(() =>
    context.write(intent =>
      context.cluster.createSnapshot(intent, {
        ref: operation.vm,
        name,
        deadlineSeconds: DEADLINE_SECONDS.default,
        labels: {
          [LABEL_OPERATION]: operation.id,
          [LABEL_ORIGIN]: 'safety',
          [LABEL_VM_UID]: operation.vmUid,
        },
        annotations: {
          [ANNOTATION_CREATED_BY]: operation.actor,
          [ANNOTATION_DESCRIPTION]: `Before the restore to ${operation.snapshotName}`,
        },
      }),
    ),
  );
  return onward;
}

function missingIn(record: SnapshotRecord, operation: Operation): string[] {
  const included = record.facts.includedVolumes ?? [];
  return wantedOf(operation).replaces.filter(
    volume => !included.includes(volume),
  );
}

/** Whether the cache shows that the safety snapshot isn't finished yet. */
function isTaking(operation: Operation, context: StepContext): boolean {
  const { cluster, namespace, name: vmName } = operation.vm;
  const record = context.cluster.snapshot({
    cluster,
    namespace,
    name: safetyNameOf(vmName, operation.id),
  });
  return (
    record !== undefined &&
    record.uid === notesOf(operation).safetyUid &&
    isUnfinished(snapshotState(record.facts))
  );
}

/** Takes a snapshot of the VM as it is, off, with all that will be replaced. */
const ensureSafety = whileUntouched(async (operation, context, vm) => {
  const { cluster, namespace } = operation.vm;
  const name = safetyNameOf(operation.vm.name, operation.id);
  const record = await context.cluster.getSnapshot({
    cluster,
    namespace,
    name,
  });
  const { safetyUid } = notesOf(operation);
  const fail = (message: string) =>
    giveUp(operation, context, { code: 'safety-failed', message });
  if (!record) {
    return safetyUid
      ? fail(`Safety snapshot ${name} was deleted before it was finished`)
      : createSafety(operation, context, name);
  }
  if (record.labels[LABEL_OPERATION] !== operation.id) {
    return fail(`The name ${name} is taken by another snapshot`);
  }
  if (!safetyUid) {
    await context.note({ safetyUid: record.uid });
    return onward;
  }
  const state = snapshotState(record.facts);
  if (state === 'failed' || state === 'broken') {
    return fail(
      `Safety snapshot ${name} failed, so nothing was restored. ${
        record.facts.errorMessage ?? ''
      }`.trim(),
    );
  }
  // "ready" shows a moment before KubeVirt unlocks the VM.
  if (state !== 'ready' || vm.snapshotInProgress) {
    return { wait: state === 'ready' ? 250 : IDLE_MS };
  }
  const missing = missingIn(record, operation);
  if (missing.length > 0 || record.capturedVmUid !== operation.vmUid) {
    return fail(
      `Safety snapshot ${name} does not hold ${
        missing.join(', ') || 'this VM'
      }, which would be replaced, so nothing was restored`,
    );
  }
  return next(operation, context);
});

/** The same, once there is something to do. */
export const takeSafety: RestoreStep = async (operation, context) =>
  // What nobody can do anything about yet costs the cluster no call.
  !operation.cancelRequested && isTaking(operation, context)
    ? { wait: IDLE_MS }
    : ensureSafety(operation, context);

/** Removes the failed restores that stand in the way, one look each. */
async function clearFailed(
  operation: Operation,
  context: StepContext,
): Promise<StepResult | undefined> {
  const { clears } = wantedOf(operation);
  for (const record of await context.cluster.getRestores(operation.vm)) {
    if (record.state === 'running') {
      return giveUp(operation, context, {
        code: 'vm-busy',
        message: `Restore ${record.name}, which others have begun, is under way`,
      });
    }
    if (record.state === 'failed') {
      if (!clears.some(({ uid }) => uid === record.uid)) {
        return giveUp(operation, context, {
          code: 'restore-blocked',
          message: `Restore ${record.name} has failed meanwhile and stands in the way. Look at it before you try again`,
        });
      }
      if (!record.deleting) {
        await unlessOutdated(() =>
          context.write(intent =>
            context.cluster.deleteRestore(intent, record, record),
          ),
        );
        // One write is over and known to be, the next one begins anew.
        await context.enter('check');
      }
      return { wait: 100 };
    }
  }
  return undefined;
}

/** Whether all that was reviewed still holds, right before the point. */
export const checkAgain = whileUntouched(async (operation, context, vm) => {
  const { cluster, namespace } = operation.vm;
  const fail = (code: string, message: string) =>
    giveUp(operation, context, { code, message });
  if (vm.running) {
    return fail(
      'vm-started',
      `VM ${vm.ref.name} runs, so nothing was restored`,
    );
  }
  if (vm.snapshotInProgress || vm.restoreInProgress) {
    return fail(
      'vm-busy',
      `${
        vm.snapshotInProgress
          ? `Snapshot ${vm.snapshotInProgress}`
          : `Restore ${vm.restoreInProgress}`
      }, which others have begun, is under way`,
    );
  }
  const record = await context.cluster.getSnapshot({
    cluster,
    namespace,
    name: operation.snapshotName,
  });
  if (
    !record ||
    record.uid !== operation.snapshotUid ||
    snapshotState(record.facts) !== 'ready'
  ) {
    return fail(
      'snapshot-changed',
      `Snapshot ${operation.snapshotName} is not there any more as it was reviewed`,
    );
  }
  if (record.capturedVmUid !== operation.vmUid) {
    return fail(
      'former-vm',
      `Snapshot ${operation.snapshotName} is of another VM and would overwrite this one`,
    );
  }
  const cleared = await clearFailed(operation, context);
  if (cleared) {
    return cleared;
  }
  return next(operation, context, { before: vm.claims });
});
