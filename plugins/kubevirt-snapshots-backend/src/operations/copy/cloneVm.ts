// SPDX-License-Identifier: Apache-2.0
import {
  snapshotState,
  type OperationView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  type CloneRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { OperationDefinition } from '../definitions';
import {
  failed,
  IDLE_MS,
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import { stepsView } from './stepsView';
import { STOPPED, stopOfCopy } from './stopping';
import {
  failureOf,
  giveUp,
  isUndoOver,
  leftBehind,
  quietAt,
  undone,
  unlessChanged,
} from './undo';

/** A copy that has not ended by then is given up, ms. */
export const CLONE_TIMEOUT_MS = 4 * 3_600_000;

/** So long a copy may be silent before events are asked why, ms. */
const TROUBLE_AFTER_MS = 30_000;

/** How often the cache is looked at, ms; it costs the cluster nothing. */
const LOOK_MS = 500;

/** So long a new VM has to get its instance, ms. */
const START_TIMEOUT_MS = 5 * 60_000;

interface Notes {
  cloneUid?: string;
  vmUid?: string;
  waitsForFirstStart?: boolean;
  trouble?: string;
  askedAt?: number;
  quietAt?: number;
  notStarted?: string;
}

const notesOf = (operation: Operation) =>
  (operation.progress?.notes ?? {}) as Notes;

const targetOf = ({ vm, target }: Operation) => ({ ...vm, name: target! });

const snapshotOf = ({ vm, snapshotName }: Operation) => ({
  ...vm,
  name: snapshotName,
});

/**
 * The VirtualMachineClone. Its name is the cluster's guard against a second
 * request of the same operation; against another operation for the same VM
 * stands the lock on the name.
 */
const addressOf = (operation: Operation) => ({
  cluster: operation.vm.cluster,
  namespace: operation.vm.namespace,
  name: `clone-${operation.target}-${operation.id.slice(0, 8)}`,
});

async function startIt(
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  const { cluster } = context;
  if (operation.cancelRequested && operation.attempts === 0) {
    return failed(STOPPED.code, STOPPED.message);
  }
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  const { name } = targetOf(operation);
  const [source, target, record] = await Promise.all([
    cluster.getVm(operation.vm),
    cluster.getVm(targetOf(operation)),
    cluster.getSnapshot(snapshotOf(operation)),
  ]);
  if (source?.uid !== operation.vmUid) {
    return failed(
      'vm-changed',
      `VM ${operation.vm.name} is gone, or another one bears its name now`,
    );
  }
  if (target) {
    return failed('name-taken', `There is a VM ${name} already`);
  }
  if (record?.uid !== operation.snapshotUid) {
    return failed(
      'snapshot-changed',
      `Snapshot ${operation.snapshotName} is gone`,
    );
  }
  if (snapshotState(record!.facts) !== 'ready') {
    return failed(
      'snapshot-not-ready',
      `Snapshot ${operation.snapshotName} can't be used as it is`,
    );
  }
  const wanted = operation.request.clone!;
  let made: CloneRecord;
  try {
    made = await context.write(intent =>
      cluster.copies.createClone(intent, {
        ...wanted,
        name: addressOf(operation).name,
        snapshot: record!,
        source: operation.vm,
        sourceUid: operation.vmUid,
        target: name,
        description: operation.request.description,
      }),
    );
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'already-exists') {
      // Ours from an attempt whose answer got lost, or somebody else's: look.
      return { wait: 0 };
    }
    throw error;
  }
  await context.enter('copy', {
    cloneUid: made.uid,
    // An earlier one may still arrive, once the name is free again.
    quietAt: operation.attempts > 0 ? quietAt(operation) : undefined,
  });
  return { wait: 0 };
}

const request: Step = async (operation, context) => {
  const found = await context.cluster.copies.getClone(addressOf(operation));
  if (!found) {
    return startIt(operation, context);
  }
  if (operation.attempts === 0 || found.operationId !== operation.id) {
    return failed(
      'name-taken',
      `The name ${found.name} is taken by another clone`,
    );
  }
  await context.enter('copy', {
    cloneUid: found.uid,
    quietAt: operation.attempts > 1 ? quietAt(operation) : undefined,
  });
  return { wait: 0 };
};

/** As the watches tell it; undefined when they don't know it. */
function cachedState(operation: Operation, context: StepContext) {
  const { cloneUid } = notesOf(operation);
  return context.cluster
    .uses(snapshotOf(operation))
    .find(use => use.uid === cloneUid)?.state;
}

const copy: Step = async (operation, context) => {
  const { copies } = context.cluster;
  const { cloneUid, askedAt } = notesOf(operation);
  const address = addressOf(operation);
  const since = operation.progress!.entered.copy;
  const isOver = context.now - since > CLONE_TIMEOUT_MS;
  const isAsking =
    isOver ||
    operation.cancelRequested ||
    context.now - (askedAt ?? since) > TROUBLE_AFTER_MS;
  if (cachedState(operation, context) === 'running' && !isAsking) {
    return { wait: LOOK_MS };
  }
  const clone = await copies.getClone(address);
  if (clone?.uid !== cloneUid) {
    return giveUp(operation, context, {
      code: 'deleted',
      message: 'Somebody removed the VirtualMachineClone before it was done.',
    });
  }
  const { state } = clone!;
  if (state === 'succeeded') {
    const vm = await context.cluster.getVm(targetOf(operation));
    if (!vm) {
      return giveUp(operation, context, {
        code: 'deleted',
        message: `VM ${operation.target} was made, and is gone already.`,
      });
    }
    await context.enter(operation.request.clone!.start ? 'start' : 'clean', {
      vmUid: vm.uid,
      waitsForFirstStart: clone!.restoreName !== undefined || undefined,
      trouble: undefined,
    });
    return { wait: 0 };
  }
  if (state === 'running' && operation.cancelRequested) {
    return giveUp(operation, context, STOPPED);
  }
  if (state === 'running' && !isAsking) {
    return { wait: LOOK_MS };
  }
  const trouble = await copies.getCloneTrouble(address, clone!);
  if (state === 'failed') {
    return giveUp(operation, context, {
      code: 'clone-failed',
      message: `KubeVirt can't make the VM${
        trouble ? `: ${trouble}.` : ' and has not kept the reason.'
      }`,
    });
  }
  if (isOver) {
    return giveUp(operation, context, {
      code: 'timed-out',
      message: `It was not done within ${CLONE_TIMEOUT_MS / 3_600_000} hours.${
        trouble ? ` The cluster says: ${trouble}.` : ''
      }`,
    });
  }
  await context.note({ trouble, askedAt: context.now });
  return { wait: LOOK_MS };
};

const start: Step = async (operation, context) => {
  const vm = await context.cluster.getVm(targetOf(operation));
  const goOn = async (notStarted?: string): Promise<StepResult> => {
    await context.enter('clean', { notStarted });
    return { wait: 0 };
  };
  if (vm?.uid !== notesOf(operation).vmUid) {
    return goOn(`VM ${operation.target} is gone.`);
  }
  if (vm!.running) {
    return goOn();
  }
  if (context.now - operation.progress!.entered.start > START_TIMEOUT_MS) {
    return goOn(
      `It did not begin to run; its status is ${vm!.printableStatus}.`,
    );
  }
  if (vm!.runStrategy !== 'Halted' && vm!.runStrategy !== 'Manual') {
    // Asked for already; KubeVirt is about to start it.
    return { wait: LOOK_MS };
  }
  const waitOrGiveUp = onlyLook(operation, context, { stoppable: false });
  if (waitOrGiveUp) {
    return 'done' in waitOrGiveUp
      ? goOn(waitOrGiveUp.error?.message)
      : waitOrGiveUp;
  }
  return unlessChanged(() =>
    context.write(intent =>
      context.cluster.setPower(intent, targetOf(operation), 'start'),
    ),
  );
};

/** The end of one that has made its VM. */
function finished(operation: Operation): StepResult {
  const { notStarted } = notesOf(operation);
  return notStarted
    ? failed(
        'not-started',
        `VM ${operation.target} was made, but could not be started: ${notStarted}`,
      )
    : succeeded;
}

/** Deletes our VirtualMachineClone; undefined when it is gone. */
async function removeClone(
  operation: Operation,
  context: StepContext,
): Promise<StepResult | undefined> {
  const address = addressOf(operation);
  const clone = await context.cluster.copies.getClone(address);
  if (!clone || clone.operationId !== operation.id) {
    return undefined;
  }
  if (clone.deleting) {
    return { wait: LOOK_MS };
  }
  return unlessChanged(() =>
    context.write(intent =>
      context.cluster.copies.deleteClone(intent, address, clone),
    ),
  );
}

const clean: Step = async (operation, context) => {
  const { quietAt: quiet } = notesOf(operation);
  if (quiet !== undefined && context.now < quiet) {
    // While it is there, a late second request is refused for its name.
    return { wait: Math.min(quiet - context.now + 1, IDLE_MS) };
  }
  return (await removeClone(operation, context)) ?? finished(operation);
};

const undo: Step = async (operation, context) => {
  const { cloneUid } = notesOf(operation);
  if (isUndoOver(operation, context)) {
    return leftBehind(
      operation,
      `VirtualMachineClone ${addressOf(operation).name} and its claims`,
    );
  }
  const waiting = await removeClone(operation, context);
  if (waiting) {
    return waiting;
  }
  let removed: string | undefined;
  if (cloneUid) {
    try {
      removed = await context.write(intent =>
        context.cluster.copies.deleteCloneLeftover(
          intent,
          targetOf(operation),
          cloneUid,
        ),
      );
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'conflict') {
        return { wait: LOOK_MS };
      }
      throw error;
    }
  }
  if (removed) {
    return { wait: 0 };
  }
  const wasStopped = failureOf(operation).code === STOPPED.code;
  if (wasStopped && (await context.cluster.getVm(targetOf(operation)))) {
    // KubeVirt makes the VM a moment before it says so.
    return failed(
      'too-late',
      `VM ${operation.target} was there already when it was stopped, and was kept. Look at it before you start it.`,
    );
  }
  return undone(operation, context);
};

