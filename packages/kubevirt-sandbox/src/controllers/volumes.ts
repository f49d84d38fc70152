// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';

/** A volume of a virtual machine with a claim behind it. */
export type ClaimVolume = { name: string; claim: string };

const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class';

export function volumesOf(vm: { spec?: any }): any[] {
  return vm.spec?.template?.spec?.volumes ?? [];
}

/** The claim behind a volume, or undefined for cloud-init and the like. */
export function claimOf(volume: any): string | undefined {
  return (
    volume.dataVolume?.name ??
    volume.persistentVolumeClaim?.claimName ??
    volume.memoryDump?.claimName
  );
}

export function claimVolumes(vm: { spec?: any }): ClaimVolume[] {
  return volumesOf(vm).flatMap(volume => {
    const claim = claimOf(volume);
    return claim ? [{ name: volume.name, claim }] : [];
  });
}

/** What capturing a volume of this class would use. */
export type SnapshotClassChoice =
  | { kind: 'found'; name: string }
  | { kind: 'none' }
  | { kind: 'ambiguous'; count: number };

/** KubeVirt's choice: the storage profile's class, else the driver's only one, else the default one. */
export function chooseSnapshotClass(
  store: ObjectStore,
  storageClass: string | undefined,
): SnapshotClassChoice {
  if (!storageClass) {
    return { kind: 'none' };
  }
  const profile = store.get(R.storageProfile, undefined, storageClass);
  const preferred = profile?.status?.snapshotClass;
  if (preferred) {
    return store.get(R.volumeSnapshotClass, undefined, preferred)
      ? { kind: 'found', name: preferred }
      : { kind: 'none' };
  }
  const provisioner = store.get(
    R.storageClass,
    undefined,
    storageClass,
  )?.provisioner;
  const matching = store
    .list(R.volumeSnapshotClass)
    .filter(entry => provisioner && entry.driver === provisioner);
  if (matching.length === 0) {
    return { kind: 'none' };
  }
  const chosen =
    matching.length === 1
      ? matching[0]
      : matching.find(
          entry => entry.metadata.annotations?.[DEFAULT_CLASS] !== undefined,
        );
  return chosen
    ? { kind: 'found', name: chosen.metadata.name! }
    : { kind: 'ambiguous', count: matching.length };
}

/** One entry of `VM.status.volumeSnapshotStatuses`. */
export function volumeSnapshotStatus(
  store: ObjectStore,
  vm: KubeObject,
  volume: any,
): { name: string; enabled: boolean; reason?: string } {
  const { name } = volume;
  const off = (reason: string) => ({ enabled: false, name, reason });
  const claim = claimOf(volume);
  if (!claim) {
    return off(
      `Snapshot is not supported for this volumeSource type [${name}]`,
    );
  }
  const pvc = store.get(R.pvc, vm.metadata.namespace, claim);
  if (!pvc) {
    return off('PVC not found');
  }
  const storageClass = pvc.spec.storageClassName;
  const choice = chooseSnapshotClass(store, storageClass);
  switch (choice.kind) {
    case 'found':
      return { enabled: true, name };
    case 'ambiguous':
      return off(
        `${choice.count} matching VolumeSnapshotClasses for ${storageClass}`,
      );
    default:
      return off(
        `No VolumeSnapshotClass: Volume snapshots are not configured for this StorageClass [${
          storageClass ?? ''
        }] [${name}]`,
      );
  }
}
