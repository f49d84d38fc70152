// SPDX-License-Identifier: Apache-2.0
import { restoreNameOf } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  RestoreRecord,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { failed, type StepContext } from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import { notesOf, wantedOf } from './notes';

/** Goes on at once. */
export const onward: StepResult = { wait: 0 };

/** How often claims and the like, which aren't watched, are looked at, ms. */
export const LOOK_MS = 2_000;

/** Address of the operation's VirtualMachineRestore. */
export const restoreAddress = ({ vm, id }: Operation) => ({
  cluster: vm.cluster,
  namespace: vm.namespace,
  name: restoreNameOf(id),
});

/**
 * Ends the restore before the VM was touched, or puts it back first where
 * something was done: stopped, a safety snapshot begun, claims made.
 */
export async function giveUp(
  operation: Operation,
  context: StepContext,
  failure: { code: string; message: string },
): Promise<StepResult> {
  const { stopped, safetyUid } = notesOf(operation);
  const { step } = operation.progress ?? { step: 'begin' };
  const nothingDone =
    !stopped && !safetyUid && step !== 'safety' && step !== 'claims';
  if (nothingDone) {
    return failed(failure.code, failure.message);
  }
  await context.enter('undo', { failure });
  return onward;
}

/** A step's result, except that a failure is undone first. */
export async function orGiveUp(
  result: StepResult,
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  return 'done' in result && result.done === 'failed'
    ? giveUp(operation, context, result.error!)
    : result;
}

/** How long who takes over at least tries to get a VM on again, ms. */
const TRY_MS = 60_000;

/**
 * Whether a limit has passed while it was being worked on. When no replica was
 * there for longer than that, the next one tries first: a VM isn't left off
 * because of the portal's own absence.
 */
export const isOver = (
  since: number,
  limitMs: number,
  { now, heldSince }: StepContext,
): boolean => now - since > limitMs && now - heldSince > TRY_MS;

/** The VM live, unless it isn't the approved one any more. */
export async function approvedVm(
  operation: Operation,
  context: StepContext,
): Promise<VmRecord | undefined> {
  const vm = await context.cluster.getVm(operation.vm);
  return vm && vm.uid === operation.vmUid && !vm.deleting ? vm : undefined;
}

export const vmGone = (operation: Operation): StepResult =>
  failed(
    'vm-gone',
    `VM ${operation.vm.name} is gone from the cluster, or another one bears its name`,
  );

/** Whether the VirtualMachineRestore is the one that this operation makes. */
export const isOurs = (record: RestoreRecord, operation: Operation): boolean =>
  record.operationId === operation.id &&
  record.targetVm === operation.vm.name &&
  record.snapshotName === operation.snapshotName;

/** The step after one that has been done. */
export async function next(
  operation: Operation,
  context: StepContext,
  notes: Record<string, unknown> = {},
): Promise<StepResult> {
  const steps = stepsOfRestore(operation);
  const at = steps.indexOf(operation.progress?.step ?? '');
  const step = steps[at + 1];
  if (!step) {
    if (Object.keys(notes).length > 0) {
      await context.note(notes);
    }
    return { done: 'succeeded' };
  }
  await context.enter(step, notes);
  return onward;
}

/** All steps that a restore goes through when all goes well. */
export function stepsOfRestore(operation: Operation): string[] {
  const wanted = wantedOf(operation);
  const off = { stop: ['power-off'], 'if-stopped': [] }[
    wanted.power as string
  ] ?? ['wait-off'];
  return [
    ...(wanted.wasRunning ? off : []),
    ...(wanted.safetySnapshot ? ['safety'] : []),
    'check',
    'claims',
    'switch',
    ...(wanted.startAfterwards ? ['power-on'] : []),
  ];
}
