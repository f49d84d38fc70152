// SPDX-License-Identifier: Apache-2.0
import type { PowerAction } from 'backstage-plugin-kubevirt-snapshots-common';
import type { VmRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import { powerVerdict } from '../../views/powerVerdict';
import { unlessOutdated } from '../steps/cluster';
import {
  failed,
  IDLE_MS,
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import { refusalOf } from '../steps/takeSnapshot';
import type { Operation, StepResult } from '../types';

/** A guest that hasn't shut down by then, or an instance that never came, ms. */
export const POWER_LIMIT_MS = 10 * 60_000;

/** When nothing has come of a request it is sent again after this, ms. */
const REPEAT_MS = 30_000;

/** Wait after a conflict before looking again, ms. */
const CONFLICT_MS = 250;

/**
 * Sends start or stop if the VM isn't on its way there already. KubeVirt's
 * subresource takes no precondition, so the look right before is the guard; a
 * second start or stop of the same kind is refused by the run strategy.
 *
 * @returns what to wait for
 */
export async function sendPower(
  vm: VmRecord,
  action: PowerAction,
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  const onItsWay =
    vm.runStrategy === (action === 'start' ? 'Always' : 'Halted');
  // Manual and RerunOnFailure don't show that they were asked.
  const asked =
    operation.attempts > 0 &&
    context.now - (operation.lastSentAt ?? 0) < REPEAT_MS;
  if (onItsWay || asked) {
    return { wait: IDLE_MS };
  }
  const waitOrGiveUp = onlyLook(operation, context, { stoppable: false });
  if (waitOrGiveUp) {
    return waitOrGiveUp;
  }
  const taken = await unlessOutdated(() =>
    context.write(intent =>
      context.cluster.setPower(intent, operation.vm, action),
    ),
  );
  return { wait: taken ? 0 : CONFLICT_MS };
}

/**
 * Whether it was sent a moment ago and the cache doesn't show yet what came of
 * it: until then there is nothing to ask the cluster about.
 */
export function isUnderWay(
  action: PowerAction,
  operation: Operation,
  context: StepContext,
): boolean {
  const cached = context.cluster.vm(operation.vm);
  return (
    operation.attempts > 0 &&
    context.now - (operation.lastSentAt ?? 0) < REPEAT_MS &&
    cached?.uid === operation.vmUid &&
    !cached.deleting &&
    cached.running === (action === 'stop')
  );
}

/** Starts or stops a VM and waits until its instance is there or gone. */
export const changePower: Step = async (operation, context) => {
  const action = operation.request.power!;
  const vm = await context.cluster.getVm(operation.vm);
  const refusal = refusalOf(vm, operation);
  if (refusal) {
    return failed(refusal.code, refusal.message);
  }
  const { name } = operation.vm;
  if (vm!.running === (action === 'start')) {
    return succeeded;
  }
  if (context.now - operation.createdAt > POWER_LIMIT_MS) {
    return action === 'start'
      ? failed('not-started', `VM ${name} did not start within 10 minutes.`)
      : failed(
          'not-stopped',
          `The guest of ${name} has not shut down within 10 minutes. It may still do so.`,
        );
  }
  const verdict = powerVerdict(vm!, action);
  if (!verdict.allowed && operation.attempts === 0) {
    return verdict.code === 'run-strategy'
      ? failed(verdict.code, verdict.reason)
      : { wait: IDLE_MS };
  }
  return sendPower(vm!, action, operation, context);
};
