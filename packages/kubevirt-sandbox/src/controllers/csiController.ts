// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import type { KubeObject } from '../types';
import { Controller } from './controller';

const FINALIZER =
  'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection';
const NEVER = undefined;

/** external-snapshotter and the CSI driver behind it: cuts VolumeSnapshots and makes them ready. */
export class CsiController extends Controller {
  protected readonly resource = R.volumeSnapshot;
  /** When the driver will be done, by uid of the VolumeSnapshot and step. */
  readonly #due = new Map<string, number>();

  protected deleted(object: KubeObject): void {
    this.#due.delete(`${object.metadata.uid} cut`);
    this.#due.delete(`${object.metadata.uid} ready`);
    const content = this.store.get(
      R.volumeSnapshotContent,
      undefined,
      object.status?.boundVolumeSnapshotContentName ?? '',
    );
    if (content) {
      this.client.remove(R.volumeSnapshotContent, content);
    }
  }

  protected reconcile(object: KubeObject): number | undefined {
    const { finalizers, deletionTimestamp } = object.metadata;
    if (deletionTimestamp) {
      this.client.removeFinalizer(R.volumeSnapshot, object, FINALIZER);
      return NEVER;
    }
    if (!finalizers?.includes(FINALIZER)) {
      this.client.addFinalizer(R.volumeSnapshot, object, FINALIZER);
      return NEVER;
    }
    if (object.status?.readyToUse) {
      return NEVER;
    }
    return object.status?.creationTime
      ? this.#makeReady(object)
      : this.#cut(object);
  }

  #volume(object: KubeObject) {
    const namespace = object.metadata.namespace!;
    const claim = object.spec.source.persistentVolumeClaimName ?? '';
    const pvc = this.store.get(R.pvc, namespace, claim);
    return {
      namespace,
      claim,
      storageClass: pvc?.spec.storageClassName as string | undefined,
      size: pvc?.spec.resources?.requests?.storage ?? '1Gi',
      exists: pvc !== undefined,
    };
  }

  #cut(object: KubeObject): number | undefined {
    const volume = this.#volume(object);
    const { volumeFaults, conditions } = this.context;
    if (!volume.exists && object.spec.source.persistentVolumeClaimName) {
      this.#setError(
        object,
        `Failed to create snapshot content with error snapshot controller failed to update ${object.metadata.name} on API server: cannot get claim from snapshot`,
      );
      return 5000;
    }
    const fault = volumeFaults.find(['error', 'hang'], volume);
    if (fault?.mode === 'hang') {
      return NEVER;
    }
    if (fault) {
      this.#setError(
        object,
        fault.message ??
          'rpc error: code = ResourceExhausted desc = no space left in pool',
      );
      return 1000;
    }
    const wait = this.#wait(
      object,
      'cut',
      conditions.delays(volume.storageClass).cutMs,
    );
    if (wait > 0) {
      return wait;
    }
    const name =
      object.status?.boundVolumeSnapshotContentName ??
      `snapcontent-${object.metadata.uid}`;
    this.#createContent(object, name);
    this.client.changeStatus(R.volumeSnapshot, object, copy => {
      copy.status = {
        boundVolumeSnapshotContentName: name,
        creationTime: toKubeTime(this.clock.now()),
        readyToUse: false,
        restoreSize: volume.size,
      };
    });
    return NEVER;
  }

  #makeReady(object: KubeObject): number | undefined {
    const volume = this.#volume(object);
    const { volumeFaults, conditions } = this.context;
    if (volumeFaults.find(['never-ready'], volume)) {
      return NEVER;
    }
    const wait = this.#wait(
      object,
      'ready',
      conditions.delays(volume.storageClass).readyMs,
    );
    if (wait > 0) {
      return wait;
    }
    this.client.changeStatus(R.volumeSnapshot, object, copy => {
      copy.status.readyToUse = true;
    });
    return NEVER;
  }

  /** Milliseconds left of a delay that begins when it is first asked for. */
  #wait(object: KubeObject, step: string, delayMs: number): number {
    const key = `${object.metadata.uid} ${step}`;
    const due =
      this.#due.get(key) ?? this.clock.now() + delayMs / this.context.speed;
    this.#due.set(key, due);
    return due - this.clock.now();
  }

  #setError(object: KubeObject, message: string): void {
    if (object.status?.error?.message === message) {
      return;
    }
    this.client.changeStatus(R.volumeSnapshot, object, copy => {
      copy.status = {
        boundVolumeSnapshotContentName: `snapcontent-${object.metadata.uid}`,
        ...copy.status,
        readyToUse: false,
        error: { message, time: toKubeTime(this.clock.now()) },
      };
    });
  }

  #createContent(object: KubeObject, name: string): void {
    if (this.store.get(R.volumeSnapshotContent, undefined, name)) {
      return;
    }
    const { namespace, uid } = object.metadata;
    const snapshotClass = this.store.get(
      R.volumeSnapshotClass,
      undefined,
      object.spec.volumeSnapshotClassName ?? '',
    );
    this.client.create(R.volumeSnapshotContent, {
      metadata: { name },
      spec: {
        deletionPolicy: snapshotClass?.deletionPolicy ?? 'Delete',
        driver: snapshotClass?.driver ?? '',
        source: { volumeHandle: `volume-${uid}` },
        volumeSnapshotClassName: object.spec.volumeSnapshotClassName,
        volumeSnapshotRef: {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshot',
          name: object.metadata.name,
          namespace,
          uid,
        },
      },
    });
  }
}
