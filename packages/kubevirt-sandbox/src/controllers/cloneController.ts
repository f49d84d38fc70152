// SPDX-License-Identifier: Apache-2.0
import { hasBackendStorage } from '../api/backendStorage';
import { R } from '../api/resources';
import { ApiError } from '../api/status';
import { deepEqual } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { clonePatches } from './clonePatches';
import {
  BACKEND_STORAGE,
  CloneResult,
  contentTrouble,
  nextCloneStatus,
  working,
} from './cloneStatus';
import { controllerReference } from './clusterClient';
import { Controller, RetryLater } from './controller';
import { claimVolumes } from './volumes';

const COMPONENT = 'clone-controller';
/** VirtualMachineClones: a helper snapshot for machines, a helper restore for all. */
export class CloneController extends Controller {
  protected readonly resource = R.clone;

  protected related(event: StoreEvent): string[] {
    const { namespace, name } = event.object.metadata;
    const watched: string[] = [R.snapshot, R.restore, R.vm, R.pvc];
    if (!watched.includes(event.resource)) {
      return [];
    }
    return this.store
      .list(R.clone, namespace)
      .filter(clone => {
        const { source, target } = clone.spec;
        const { uid } = clone.metadata;
        return (
          event.resource === R.pvc ||
          name === source.name ||
          name === target.name ||
          name === `tmp-snapshot-${uid}` ||
          name === `tmp-restore-${uid}`
        );
      })
      .map(clone => objectKey(namespace, clone.metadata.name!));
  }

  protected reconcile(clone: KubeObject): void {
    if (clone.metadata.deletionTimestamp) {
      return;
    }
    if (clone.status?.phase !== 'Succeeded' && this.#refuses(clone)) {
      return;
    }
    switch (clone.status?.phase) {
      case 'Succeeded':
        this.#afterSuccess(clone);
        break;
      case 'Failed':
        // the reason lives for one reconcile only; a bug of the real thing that clients must live with
        this.#write(clone, working('Failed'));
        break;
      default:
        this.#work(clone);
    }
  }

