// SPDX-License-Identifier: Apache-2.0
import type { CapturedContent, CapturedDisk } from '../cluster/types';
import { projectConfiguration } from './configuration';
import { parseQuantity } from './quantity';
import { at, object, objects, Raw, textAt } from './raw';

const MAX_DISKS = 256;

/** Names of the VolumeSnapshots behind a content. */
export function volumeSnapshotNames(content: Raw): string[] {
  return objects(at(content, 'spec', 'volumeBackups'), MAX_DISKS)
    .map(backup => textAt(backup, ['volumeSnapshotName'], 253))
    .filter((name): name is string => name !== undefined);
}

function projectDisk(
  backup: Raw,
  statuses: Map<string, Raw>,
  volumeSnapshots: Map<string, Raw>,
): CapturedDisk {
  const volumeSnapshotName = textAt(backup, ['volumeSnapshotName'], 253);
  const status = statuses.get(volumeSnapshotName ?? '');
  const live = volumeSnapshots.get(volumeSnapshotName ?? '');
  const claim = object(backup.persistentVolumeClaim);
  const ready = at(live, 'status', 'readyToUse') ?? status?.readyToUse;
  const gone =
    volumeSnapshotName && !live
      ? 'The VolumeSnapshot of this disk is gone'
      : undefined;
  return {
    name: textAt(backup, ['volumeName']) ?? '',
    claimName: textAt(claim, ['metadata', 'name']),
    storageClass: textAt(claim, ['spec', 'storageClassName']),
    capacityBytes: parseQuantity(
      at(claim, 'spec', 'resources', 'requests', 'storage'),
    ),
    restoreBytes: parseQuantity(at(live, 'status', 'restoreSize')),
    cutAt:
      textAt(live, ['status', 'creationTime'], 64) ??
      textAt(status, ['creationTime'], 64),
    ready: typeof ready === 'boolean' ? ready : undefined,
    problem:
      textAt(live, ['status', 'error', 'message'], 2048) ??
      textAt(status, ['error', 'message'], 2048) ??
      gone,
    volumeSnapshotName,
  };
}

/**
 * The one allow-list projection of a captured configuration: all of a
 * VirtualMachineSnapshotContent that ever leaves the cluster service.
 *
 * @param volumeSnapshots - its VolumeSnapshots as they are now, by name;
 *   one that is missing is gone
 */
export function projectContent(
  content: Raw,
  volumeSnapshots: Map<string, Raw>,
): CapturedContent {
  const vm = object(at(content, 'spec', 'source', 'virtualMachine'));
  const statuses = new Map(
    objects(at(content, 'status', 'volumeSnapshotStatus'), MAX_DISKS).map(
      s => [textAt(s, ['volumeSnapshotName'], 253) ?? '', s] as const,
    ),
  );
  return {
    vmUid: textAt(vm, ['metadata', 'uid'], 64),
    // KubeVirt keeps them in random order.
    disks: objects(at(content, 'spec', 'volumeBackups'), MAX_DISKS)
      .map(backup => projectDisk(backup, statuses, volumeSnapshots))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    configuration: projectConfiguration(vm),
  };
}
