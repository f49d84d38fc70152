// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { deepCopy } from '../json';
import { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { ClusterClient, controllerReference } from './clusterClient';
import type { ControllerContext } from './controller';
import {
  claimName,
  LAST_RESTORE,
  OWNED_BY_VM,
  POPULATED_FOR,
  PRE_POPULATED,
  RESTORE_NAME,
  restoredClaim,
  restoreId,
  VolumeRestore,
} from './restoreVolumes';
import { volumesOf } from './volumes';

const ALLOW_ADOPTION = 'cdi.kubevirt.io/allowClaimAdoption';
const FILLED = ['Succeeded', 'WaitForFirstConsumer', 'PendingPopulation'];

/** Claims and DataVolumes of a restore. */
export class RestoreDisks {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;
  /** Restores that have shown, or are showing, the harmless error of a claim made twice. */
  readonly #flash = new Map<string, 'shown' | 'over'>();

  constructor(context: ControllerContext) {
    this.#store = context.store;
    this.#client = context.client;
  }

  forget(restore: KubeObject): void {
    this.#flash.delete(restore.metadata.uid!);
  }

  /** `status.restores` before anything exists. */
  plan(restore: KubeObject, content: KubeObject): VolumeRestore[] {
    const dumps = new Set(
      volumesOf(content.spec.source.virtualMachine)
        .filter(volume => volume.memoryDump)
        .map(volume => volume.name),
    );
    return this.#backups(content)
      .filter(backup => !dumps.has(backup.volumeName))
      .map(backup => ({
        persistentVolumeClaim: claimName(restore, backup),
        volumeName: backup.volumeName,
        volumeSnapshotName: backup.volumeSnapshotName,
      }));
  }

  /**
   * Creates what is missing. True when all claims are bound or will be with their first consumer.
   * @throws Error in KubeVirt's words
   */
  areBound(
    restore: KubeObject,
    content: KubeObject,
    target: KubeObject | undefined,
  ): boolean {
    const entries: VolumeRestore[] = restore.status.restores;
    const inPlace = restore.spec.volumeRestorePolicy === 'InPlace';
    if (inPlace && !this.#makeRoom(restore, content)) {
      return false;
    }
    let created = false;
    let waiting = false;
    for (const entry of entries) {
      const pvc = this.#claim(restore, entry);
      if (!pvc) {
        this.#create(restore, content, entry, target);
        created = true;
      } else if (pvc.status?.phase === 'Lost') {
        throw new Error(
          `PVC ${pvc.metadata.namespace}/${pvc.metadata.name} in status "Lost"`,
        );
      } else if (pvc.status?.phase !== 'Bound') {
        waiting ||= !this.#waitsForConsumer(pvc);
      }
    }
    if (created) {
      return false;
    }
    this.#maybeFlash(restore, entries);
    return !waiting && this.#release(restore, content);
  }

  /** InPlace, and claims of the time before are still there. */
  hasOriginals(restore: KubeObject): boolean {
    return (
      restore.spec.volumeRestorePolicy === 'InPlace' &&
      restore.status.restores.some((entry: VolumeRestore) => {
        const pvc = this.#claim(restore, entry);
        return (
          pvc &&
          !pvc.metadata.deletionTimestamp &&
          pvc.metadata.annotations?.[LAST_RESTORE] !== restoreId(restore)
        );
      })
    );
  }

  withDataVolumes(restore: KubeObject, content: KubeObject): VolumeRestore[] {
    return restore.status.restores.map((entry: VolumeRestore) => {
      const name = this.#dataVolumeName(content, entry);
      return name ? { dataVolumeName: name, ...entry } : entry;
    });
  }

  /** Makes one missing DataVolume; true when it did. */
  createDataVolumes(restore: KubeObject, content: KubeObject): boolean {
    const { namespace, name } = restore.metadata;
    const captured = content.spec.source.virtualMachine;
    for (const entry of restore.status.restores as VolumeRestore[]) {
      const missing =
        entry.dataVolumeName &&
        !this.#store.get(R.dataVolume, namespace, entry.dataVolumeName);
      if (missing) {
        const volume = volumesOf(captured).find(
          candidate => candidate.name === entry.volumeName,
        );
        const template = captured.spec.dataVolumeTemplates.find(
          (candidate: any) =>
            candidate.metadata.name === volume.dataVolume.name,
        );
        this.#client.create(R.dataVolume, {
          metadata: {
            name: entry.dataVolumeName,
            namespace,
            ...(template.metadata.labels && {
              labels: template.metadata.labels,
            }),
            annotations: {
              ...template.metadata.annotations,
              [ALLOW_ADOPTION]: 'true',
              [PRE_POPULATED]: 'true',
              [RESTORE_NAME]: name!,
            },
          },
          spec: deepCopy(template.spec),
        });
        return true;
      }
    }
    return false;
  }

  areFilled(restore: KubeObject): boolean {
    return restore.status.restores.every(
      (entry: VolumeRestore) =>
        !entry.dataVolumeName ||
        FILLED.includes(
          this.#store.get(
            R.dataVolume,
            restore.metadata.namespace,
            entry.dataVolumeName,
          )?.status?.phase,
        ),
    );
  }

  /** Templated DataVolumes of the target that the new spec no longer names. */
  obsoleteDataVolumes(restore: KubeObject, target: KubeObject): string[] {
    const kept = new Set(
      restore.status.restores.map(
        (entry: VolumeRestore) => entry.dataVolumeName,
      ),
    );
    return (target.spec.dataVolumeTemplates ?? [])
      .map((template: any) => template.metadata.name)
      .filter((name: string) => !kept.has(name));
  }

  /** After the switch: owners of the new disks, end of the old ones. True when it wrote something. */
  handOver(restore: KubeObject, target: KubeObject): boolean {
    const { namespace } = restore.metadata;
    for (const entry of restore.status.restores as VolumeRestore[]) {
      const dataVolume =
        entry.dataVolumeName &&
        this.#store.get(R.dataVolume, namespace, entry.dataVolumeName);
      if (dataVolume && !dataVolume.metadata.ownerReferences?.length) {
        this.#client.change(R.dataVolume, dataVolume, copy => {
          copy.metadata.ownerReferences = [controllerReference(target)];
        });
        return true;
      }
      const pvc = this.#claim(restore, entry);
      if (pvc?.metadata.annotations?.[OWNED_BY_VM]) {
        this.#client.change(R.pvc, pvc, copy => {
          delete copy.metadata.annotations![OWNED_BY_VM];
          copy.metadata.ownerReferences = [controllerReference(target)];
        });
        return true;
      }
    }
    for (const name of restore.status.deletedDataVolumes ?? []) {
      const old = this.#store.get(R.dataVolume, namespace, name);
      if (old && !old.metadata.deletionTimestamp) {
        this.#client.remove(R.dataVolume, old);
        return true;
      }
    }
    return false;
  }

  #backups(content: KubeObject): any[] {
    return content.spec.volumeBackups ?? [];
  }

  #claim(restore: KubeObject, entry: VolumeRestore) {
    return this.#store.get(
      R.pvc,
      restore.metadata.namespace,
      entry.persistentVolumeClaim,
    );
  }

  #create(
    restore: KubeObject,
    content: KubeObject,
    entry: VolumeRestore,
    target: KubeObject | undefined,
  ): void {
    const volumeSnapshot = this.#store.get(
      R.volumeSnapshot,
      restore.metadata.namespace,
      entry.volumeSnapshotName,
    );
    if (!volumeSnapshot) {
      throw new Error(`missing volumeSnapshot ${entry.volumeSnapshotName}`);
    }
    const backup = this.#backups(content).find(
      candidate => candidate.volumeName === entry.volumeName,
    );
    this.#client.create(
      R.pvc,
      restoredClaim({
        restore,
        content,
        backup,
        entry,
        volumeSnapshot,
        target,
      }),
    );
  }

  /** InPlace: marks the DataVolumes, then deletes the original claims. True when there is nothing in the way. */
  #makeRoom(restore: KubeObject, content: KubeObject): boolean {
    const { namespace, name } = restore.metadata;
    let free = true;
    for (const entry of restore.status.restores as VolumeRestore[]) {
      const claim = entry.persistentVolumeClaim;
      const dvName = this.#dataVolumeName(content, entry);
      const dv = dvName && this.#store.get(R.dataVolume, namespace, dvName);
      if (dv && dv.metadata.annotations?.[RESTORE_NAME] !== name) {
        this.#client.change(R.dataVolume, dv, copy => {
          copy.metadata.annotations = {
            ...copy.metadata.annotations,
            [ALLOW_ADOPTION]: 'true',
            [PRE_POPULATED]: claim,
            [RESTORE_NAME]: name!,
          };
        });
      }
      const pvc = this.#claim(restore, entry);
      const isOriginal =
        pvc && pvc.metadata.annotations?.[LAST_RESTORE] !== restoreId(restore);
      if (isOriginal) {
        free = false;
        if (!pvc.metadata.deletionTimestamp) {
          this.#client.remove(R.pvc, pvc);
        }
      }
    }
    return free;
  }

  /** Claims of templated disks leave the machine, so that their DataVolume can have them. True when all have. */
  #release(restore: KubeObject, content: KubeObject): boolean {
    for (const entry of restore.status.restores as VolumeRestore[]) {
      const pvc = this.#claim(restore, entry)!;
      const name = this.#dataVolumeName(content, entry);
      const mine =
        pvc.metadata.annotations?.[LAST_RESTORE] === restoreId(restore);
      if (name && mine && !pvc.metadata.annotations?.[POPULATED_FOR]) {
        this.#client.change(R.pvc, pvc, copy => {
          delete copy.metadata.ownerReferences;
          copy.metadata.annotations![POPULATED_FOR] = name;
        });
        return false;
      }
    }
    return true;
  }

  /** The DataVolume of a restored disk; only disks from dataVolumeTemplates have one. */
  #dataVolumeName(
    content: KubeObject,
    entry: VolumeRestore,
  ): string | undefined {
    const captured = content.spec.source.virtualMachine;
    const volume = volumesOf(captured).find(
      candidate => candidate.name === entry.volumeName,
    );
    const templated = (captured.spec.dataVolumeTemplates ?? []).some(
      (template: any) => template.metadata.name === volume?.dataVolume?.name,
    );
    return templated ? entry.persistentVolumeClaim : undefined;
  }

  #waitsForConsumer(pvc: KubeObject): boolean {
    const name = pvc.spec.storageClassName;
    const storageClass = this.#store.get(R.storageClass, undefined, name);
    if (!storageClass) {
      throw new Error(`StorageClass ${name} does not exist`);
    }
    return storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  }

  /**
   * Three restores in ten run once more before their cache knows the claims just made: an error for some milliseconds.
   * Clients must not take it seriously, so it is here.
   */
  #maybeFlash(restore: KubeObject, entries: VolumeRestore[]): void {
    const uid = restore.metadata.uid!;
    const state = this.#flash.get(uid);
    if (state === 'shown') {
      this.#flash.set(uid, 'over');
    } else if (state === undefined) {
      const flashes = parseInt(uid.slice(0, 2), 16) % 10 < 3;
      this.#flash.set(uid, flashes ? 'shown' : 'over');
      const last = entries[entries.length - 1];
      if (
        flashes &&
        last &&
        this.#claim(restore, last)?.status?.phase !== 'Bound'
      ) {
        throw new Error(
          `persistentvolumeclaims "${last.persistentVolumeClaim}" already exists`,
        );
      }
    }
  }
}
