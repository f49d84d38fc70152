// SPDX-License-Identifier: Apache-2.0
import {
  CLEANUP_LABEL,
  hasBackendStorage,
  STATE_LABEL,
  stateClaimOf,
  stateVolumeOf,
} from '../api/backendStorage';
import { R } from '../api/resources';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import type { ClusterClient } from './clusterClient';
import type { ControllerContext } from './controller';
import type { VolumeRestore } from './restoreVolumes';

/** TPM or EFI state of a restore: no volume names its claim, a label does. */
export class RestoreState {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;

  constructor({ store, client }: ControllerContext) {
    this.#store = store;
    this.#client = client;
  }

  /**
   * Hands the label over from the machine's claim to the restored one, once that is there and before the machine is
   * switched. State that was not captured stays as it is. True when it wrote something.
   *
   * @throws Error where no claim bears the label, though state was captured: also in a restore in place, whose claim is
   *   made without it
   */
  replace(restore: KubeObject, content: KubeObject): boolean {
    const captured = content.spec.source.virtualMachine;
    const { namespace } = restore.metadata;
    const { name } = captured.metadata;
    const volume = stateVolumeOf(name);
    const entry = (restore.status.restores as VolumeRestore[]).find(
      ({ volumeName }) => volumeName === volume,
    );
    if (!hasBackendStorage(captured) || !entry) {
      return false;
    }
    const current = stateClaimOf(this.#store, namespace, name);
    if (!current) {
      throw new Error('no backend PVC when there should be one');
    }
    if (current.metadata.name === entry.persistentVolumeClaim) {
      return false;
    }
    this.#relabel(current, labels => {
      delete labels[STATE_LABEL];
      labels[CLEANUP_LABEL] = volume;
    });
    this.#relabel(
      this.#store.get(R.pvc, namespace, entry.persistentVolumeClaim)!,
      labels => {
        labels[STATE_LABEL] = name;
      },
    );
    return true;
  }

  /** Deletes the claim that was replaced. True when it wrote something. */
  cleanUp(restore: KubeObject, target: KubeObject): boolean {
    const { namespace } = restore.metadata;
    const volume = stateVolumeOf(restore.spec.target.name);
    const old = hasBackendStorage(target)
      ? this.#store
          .list(R.pvc, namespace)
          .filter(
            ({ metadata }) =>
              metadata.labels?.[CLEANUP_LABEL] === volume &&
              !metadata.deletionTimestamp,
          )
      : [];
    old.forEach(claim => this.#client.remove(R.pvc, claim));
    return old.length > 0;
  }

  #relabel(
    claim: KubeObject,
    change: (labels: Record<string, string>) => void,
  ): void {
    this.#client.change(R.pvc, claim, copy => {
      copy.metadata.labels = { ...copy.metadata.labels };
      change(copy.metadata.labels);
    });
  }
}