  /** A machine with TPM or EFI state is refused anew on every look, so that here the reason stays. */
  #refuses(clone: KubeObject): boolean {
    const { namespace } = clone.metadata;
    const { kind, name } = clone.spec.source;
    const vm =
      kind === 'VirtualMachine'
        ? this.store.get(R.vm, namespace, name)
        : undefined;
    if (!hasBackendStorage(vm)) {
      return false;
    }
    const text = `${BACKEND_STORAGE}: VM ${namespace}/${name}`;
    const written = this.#write(clone, {
      phase: 'Failed',
      progressing: ['False', 'Failed'],
      ready: ['False', text],
    });
    if (written) {
      this.#event(clone, 'SourceVMWithBackendStorageInvalid', text);
    }
    return true;
  }

  #work(clone: KubeObject): void {
    const { namespace } = clone.metadata;
    const { source } = clone.spec;
    const snapshotName =
      source.kind === 'VirtualMachine'
        ? this.#helperSnapshot(clone)
        : source.name;
    if (!snapshotName) {
      return;
    }
    const snapshot = this.store.get(R.snapshot, namespace, snapshotName);
    if (!snapshot) {
      this.#pend(
        clone,
        'SourceDoesNotExist',
        `Source doesnt exist: VirtualMachineSnapshot ${namespace}/${snapshotName}`,
      );
      return;
    }
    const restoreName = `tmp-restore-${clone.metadata.uid}`;
    const restore = this.store.get(R.restore, namespace, restoreName);
    if (!restore && clone.status?.phase !== 'CreatingTargetVM') {
      this.#startRestore(clone, snapshot, restoreName);
      return;
    }
    if (!clone.status?.restoreName) {
      this.#write(clone, working('RestoreInProgress', { restoreName }));
      this.#event(
        clone,
        'RestoreCreated',
        `created restore ${restoreName} for clone ${clone.metadata.name}`,
      );
      return;
    }
    if (restore?.status?.complete) {
      this.#finish(clone, restore);
    }
  }

  /** The name of the snapshot of a machine, once there is one to wait for. */
  #helperSnapshot(clone: KubeObject): string | undefined {
    const { namespace, uid, name: cloneName } = clone.metadata;
    const { source } = clone.spec;
    const vm = this.store.get(R.vm, namespace, source.name);
    const name = `tmp-snapshot-${uid}`;
    if (this.store.get(R.snapshot, namespace, name)) {
      return name;
    }
    if (!vm) {
      this.#pend(
        clone,
        'SourceDoesNotExist',
        `Source doesnt exist: VirtualMachine ${namespace}/${source.name}`,
      );
      return undefined;
    }
    const claims = new Set(claimVolumes(vm).map(volume => volume.name));
    const unfit = (vm.status?.volumeSnapshotStatuses ?? []).find(
      (entry: any) => claims.has(entry.name) && !entry.enabled,
    );
    if (unfit) {
      this.#pend(
        clone,
        'VMVolumeSnapshotsInvalid',
        `Virtual Machine volume ${unfit.name} does not support snapshots`,
      );
      return undefined;
    }
    this.client.create(R.snapshot, {
      metadata: {
        name,
        namespace,
        ownerReferences: [controllerReference(clone)],
      },
      spec: {
        source: {
          apiGroup: 'kubevirt.io',
          kind: 'VirtualMachine',
          name: source.name,
        },
      },
    });
    this.#write(clone, working('SnapshotInProgress', { snapshotName: name }));
    this.#event(
      clone,
      'SnapshotCreated',
      `created snapshot ${name} for clone ${cloneName}`,
    );
    return undefined;
  }

  #startRestore(
    clone: KubeObject,
    snapshot: KubeObject,
    restoreName: string,
  ): void {
    const { namespace, name } = clone.metadata;
    const snapshotName = snapshot.metadata.name!;
    if (!snapshot.status?.readyToUse) {
      this.#write(
        clone,
        working('SnapshotInProgress', {
          snapshotName: clone.status?.snapshotName,
        }),
      );
      return;
    }
    const content = this.store.get(
      R.content,
      namespace,
      snapshot.status.virtualMachineSnapshotContentName ?? '',
    );
    const trouble = contentTrouble(snapshot, content);
    if (trouble) {
      this.#write(clone, {
        phase: 'Failed',
        progressing: ['False', 'Failed'],
        ready: ['False', trouble],
      });
      this.#event(clone, 'SnapshotContentInvalid', trouble);
      return;
    }
    this.#event(
      clone,
      'SnapshotReady',
      `snapshot ${snapshotName} for clone ${name} is ready to use`,
    );
    try {
      this.client.create(R.restore, {
        metadata: {
          name: restoreName,
          namespace,
          ownerReferences: [controllerReference(clone)],
        },
        spec: {
          target: clone.spec.target,
          virtualMachineSnapshotName: snapshotName,
          patches: clonePatches(clone, content!.spec.source.virtualMachine),
          ...(clone.spec.volumeNamePolicy && {
            volumeRestorePolicy: clone.spec.volumeNamePolicy,
          }),
        },
      });
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      this.client.event({
        on: clone,
        type: 'Warning',
        reason: 'RestoreCreationFailed',
        message: `failed creating restore ${restoreName} for clone ${name}: ${error.message}`,
        component: COMPONENT,
      });
      if (!this.#write(clone, working('RestoreInProgress'))) {
        throw error;
      }
      throw new RetryLater(error.message);
    }
  }

  #finish(clone: KubeObject, restore: KubeObject): void {
    const { name } = clone.metadata;
    const target = clone.spec.target.name;
    this.#event(
      clone,
      'RestoreReady',
      `restore ${restore.metadata.name} for clone ${name} is ready to use`,
    );
    this.#event(
      clone,
      'TargetVMCreated',
      `created target VM ${target} for clone ${name}`,
    );
    const bound = this.#areBound(restore);
    if (bound) {
      this.#cleanUp(clone, restore);
    }
    this.#write(clone, {
      phase: 'Succeeded',
      progressing: ['False', 'Ready'],
      ready: ['True', 'Ready'],
      more: {
        targetName: target,
        ...(bound && { restoreName: undefined, snapshotName: undefined }),
      },
    });
  }

  /** The helper goes when the last claim is bound; the clone goes with its machine. */
  #afterSuccess(clone: KubeObject): void {
    const { namespace, uid } = clone.metadata;
    if (!this.store.get(R.vm, namespace, clone.status.targetName)) {
      this.client.remove(R.clone, clone);
      return;
    }
    const restore = this.store.get(R.restore, namespace, `tmp-restore-${uid}`);
    if (clone.status.restoreName && (!restore || this.#areBound(restore))) {
      if (restore) {
        this.#cleanUp(clone, restore);
      }
      this.#write(clone, {
        phase: 'Succeeded',
        progressing: ['False', 'Ready'],
        ready: ['True', 'Ready'],
        more: { restoreName: undefined, snapshotName: undefined },
      });
    }
  }

  #areBound(restore: KubeObject): boolean {
    return (restore.status?.restores ?? []).every(
      (entry: any) =>
        this.store.get(
          R.pvc,
          restore.metadata.namespace,
          entry.persistentVolumeClaim,
        )?.status?.phase === 'Bound',
    );
  }

  #cleanUp(clone: KubeObject, restore: KubeObject): void {
    const { namespace, name, uid } = clone.metadata;
    this.client.remove(R.restore, restore);
    const snapshot = this.store.get(
      R.snapshot,
      namespace,
      `tmp-snapshot-${uid}`,
    );
    if (snapshot) {
      this.client.remove(R.snapshot, snapshot);
    }
    this.#event(clone, 'PVCBound', `all PVC for clone ${name} are bound`);
  }

  #pend(clone: KubeObject, reason: string, text: string): void {
    this.#write(clone, {
      progressing: ['False', 'Pending'],
      ready: ['False', text],
    });
    this.#event(clone, reason, text);
  }

  /** Failures are Normal events, too. */
  #event(clone: KubeObject, reason: string, message: string): void {
    this.client.event({
      on: clone,
      type: 'Normal',
      reason,
      message,
      component: COMPONENT,
    });
  }

  #write(clone: KubeObject, result: CloneResult): boolean {
    const status = nextCloneStatus(clone, result, this.clock.now());
    if (deepEqual(status, clone.status)) {
      return false;
    }
    this.client.changeStatus(R.clone, clone, copy => {
      copy.status = status;
    });
    return true;
  }
}
