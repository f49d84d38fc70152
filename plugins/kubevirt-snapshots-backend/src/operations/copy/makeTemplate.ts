// SPDX-License-Identifier: Apache-2.0
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  templateDiskName,
  type DataVolumeRecord,
  type SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { OperationDefinition } from '../definitions';
import {
  onlyLook,
  succeeded,
  type Step,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';
import { stepsView } from './stepsView';
import { STOPPABLE, STOPPED, stopOfCopy } from './stopping';
import {
  failureOf,
  giveUp,
  isUndoOver,
  leftBehind,
  undone,
  unlessChanged,
} from './undo';

/** Disks that aren't filled by then are given up, ms. */
export const FILL_TIMEOUT_MS = 8 * 3_600_000;

/** How often disks that are being filled are asked for, ms. */
const LOOK_MS = 2_000;

/** So long a disk that is deleted is looked for again, ms. */
const GONE_MS = 500;

interface Notes {
  /** UIDs of the disks that are made, by volume. */
  made?: Record<string, string>;
  filled?: number;
  templateUid?: string;
}

const notesOf = (operation: Operation) =>
  (operation.progress?.notes ?? {}) as Notes;

const wantedOf = (operation: Operation) => operation.request.template!;

const addressOf = (operation: Operation) => ({
  cluster: operation.vm.cluster,
  namespace: operation.vm.namespace,
  name: operation.target!,
});

const diskOf = (operation: Operation, volume: string) => ({
  ...addressOf(operation),
  name: templateDiskName(operation.target!, volume),
});

/** The snapshot as it was accepted; undefined when it is gone. */
async function snapshotOf(
  operation: Operation,
  { cluster }: StepContext,
): Promise<SnapshotRecord | undefined> {
  const record = await cluster.getSnapshot({
    ...operation.vm,
    name: operation.snapshotName,
  });
  return record?.uid === operation.snapshotUid ? record : undefined;
}

const gone = (operation: Operation) => ({
  code: 'snapshot-changed',
  message: `Snapshot ${operation.snapshotName} is gone.`,
});

/** What it means that nothing may be sent any more. */
async function lookOrGiveUp(
  operation: Operation,
  context: StepContext,
): Promise<StepResult | undefined> {
  const result = onlyLook(operation, context);
  return result && 'done' in result
    ? giveUp(operation, context, result.error!)
    : result;
}

/** Sends a creation; that the name is taken means to look whose it is. */
async function create<T>(make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'already-exists') {
      return undefined;
    }
    throw error;
  }
}

/**
 * Makes the next disk. Each has a name made of the template's, so that a
 * second request for it is refused; its own attempts are counted, because
 * entering a step begins to count anew.
 */
const disks: Step = async (operation, context) => {
  const { copies } = context.cluster;
  const { made = {} } = notesOf(operation);
  const volume = wantedOf(operation).volumes.find(name => !made[name]);
  if (volume === undefined) {
    await context.enter('fill');
    return { wait: 0 };
  }
  const address = diskOf(operation, volume);
  const take = async (disk: DataVolumeRecord) => {
    await context.enter('disks', { made: { ...made, [volume]: disk.uid } });
    return { wait: 0 };
  };
  const found = await copies.getDataVolume(address);
  if (found) {
    return operation.attempts > 0 && found.operationId === operation.id
      ? take(found)
      : giveUp(operation, context, {
          code: 'name-taken',
          message: `There is a DataVolume ${address.name} already.`,
        });
  }
  const waiting = await lookOrGiveUp(operation, context);
  if (waiting) {
    return waiting;
  }
  if (await copies.isClaimNameTaken(address)) {
    return giveUp(operation, context, {
      code: 'name-taken',
      message: `There is a volume claim ${address.name} already.`,
    });
  }
  const record = await snapshotOf(operation, context);
  if (!record) {
    return giveUp(operation, context, gone(operation));
  }
  const disk = await create(() =>
    context.write(intent =>
      copies.createTemplateDisk(intent, {
        name: address.name,
        volume,
        snapshot: record,
        source: operation.vm,
      }),
    ),
  );
  return disk ? take(disk) : { wait: 0 };
};

const fill: Step = async (operation, context) => {
  const { volumes } = wantedOf(operation);
  const { made = {}, filled } = notesOf(operation);
  const found = await Promise.all(
    volumes.map(volume =>
      context.cluster.copies.getDataVolume(diskOf(operation, volume)),
    ),
  );
  const lost = volumes.find((volume, i) => found[i]?.uid !== made[volume]);
  if (lost !== undefined) {
    return giveUp(operation, context, {
      code: 'deleted',
      message: `Somebody removed the disk ${lost} of the template.`,
    });
  }
  const broken = found.find(disk => disk?.phase === 'Failed');
  if (broken) {
    return giveUp(operation, context, {
      code: 'disk-failed',
      message: `The cluster could not fill DataVolume ${broken.name}${
        broken.message ? `: ${broken.message}.` : '.'
      }`,
    });
  }
  const done = found.filter(disk => disk?.phase === 'Succeeded').length;
  if (done === volumes.length) {
    await context.enter('template', { filled: done });
    return { wait: 0 };
  }
  if (context.now - operation.progress!.entered.fill > FILL_TIMEOUT_MS) {
    return giveUp(operation, context, {
      code: 'timed-out',
      message: `The disks were not filled within ${
        FILL_TIMEOUT_MS / 3_600_000
      } hours.`,
    });
  }
  if (done !== filled) {
    await context.note({ filled: done });
  }
  return { wait: LOOK_MS };
};

