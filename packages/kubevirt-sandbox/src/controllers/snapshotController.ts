// SPDX-License-Identifier: Apache-2.0
import { parseGoDuration } from '../api/duration';
import {
  hasBackendStorage,
  stateClaimOf,
  stateVolumeOf,
} from '../api/backendStorage';
import { R } from '../api/resources';
import { deepEqual } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { Controller } from './controller';
import { SnapshotSource } from './snapshotSource';
import { nextStatus, StatusInput } from './snapshotStatus';

const FINALIZER = 'snapshot.kubevirt.io/vmsnapshot-protection';
const CONTENT_FINALIZER = 'snapshot.kubevirt.io/vmsnapshotcontent-protection';
const LOCK_RETRY_MS = 5000;
const DEFAULT_DEADLINE_MS = 5 * 60_000;

export const SNAPSHOT_COMPONENT = 'snapshot-controller';

/** Milliseconds; 0 means that there is no deadline. */
export function deadlineOf(snapshot: KubeObject): number {
  const text = snapshot.spec.failureDeadline;
  return text === undefined ? DEFAULT_DEADLINE_MS : parseGoDuration(text);
}

function isOpen(snapshot: KubeObject): boolean {
  return !['Succeeded', 'Failed'].includes(snapshot.status?.phase);
}

export function contentNameOf(snapshot: KubeObject): string {
  return `vmsnapshot-content-${snapshot.metadata.uid}`;
}

/**
 * VirtualMachineSnapshots: finalizer, first status, lock of the VM, content, success, unlock. Freezing and
 * VolumeSnapshots are the content controller's.
 */
