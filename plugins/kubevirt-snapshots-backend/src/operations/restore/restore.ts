// SPDX-License-Identifier: Apache-2.0
import type { OperationDefinition } from '../definitions';
import { failed, type Step } from '../steps/StepContext';
import { checkAgain, powerOff, takeSafety, waitOff } from './beforehand';
import { giveUp, next } from './common';
import { notesOf } from './notes';
import { makeClaims, powerOn, switchOver } from './restoring';
import { undo } from './undo';
import { viewOfRestore } from './view';

const STEPS: Record<string, Step> = {
  'wait-off': waitOff,
  'power-off': powerOff,
  safety: takeSafety,
  check: checkAgain,
  claims: makeClaims,
  switch: switchOver,
  'power-on': powerOn,
  undo,
};

/** Steps in which a refusal by the cluster means that it can't be done. */
const UNTOUCHED = ['wait-off', 'power-off', 'safety', 'check', 'claims'];

/** Wait before something that the cluster refuses is tried again, ms. */
const REFUSED_MS = 15_000;

/** Brings a VM back to a snapshot. */
export const restoreDefinition: OperationDefinition = {
  // A day of waiting for the VM to be stopped, and two of trouble.
  unknownAfterMs: 72 * 3_600_000,
  run: async (operation, context) => {
    const { progress } = operation;
    if (progress) {
      return STEPS[progress.step](operation, context);
    }
    return operation.cancelRequested
      ? failed('stopped', 'It was stopped before it began')
      : next(operation, context);
  },
  onRefused: async (operation, context, error) => {
    const told = { code: error.code, message: error.message };
    const { step } = operation.progress ?? { step: '' };
    if (UNTOUCHED.includes(step)) {
      return giveUp(operation, context, told);
    }
    if (step === 'power-on') {
      return failed(
        'restored-not-started',
        `VM ${operation.vm.name} was restored, but it was not started: ${error.message}`,
      );
    }
    if (step === 'undo') {
      const { failure } = notesOf(operation);
      const begun = operation.progress?.entered.undo ?? operation.createdAt;
      if (context.now - begun > 60_000) {
        return failed(
          failure?.code ?? error.code,
          `${failure?.message}. It could not be put back: ${error.message}`,
        );
      }
    }
    return step === '' ? failed(told.code, told.message) : { wait: REFUSED_MS };
  },
  view: viewOfRestore,
};
