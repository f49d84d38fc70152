// SPDX-License-Identifier: Apache-2.0
import {
  restoreNameOf,
  type OperationView,
  type RestoreProgress,
  type StepView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { POWER_LIMIT_MS } from '../power/power';
import type { Operation } from '../types';
import { stepsOfRestore } from './common';
import {
  enteredAt,
  notesOf,
  safetyNameOf,
  WAIT_OFF_MS,
  wantedOf,
} from './notes';
import { isTooLate, RESTORE_LIMIT_MS } from './restoring';

const iso = (ms: number) => new Date(ms).toISOString();

function stepsOf(operation: Operation): StepView[] {
  const { progress } = operation;
  const planned = stepsOfRestore(operation);
  const undone = progress?.entered.undo !== undefined;
  // What came before the undoing, then that.
  const ids = undone
    ? [...planned.filter(id => progress.entered[id]), 'undo']
    : planned;
  const at = progress ? ids.indexOf(progress.step) : -1;
  const finished = operation.finishedAt !== undefined;
  const ended = finished && operation.state !== 'succeeded';
  const { disks } = notesOf(operation);
  return ids.map((id, i): StepView => {
    const entered = progress?.entered[id];
    let state: StepView['state'] = 'waiting';
    if (i < at || (finished && !ended)) {
      state = 'done';
    } else if (i === at) {
      state = ended ? 'failed' : 'current';
    }
    if (undone && id === ids[ids.length - 2]) {
      state = 'failed';
    }
    if (undone && id === 'undo' && finished) {
      state = 'done';
    }
    return {
      id: id as StepView['id'],
      state,
      ...(entered !== undefined && { startedAt: iso(entered) }),
      ...(id === 'claims' &&
        disks?.length && {
          count: {
            done: disks.filter(disk => disk.state === 'bound').length,
            total: disks.length,
          },
        }),
    };
  });
}

/** When the present step is given up. */
function deadlineOf(operation: Operation): string | undefined {
  const { progress } = operation;
  const limit = {
    'wait-off': WAIT_OFF_MS[wantedOf(operation).power],
    'power-off': POWER_LIMIT_MS,
    claims: RESTORE_LIMIT_MS,
    'power-on': POWER_LIMIT_MS,
  }[progress?.step ?? ''];
  return limit === undefined ? undefined : iso(enteredAt(operation) + limit);
}

/** What stopping means at this moment. */
function stopOf(operation: Operation): RestoreProgress['stop'] {
  const step = operation.progress?.step ?? 'begin';
  const { restoreStep, stopped } = notesOf(operation);
  const { volumes } = wantedOf(operation);
  const again = stopped ? ' The VM is started again.' : '';
  if (step === 'undo') {
    return { effect: 'too-late', message: 'It is being put back already.' };
  }
  if (step === 'switch' || step === 'power-on') {
    return {
      effect: 'too-late',
      message:
        'The VM is being switched to the restored disks, which can not be taken back.',
    };
  }
  if (step !== 'claims') {
    return {
      effect: 'safe',
      message: `Nothing has been replaced yet. The VM keeps its disks as they are.${again}`,
    };
  }
  if (isTooLate(restoreStep, volumes)) {
    return {
      effect: 'too-late',
      message:
        'The disks are being replaced in place: the old ones are gone, and stopping now would leave the VM without disks.',
    };
  }
  return {
    effect: 'leaves-claims',
    message: `The VM keeps its disks as they are. New claims that were made are removed.${again}`,
  };
}

/** What people see of a restore, beyond what every operation has. */
export function viewOfRestore(operation: Operation): Partial<OperationView> {
  const wanted = wantedOf(operation);
  const notes = notesOf(operation);
  const finished = operation.finishedAt !== undefined;
  // The error of a healthy restore lasts for milliseconds.
  const trouble =
    notes.trouble?.shown && !finished
      ? { code: 'restore-trouble', message: notes.trouble.text }
      : undefined;
  return {
    steps: stepsOf(operation),
    deadlineAt: finished ? undefined : deadlineOf(operation),
    ...(trouble && !operation.error && { error: trouble }),
    restore: {
      name: restoreNameOf(operation.id),
      choices: {
        power: wanted.power,
        startAfterwards: wanted.startAfterwards,
        safetySnapshot: wanted.safetySnapshot,
        volumes: wanted.volumes,
      },
      disks: notes.disks ?? [],
      stop: finished ? undefined : stopOf(operation),
      needsAttention: finished ? undefined : notes.attention,
      safetySnapshot:
        notes.safetyUid && safetyNameOf(operation.vm.name, operation.id),
    },
  };
}
