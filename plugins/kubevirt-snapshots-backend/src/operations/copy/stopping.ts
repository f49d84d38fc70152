// SPDX-License-Identifier: Apache-2.0
import type { CopyStop } from 'backstage-plugin-kubevirt-snapshots-common';
import { failed, succeeded, type Step } from '../steps/StepContext';
import type { Operation } from '../types';

/** What a VM or a template ends as that was stopped while it was made. */
export const STOPPED = {
  code: 'stopped',
  message: 'It was stopped before it was done.',
};

/** Steps of a clone or a template in which it can still be stopped. */
export const STOPPABLE = ['request', 'copy', 'disks', 'fill', 'template'];

/** What stopping it means at this moment. */
export function stopOfCopy(operation: Operation): CopyStop {
  const { type, target } = operation;
  const made = type === 'clone' ? `VM ${target}` : `Template ${target}`;
  const { step } = operation.progress ?? {};
  if (step === 'undo') {
    return {
      effect: 'too-late',
      message: `${made} is being given up already.`,
    };
  }
  if (step !== undefined && !STOPPABLE.includes(step)) {
    return {
      effect: 'too-late',
      message: `${made} is there already. Delete it if it is not wanted.`,
    };
  }
  return {
    effect: 'removes',
    message: `${made} is not made, and the disks that were made for it are removed. The snapshot stays.`,
  };
}

/**
 * Stops a VM or a template that is being made: its own operation gives up and
 * removes what it has made, and this one waits for that.
 */
export const stopCopy: Step = async ({ request, target }, { store }) => {
  const own = await store.get(request.stops!);
  if (own?.finishedAt === undefined) {
    return { wait: 250 };
  }
  if (own.error?.code === STOPPED.code) {
    return succeeded;
  }
  return own.state === 'succeeded'
    ? failed('too-late', `It was too late to stop it: ${target} was made.`)
    : failed(
        'operation-finished',
        `It had ended by itself before it could be stopped: ${own.error?.message}`,
      );
};