const template: Step = async (operation, context) => {
  const { copies } = context.cluster;
  const wanted = wantedOf(operation);
  const found = await copies.getTemplate(wanted.api, addressOf(operation));
  if (found) {
    if (operation.attempts === 0 || found.operationId !== operation.id) {
      return giveUp(operation, context, {
        code: 'name-taken',
        message: `There is a template ${operation.target} already.`,
      });
    }
    await context.enter('hand-over', { templateUid: found.uid });
    return { wait: 0 };
  }
  const waiting = await lookOrGiveUp(operation, context);
  if (waiting) {
    return waiting;
  }
  const record = await snapshotOf(operation, context);
  if (!record) {
    return giveUp(operation, context, gone(operation));
  }
  const made = await create(() =>
    context.write(intent =>
      copies.createTemplate(intent, {
        api: wanted.api,
        name: operation.target!,
        snapshot: record,
        source: operation.vm,
        sourceUid: operation.vmUid,
        description: operation.request.description,
        parameters: wanted.parameters,
        userData: wanted.userData,
      }),
    ),
  );
  if (made) {
    await context.enter('hand-over', { templateUid: made.uid });
  }
  return { wait: 0 };
};

const handOver: Step = async (operation, context) => {
  const { copies } = context.cluster;
  const { templateUid, made = {} } = notesOf(operation);
  const wanted = wantedOf(operation);
  const owner = await copies.getTemplate(wanted.api, addressOf(operation));
  if (owner?.uid !== templateUid) {
    return giveUp(operation, context, {
      code: 'deleted',
      message: `Somebody removed template ${operation.target} before it was done.`,
    });
  }
  for (const volume of wanted.volumes) {
    const address = diskOf(operation, volume);
    const disk = await copies.getDataVolume(address);
    if (disk?.uid !== made[volume]) {
      return giveUp(operation, context, {
        code: 'deleted',
        message: `Somebody removed the disk ${volume} of the template.`,
      });
    }
    if (!disk!.owners.includes(owner!.uid)) {
      return unlessChanged(() =>
        context.write(intent =>
          copies.handDataVolumeOver(intent, address, disk!, owner!),
        ),
      );
    }
  }
  return succeeded;
};

/** Removes what the operation has made: the template, then its disks. */
const undo: Step = async (operation, context) => {
  const { copies } = context.cluster;
  const wanted = wantedOf(operation);
  if (isUndoOver(operation, context)) {
    return leftBehind(operation, `disks of template ${operation.target}`);
  }
  const own = await copies.getTemplate(wanted.api, addressOf(operation));
  if (own?.operationId === operation.id) {
    return own.deleting
      ? { wait: GONE_MS }
      : unlessChanged(() =>
          context.write(intent =>
            copies.deleteTemplate(
              intent,
              wanted.api,
              addressOf(operation),
              own,
            ),
          ),
        );
  }
  for (const volume of wanted.volumes) {
    const address = diskOf(operation, volume);
    const disk = await copies.getDataVolume(address);
    if (disk?.operationId === operation.id) {
      return disk.deleting
        ? { wait: GONE_MS }
        : unlessChanged(() =>
            context.write(intent =>
              copies.deleteDataVolume(intent, address, disk),
            ),
          );
    }
  }
  return undone(operation, context);
};

const STEPS: Record<string, Step> = {
  disks,
  fill,
  template,
  'hand-over': handOver,
  undo,
};

function view(operation: Operation): Partial<OperationView> {
  const { made = {}, filled, templateUid } = notesOf(operation);
  const { api, volumes } = wantedOf(operation);
  const { cluster, namespace, name } = addressOf(operation);
  const total = volumes.length;
  return {
    template: {
      cluster,
      namespace,
      name,
      api,
      uid: templateUid,
      stop:
        operation.finishedAt === undefined ? stopOfCopy(operation) : undefined,
      dataVolumes: volumes
        .filter(volume => made[volume])
        .map(volume => templateDiskName(name, volume)),
    },
    steps: stepsView(operation, ['disks', 'fill', 'template', 'hand-over'], {
      disks: { done: Object.keys(made).length, total },
      fill: { done: filled ?? 0, total },
    }),
  };
}

/** Makes a template from a snapshot. */
export const templateDefinition: OperationDefinition = {
  async run(operation, context) {
    if (!operation.progress) {
      await context.enter('disks');
      return { wait: 0 };
    }
    const { step } = operation.progress;
    return operation.cancelRequested && STOPPABLE.includes(step)
      ? giveUp(operation, context, STOPPED)
      : STEPS[step](operation, context);
  },
  async onRefused(operation, context, error) {
    return operation.progress?.step === 'undo'
      ? leftBehind({ ...operation, error: failureOf(operation) }, error.message)
      : giveUp(operation, context, {
          code: error.code,
          message: error.message,
        });
  },
  view,
};
