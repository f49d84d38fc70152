// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_CREATED_BY,
  LABEL_ORIGIN,
  LABEL_VM_UID,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { RestoreRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import { isUnderWay, POWER_LIMIT_MS, sendPower } from '../power/power';
import { unlessOutdated } from '../steps/cluster';
import {
  failed,
  IDLE_MS,
  onlyLook,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import {
  approvedVm,
  giveUp,
  isOurs,
  isOver,
  LOOK_MS,
  next,
  onward,
  orGiveUp,
  restoreAddress,
  vmGone,
} from './common';
import {
  enteredAt,
  markOf,
  notesOf,
  type RestoreNotes,
  sentAt,
  TROUBLE_SHOWS_AFTER_MS,
  wantedOf,
} from './notes';

/** A restore that hasn't got to the switch by then is withdrawn, ms. */
export const RESTORE_LIMIT_MS = 2 * 3_600_000;

async function create(
  operation: Operation,
  context: StepContext,
): Promise<StepResult> {
  const wanted = wantedOf(operation);
  const waitOrGiveUp = onlyLook(operation, context);
  if (waitOrGiveUp) {
    return orGiveUp(waitOrGiveUp, operation, context);
  }
  const latest = await context.store.get(operation.id);
  if (latest?.cancelRequested && operation.attempts === 0) {
    return giveUp(operation, context, {
      code: 'stopped',
      message: 'It was stopped before anything was replaced',
    });
  }
  const vm = await approvedVm(operation, context);
  if (!vm) {
    return vmGone(operation);
  }
  if (wanted.names?.length) {
    // KubeVirt takes a bound claim of that name as restored already.
    const taken = await context.cluster.getClaims(
      operation.vm,
      wanted.names.map(({ claim }) => claim),
    );
    if (taken.length > 0) {
      return giveUp(operation, context, {
        code: 'names-taken',
        message: `Claim ${taken[0].name} exists already`,
      });
    }
  }
  await unlessOutdated(() =>
    context.write(intent =>
      context.cluster.createRestore(intent, {
        ref: operation.vm,
        vmUid: operation.vmUid,
        name: restoreAddress(operation).name,
        snapshotName: operation.snapshotName,
        volumes: wanted.volumes,
        ownership: wanted.ownership,
        names: wanted.names,
        labels: {
          [LABEL_ORIGIN]: 'manual',
          [LABEL_VM_UID]: operation.vmUid,
        },
        annotations: { [ANNOTATION_CREATED_BY]: operation.actor },
      }),
    ),
  );
  return onward;
}

/**
 * The operation's restore from the cache, or live while the cache doesn't have
 * it: an absence has to be the cluster's own word.
 */
async function find(
  operation: Operation,
  context: StepContext,
): Promise<RestoreRecord | undefined> {
  const address = restoreAddress(operation);
  const { restoreUid } = notesOf(operation);
  const cached = context.cluster.restore(address);
  return restoreUid && cached?.uid === restoreUid
    ? cached
    : context.cluster.getRestore(address);
}

/** What people see of it. */
async function progressOf(
  record: RestoreRecord,
  operation: Operation,
  context: StepContext,
): Promise<Pick<RestoreNotes, 'restoreStep' | 'disks' | 'trouble'>> {
  const notes = notesOf(operation);
  const bound = notes.disks?.filter(({ state }) => state === 'bound') ?? [];
  // Bound they stay.
  const claims =
    bound.length === record.volumes.length
      ? []
      : await context.cluster.getClaims(
          operation.vm,
          record.volumes.map(({ claim }) => claim),
        );
  // In place the old claim bears the name until it is gone.
  const mark = markOf(record.name, record.uid);
  const disks = record.volumes.map(({ volume, claim }) => ({
    name: volume,
    claim,
    state:
      bound.some(disk => disk.claim === claim) ||
      claims.some(
        ({ name, phase, madeBy }) =>
          name === claim && phase === 'Bound' && madeBy === mark,
      )
        ? ('bound' as const)
        : ('waiting' as const),
  }));
  const since =
    record.error && notes.trouble?.text === record.error
      ? notes.trouble.since
      : context.now;
  const trouble = record.error
    ? {
        text: record.error,
        since,
        shown: context.now - since >= TROUBLE_SHOWS_AFTER_MS,
      }
    : undefined;
  return { restoreStep: record.step, disks, trouble };
}

/** Notes it where it has changed. */
async function noteProgress(
  record: RestoreRecord,
  operation: Operation,
  context: StepContext,
): Promise<void> {
  const notes = notesOf(operation);
  const patch = await progressOf(record, operation, context);
  if (
    JSON.stringify(patch) !==
    JSON.stringify({
      restoreStep: notes.restoreStep,
      disks: notes.disks,
      trouble: notes.trouble,
    })
  ) {
    await context.note(patch);
  }
}

/** Whether nothing can be taken back any more. */
export function isTooLate(
  step: RestoreRecord['step'] | undefined,
  volumes: 'new-names' | 'in-place',
): boolean {
  return (
    step === 'switch' ||
    step === 'done' ||
    (step === 'claims' && volumes === 'in-place')
  );
}

/** Has KubeVirt make the claims, until it begins to switch the VM. */
export const makeClaims: Step = async (operation, context) => {
  const { restoreUid } = notesOf(operation);
  const { volumes } = wantedOf(operation);
  const record = await find(operation, context);
  if (!record) {
    if (!restoreUid) {
      return create(operation, context);
    }
    return giveUp(operation, context, {
      code: 'restore-gone',
      message: `Restore ${
        restoreAddress(operation).name
      } was removed in the cluster before the VM was switched`,
    });
  }
  if (!isOurs(record, operation)) {
    return failed(
      'name-taken',
      `The name ${record.name} is taken by another restore, which was left alone`,
    );
  }
  if (!restoreUid) {
    await context.note({ restoreUid: record.uid });
    return onward;
  }
  if (record.state === 'failed') {
    return giveUp(operation, context, {
      code: 'restore-failed',
      message: `KubeVirt could not restore it: ${record.message}`,
    });
  }
  if (record.step === 'switch' || record.state === 'succeeded') {
    return next(
      operation,
      context,
      await progressOf(record, operation, context),
    );
  }
  const tooLate = isTooLate(record.step, volumes);
  if (operation.cancelRequested && !tooLate) {
    return giveUp(operation, context, {
      code: 'stopped',
      message: 'It was stopped before the VM was switched',
    });
  }
  await noteProgress(record, operation, context);
  if (context.now - enteredAt(operation) > RESTORE_LIMIT_MS) {
    if (!tooLate) {
      return giveUp(operation, context, {
        code: 'deadline',
        message: `The disks were not there within ${
          RESTORE_LIMIT_MS / 3_600_000
        } hours, so it was withdrawn.${
          record.error ? ` KubeVirt says: ${record.error}` : ''
        }`,
      });
    }
    await callForHelp(operation, context, record);
  }
  return { wait: LOOK_MS };
};

async function callForHelp(
  operation: Operation,
  context: StepContext,
  record: RestoreRecord,
): Promise<void> {
  if (!notesOf(operation).attention) {
    await context.note({
      attention: `Restore ${record.name} hangs where nothing can be taken back any more. Somebody with access to the cluster has to look at it.`,
    });
  }
}

/** Waits until the VM has its restored disks. Nothing is taken back here. */
export const switchOver: Step = async (operation, context) => {
  const { restoreUid } = notesOf(operation);
  const record = await find(operation, context);
  if (record?.state === 'failed') {
    return giveUp(operation, context, {
      code: 'restore-failed',
      message: `KubeVirt could not restore it: ${record.message}`,
    });
  }
  const mark = markOf(restoreAddress(operation).name, restoreUid ?? '');
  if (!record || record.uid !== restoreUid) {
    const vm = await approvedVm(operation, context);
    if (!vm) {
      return vmGone(operation);
    }
    if (vm.lastRestore !== mark) {
      return giveUp(operation, context, {
        code: 'restore-gone',
        message:
          'The restore was removed in the cluster before the VM was switched',
      });
    }
  } else if (record.state !== 'succeeded') {
    await noteProgress(record, operation, context);
    if (context.now - enteredAt(operation) > RESTORE_LIMIT_MS) {
      await callForHelp(operation, context, record);
    }
    return { wait: LOOK_MS };
  }
  const disks = record?.volumes ?? [];
  const claims = await context.cluster.getClaims(
    operation.vm,
    disks.map(({ claim }) => claim),
  );
  return next(operation, context, {
    restoreStep: 'done',
    attention: undefined,
    trouble: undefined,
    disks: disks.map(({ volume, claim }) => ({
      name: volume,
      claim,
      state: 'bound',
    })),
    made: disks.flatMap(({ volume, claim }) => {
      const found = claims.find(
        ({ name, madeBy }) => name === claim && madeBy === mark,
      );
      return found ? [{ volume, claim, uid: found.uid }] : [];
    }),
  });
};

/** Starts the VM again, with the run strategy it had. */
export const powerOn: Step = async (operation, context) => {
  if (isUnderWay('start', operation, context)) {
    return { wait: IDLE_MS };
  }
  const vm = await approvedVm(operation, context);
  if (!vm) {
    return vmGone(operation);
  }
  if (vm.running) {
    return next(operation, context);
  }
  const notStarted = (why: string) =>
    failed(
      'restored-not-started',
      `VM ${vm.ref.name} was restored, but it was not started: ${why}`,
    );
  if (isOver(sentAt(operation), POWER_LIMIT_MS, context)) {
    return notStarted('it did not come up within 10 minutes');
  }
  const others = context.cluster
    .restores(operation.vm)
    .some(({ state }) => state === 'running');
  if (vm.restoreInProgress || vm.snapshotInProgress || others) {
    // Starting it now would be answered with 500, or fail the other restore.
    return { wait: vm.restoreInProgress ? 100 : IDLE_MS };
  }
  const result = await sendPower(vm, 'start', operation, context);
  return 'done' in result
    ? notStarted(result.error?.message ?? 'the cluster did not do it')
    : result;
};
