// SPDX-License-Identifier: Apache-2.0
import { toKubeTime } from '../clock';
import { deepCopy } from '../json';
import type { KubeObject } from '../types';
import { withCondition } from './kubeConditions';
import type { SnapshotSource } from './snapshotSource';
import { claimOf, volumesOf } from './volumes';

const MESSAGES: Record<string, string> = {
  Online:
    'Snapshot taken while the VM was running. Consistency depends on guest-agent quiescing.',
  GuestAgent:
    'Guest agent was active and attempted to quiesce the filesystem for application consistency.',
  NoGuestAgent:
    'Guest agent was not available. Snapshot is crash-consistent and may not be application-consistent.',
  Paused:
    'Snapshot taken while the VM was paused. Snapshot is crash-consistent and may not be application-consistent.',
  QuiesceTimeout:
    'Guest agent quiesced the filesystem, but the freeze window timed out before completion. Snapshot is crash-consistent and may not be application-consistent.',
  PartialSnapshot:
    'Not all snapshotable volumes were included in the snapshot. Check status.snapshotVolumes for excluded volumes and VM VolumeSnapshotStatus for details.',
};

/** The words in `Progressing` while nothing else overrides them. */
export type Progress =
  | 'Source not locked'
  | 'Source does not exist'
  | 'Source locked and operation in progress'
  | string;

export type StatusInput = {
  snapshot: KubeObject;
  source: SnapshotSource | undefined;
  content: KubeObject | undefined;
  now: number;
  /** What to say while in progress. */
  progress?: { locked: boolean; reason: Progress };
  deadlineExceeded?: boolean;
  deleting?: boolean;
  /** Name of the volume with TPM or EFI state, when there is one. */
  stateVolume?: string;
};

function currentIndications(
  source: SnapshotSource,
  error: string | undefined,
): string[] {
  if (!source.vmi) {
    return [];
  }
  if (source.isPaused) {
    return ['Online', 'Paused'];
  }
  if (!source.hasAgent) {
    return ['NoGuestAgent', 'Online'];
  }
  return [
    'GuestAgent',
    'Online',
    ...(error?.includes('fsfreeze is limited') ? ['QuiesceTimeout'] : []),
  ];
}

/** They pile up while the snapshot is in progress; sorted, the partial one last. */
function setIndications(status: any, added: string[]): void {
  const all = new Set<string>([...(status.indications ?? []), ...added]);
  if (all.size === 0) {
    return;
  }
  const partial = all.delete('PartialSnapshot');
  const sorted = [...all].sort();
  if (partial) {
    sorted.push('PartialSnapshot');
  }
  status.indications = sorted;
  status.sourceIndications = sorted.map(indication => ({
    indication,
    message: MESSAGES[indication],
  }));
}

function setVolumes(
  status: any,
  content: KubeObject,
  stateVolume: string | undefined,
): void {
  const captured = new Set(
    (content.spec.volumeBackups ?? []).map((backup: any) => backup.volumeName),
  );
  const volumes = [
    ...volumesOf(content.spec.source.virtualMachine),
    ...(stateVolume
      ? [{ name: stateVolume, persistentVolumeClaim: { claimName: 'state' } }]
      : []),
  ];
  const names = (chosen: any[]) => chosen.map(volume => volume.name);
  const included = volumes.filter(volume => captured.has(volume.name));
  const excluded = volumes.filter(volume => !captured.has(volume.name));
  status.snapshotVolumes = {
    ...(excluded.length > 0 && { excludedVolumes: names(excluded) }),
    ...(included.length > 0 && { includedVolumes: names(included) }),
  };
  if (excluded.some(volume => claimOf(volume) !== undefined)) {
    setIndications(status, ['PartialSnapshot']);
  }
}

/** The status that the snapshot controller would write now. */
export function nextStatus(input: StatusInput): any {
  const { snapshot, source, content, now } = input;
  const status = deepCopy(snapshot.status ?? {});
  const time = toKubeTime(now);
  const set = (type: string, value: 'True' | 'False', reason: string) => {
    status.conditions = withCondition(
      status.conditions,
      type,
      value,
      reason,
      time,
    );
  };
  const first = status.phase === undefined;
  status.phase ??= 'InProgress';
  status.readyToUse ??= false;
  if (source) {
    status.sourceUID = source.vm.metadata.uid;
  }
  if (content?.status) {
    status.virtualMachineSnapshotContentName = content.metadata.name;
  }
  if (status.phase === 'InProgress' && content?.status) {
    if (content.status.error) {
      status.error = content.status.error;
    } else {
      delete status.error;
    }
  }
  if (status.phase === 'InProgress' && source && !input.deleting) {
    if (!(input.deadlineExceeded && first)) {
      setIndications(status, currentIndications(source, status.error?.message));
    }
  }
  if (input.deleting) {
    status.phase = 'Deleting';
    set('Progressing', 'False', 'VM snapshot is deleting');
    set('Ready', 'False', 'Not ready');
    return status;
  }
  if (input.deadlineExceeded) {
    status.phase = 'Failed';
    set(
      'Progressing',
      'False',
      status.error ? 'In error state' : 'Operation failed',
    );
    set('Ready', 'False', 'Not ready');
    set('Failure', 'True', 'snapshot deadline exceeded');
    return status;
  }
  if (status.phase === 'InProgress' && content?.status?.creationTime) {
    status.phase = 'Succeeded';
    status.creationTime = content.status.creationTime;
    setVolumes(status, content, input.stateVolume);
  }
  if (status.phase === 'Succeeded') {
    status.readyToUse = content?.status?.readyToUse === true;
    set('Progressing', 'False', 'Operation complete');
  } else if (status.phase === 'InProgress') {
    const progress = input.progress ?? {
      locked: false,
      reason: 'Source not locked',
    };
    if (status.error) {
      set('Progressing', 'False', 'In error state');
    } else {
      set('Progressing', progress.locked ? 'True' : 'False', progress.reason);
    }
  }
  set(
    'Ready',
    status.readyToUse ? 'True' : 'False',
    status.readyToUse ? 'Ready' : 'Not ready',
  );
  return status;
}
