// SPDX-License-Identifier: Apache-2.0
import {
  restoreNameOf,
  stateVolumeOf,
  type VmNotice,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  RestoreRecord,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { notesOf } from '../operations/restore/notes';
import type { Operation } from '../operations/types';

/** Volumes of the VM that don't use the claims any more which a restore gave them. */
export function strayedVolumes(
  vm: VmRecord,
  restore: Operation,
): { volume: string; restored: string; current?: string }[] {
  return (notesOf(restore).disks ?? []).flatMap(({ name, claim }) => {
    const current = vm.claims.find(({ volume }) => volume === name)?.claim;
    // State of TPM or EFI is in no list of volumes.
    return current === claim || name === stateVolumeOf(vm.ref.name)
      ? []
      : [{ volume: name, restored: claim, ...(current && { current }) }];
  });
}

/** What a person should know about the VM without being asked. */
export function noticesOf(
  vm: VmRecord,
  facts: {
    restores: RestoreRecord[];
    operations: Operation[];
    last: Operation | undefined;
  },
): VmNotice[] {
  const notices: VmNotice[] = [];
  const { last } = facts;
  const open = facts.operations.filter(
    ({ type, finishedAt }) => type === 'restore' && finishedAt === undefined,
  );
  for (const operation of open) {
    const { attention } = notesOf(operation);
    if (attention) {
      notices.push({
        code: 'needs-attention',
        message: attention,
        restoreName: restoreNameOf(operation.id),
      });
    }
  }
  const mark = last && `${last.target}-${notesOf(last).restoreUid}`;
  // A later restore by somebody else is a reason of its own to have others.
  if (
    last &&
    last.vmUid === vm.uid &&
    open.length === 0 &&
    vm.lastRestore === mark
  ) {
    const strayed = strayedVolumes(vm, last);
    if (strayed.length > 0) {
      notices.push({
        code: 'claims-changed',
        message: `After the restore somebody turned ${strayed
          .map(
            ({ volume, restored, current }) =>
              `${volume} from claim ${restored} to ${current ?? 'none'}`,
          )
          .join(
            ', ',
          )}. If a tool keeps the VM's manifest, commit the new names there.`,
        restoreName: last.target,
      });
    }
  }
  const failed = facts.restores.find(({ state }) => state === 'failed');
  if (failed) {
    notices.push({
      code: 'restore-failed',
      message: `Restore ${failed.name} has failed${
        failed.message ? ` (${failed.message})` : ''
      } and stands in the way of the next one. Clear it, or restore anew.`,
      restoreName: failed.name,
    });
  }
  return notices;
}