const STEPS: Record<string, Step> = { request, copy, start, clean, undo };

function view(operation: Operation): Partial<OperationView> {
  const { vmUid, waitsForFirstStart, trouble } = notesOf(operation);
  return {
    clone: {
      vm: targetOf(operation),
      vmUid,
      waitsForFirstStart,
      stop:
        operation.finishedAt === undefined ? stopOfCopy(operation) : undefined,
    },
    steps: stepsView(operation, [
      'request',
      'copy',
      ...(operation.request.clone?.start ? (['start'] as const) : []),
      'clean',
    ]),
    ...(trouble &&
      operation.error === undefined && {
        error: { code: 'not-yet', message: trouble },
      }),
  };
}

/** Makes a VM from a snapshot. */
export const cloneDefinition: OperationDefinition = {
  run: (operation, context) =>
    STEPS[operation.progress?.step ?? 'request'](operation, context),
  async onRefused(operation, context, error) {
    const told = { code: error.code, message: error.message };
    switch (operation.progress?.step) {
      case 'start':
        await context.enter('clean', { notStarted: error.message });
        return { wait: 0 };
      case 'clean':
        // The VM is there; what KubeVirt needed for it does no harm.
        return finished(operation);
      case 'undo':
        return leftBehind(
          { ...operation, error: failureOf(operation) },
          error.message,
        );
      case 'copy':
        return giveUp(operation, context, told);
      default:
        return { done: 'failed', error: told };
    }
  },
  view,
};