export class SnapshotController extends Controller {
  protected readonly resource = R.snapshot;
  readonly #bySource = this.store.index(R.snapshot, ({ metadata, spec }) => [
    objectKey(metadata.namespace, spec.source.name),
  ]);

  protected related(event: StoreEvent): string[] {
    const { namespace, name } = event.object.metadata;
    if (event.resource === R.content) {
      return [
        objectKey(namespace, event.object.spec.virtualMachineSnapshotName),
      ];
    }
    if (event.resource !== R.vm && event.resource !== R.vmi) {
      return [];
    }
    const holders = [
      event.object.status?.snapshotInProgress,
      event.previous?.status?.snapshotInProgress,
    ];
    return this.#bySource
      .get(objectKey(namespace, name!))
      .filter(
        snapshot =>
          isOpen(snapshot) ||
          holders.includes(snapshot.metadata.name) ||
          (event.resource === R.vm &&
            snapshot.status?.sourceUID !== event.object.metadata.uid),
      )
      .map(({ metadata }) => objectKey(metadata.namespace, metadata.name!));
  }

  protected reconcile(snapshot: KubeObject): number | undefined {
    const { metadata } = snapshot;
    const source = this.#source(snapshot);
    const content = this.store.get(
      R.content,
      metadata.namespace,
      contentNameOf(snapshot),
    );
    if (metadata.deletionTimestamp) {
      this.#delete(snapshot, source, content);
      return undefined;
    }
    const remaining = this.#remaining(snapshot);
    if (isOpen(snapshot) && remaining <= 0) {
      return this.#fail(snapshot, source, content);
    }
    if (!isOpen(snapshot)) {
      this.#settle(snapshot, source, content);
      return undefined;
    }
    const again = this.#progress(snapshot, source, content);
    const due = Number.isFinite(remaining) ? remaining : undefined;
    return again ?? due;
  }

  #source(snapshot: KubeObject): SnapshotSource | undefined {
    const vm = this.store.get(
      R.vm,
      snapshot.metadata.namespace,
      snapshot.spec.source.name,
    );
    return (
      vm && new SnapshotSource({ store: this.store, client: this.client, vm })
    );
  }

  #remaining(snapshot: KubeObject): number {
    const deadline = deadlineOf(snapshot);
    return deadline === 0
      ? Infinity
      : Date.parse(snapshot.metadata.creationTimestamp!) +
          deadline -
          this.clock.now();
  }

  /** True when something was written. */
  #writeStatus(input: Omit<StatusInput, 'now' | 'stateVolume'>): boolean {
    const status = nextStatus({
      ...input,
      now: this.clock.now(),
      stateVolume: this.#stateVolume(input.content),
    });
    if (deepEqual(status, input.snapshot.status)) {
      return false;
    }
    this.client.changeStatus(R.snapshot, input.snapshot, copy => {
      copy.status = status;
    });
    return true;
  }

  /** As KubeVirt looks for it: what was captured says that there is state, the claim of this moment that it is listed. */
  #stateVolume(content: KubeObject | undefined): string | undefined {
    const captured = content?.spec.source.virtualMachine;
    if (!hasBackendStorage(captured)) {
      return undefined;
    }
    const { namespace, name } = captured.metadata;
    return stateClaimOf(this.store, namespace, name)
      ? stateVolumeOf(name)
      : undefined;
  }

  #progress(
    snapshot: KubeObject,
    source: SnapshotSource | undefined,
    content: KubeObject | undefined,
  ): number | undefined {
    const { name, finalizers } = snapshot.metadata;
    if (!finalizers?.includes(FINALIZER)) {
      this.client.addFinalizer(R.snapshot, snapshot, FINALIZER);
      return undefined;
    }
    const say = (locked: boolean, reason: string) =>
      this.#writeStatus({
        snapshot,
        source,
        content,
        progress: { locked, reason },
      });
    if (!source) {
      say(false, 'Source does not exist');
      return undefined;
    }
    if (!snapshot.status) {
      say(false, 'Source not locked');
      return undefined;
    }
    if (!source.isLockedBy(name!)) {
      const refusal = source.refusal(name!);
      if (refusal !== undefined) {
        say(false, `Source not locked${refusal}`);
        // only then: the deadline, too, is looked at no more often than this
        return LOCK_RETRY_MS;
      }
      source.lockStep(name!);
      return undefined;
    }
    if (!say(true, 'Source locked and operation in progress') && !content) {
      this.#createContent(snapshot, source);
    }
    return undefined;
  }

  #createContent(snapshot: KubeObject, source: SnapshotSource): void {
    const { namespace } = snapshot.metadata;
    const name = contentNameOf(snapshot);
    this.client.create(R.content, {
      metadata: { name, namespace, finalizers: [CONTENT_FINALIZER] },
      spec: source.capture(snapshot),
    });
    this.client.event({
      on: snapshot,
      type: 'Normal',
      reason: 'SuccessfulVirtualMachineSnapshotContentCreate',
      message: `Successfully created VirtualMachineSnapshotContent ${name}`,
      component: SNAPSHOT_COMPONENT,
    });
  }

  /** Deadline: content first, then the verdict; without a content the lock goes first. */
  #fail(
    snapshot: KubeObject,
    source: SnapshotSource | undefined,
    content: KubeObject | undefined,
  ): number | undefined {
    if (content && !content.metadata.deletionTimestamp) {
      this.client.remove(R.content, content);
    } else if (!content && source?.unlockStep(snapshot.metadata.name!)) {
      return 0;
    }
    this.#writeStatus({ snapshot, source, content, deadlineExceeded: true });
    return undefined;
  }

  /** Succeeded or Failed: follow the content, give the lock back. A failed one does not wait for its content to go. */
  #settle(
    snapshot: KubeObject,
    source: SnapshotSource | undefined,
    content: KubeObject | undefined,
  ): void {
    const failed = snapshot.status.phase === 'Failed';
    const written = this.#writeStatus({
      snapshot,
      source,
      content: failed ? undefined : content,
      deadlineExceeded: failed,
    });
    if (!written) {
      source?.unlockStep(snapshot.metadata.name!);
    }
  }

  #delete(
    snapshot: KubeObject,
    source: SnapshotSource | undefined,
    content: KubeObject | undefined,
  ): void {
    const { name, finalizers } = snapshot.metadata;
    const { deletionPolicy } = snapshot.spec;
    const open = isOpen(snapshot);
    const removeContent =
      open || deletionPolicy === undefined || deletionPolicy === 'Delete';
    if (content && removeContent && !content.metadata.deletionTimestamp) {
      this.client.remove(R.content, content);
      if (!open) {
        this.enqueue(objectKey(snapshot.metadata.namespace, name!));
        return;
      }
    }
    if (open && snapshot.status?.phase === 'InProgress') {
      this.#writeStatus({ snapshot, source, content, deleting: true });
      return;
    }
    if (open && content) {
      return;
    }
    if (!source?.unlockStep(name!) && finalizers?.includes(FINALIZER)) {
      this.client.removeFinalizer(R.snapshot, snapshot, FINALIZER);
    }
  }
}
