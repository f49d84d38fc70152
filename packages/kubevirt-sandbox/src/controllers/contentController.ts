// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { ApiError } from '../api/status';
import { Subresources } from '../api/subresources';
import { toKubeTime } from '../clock';
import { deepEqual } from '../json';
import { objectKey } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import { Controller, ControllerContext } from './controller';
import { isTrue } from './kubeConditions';
import { SNAPSHOT_COMPONENT } from './snapshotController';
import { chooseSnapshotClass } from './volumes';

const FINALIZER = 'snapshot.kubevirt.io/vmsnapshotcontent-protection';
const FREEZE_RETRY_MS = 5000;
/** From the deletion of a content to the thaw, and from there to its end. */
const THAW_MS = 45;
const RELEASE_MS = 34;

type Backup = {
  volumeName: string;
  volumeSnapshotName: string;
  persistentVolumeClaim: KubeObject;
};

/** VirtualMachineSnapshotContents: freeze, one VolumeSnapshot per disk, thaw, readiness. */
export class ContentController extends Controller {
  protected readonly resource = R.content;
  readonly #subresources: Subresources;
  /** When a refused freeze or thaw may be tried again, by content uid. */
  readonly #retryAt = new Map<string, number>();
  readonly #endings = new Map<string, { due: number; thawed: boolean }>();

  constructor(
    context: ControllerContext,
    options: { subresources: Subresources },
  ) {
    super(context);
    this.#subresources = options.subresources;
  }

  protected related(event: StoreEvent): string[] {
    const { namespace } = event.object.metadata;
    if (event.resource === R.volumeSnapshot) {
      const owner = event.object.metadata.ownerReferences?.find(
        entry => entry.kind === 'VirtualMachineSnapshotContent',
      );
      return owner ? [objectKey(namespace, owner.name)] : [];
    }
    if (event.resource === R.snapshot) {
      const content = `vmsnapshot-content-${event.object.metadata.uid}`;
      return this.store.get(R.content, namespace, content)
        ? [objectKey(namespace, content)]
        : [];
    }
    return [];
  }

  protected deleted(content: KubeObject): void {
    this.#retryAt.delete(content.metadata.uid!);
    this.#endings.delete(content.metadata.uid!);
  }

  protected reconcile(content: KubeObject): number | undefined {
    const { namespace } = content.metadata;
    const snapshot = this.store.get(
      R.snapshot,
      namespace,
      content.spec.virtualMachineSnapshotName,
    );
    if (content.metadata.deletionTimestamp) {
      return this.#end(content);
    }
    const backups: Backup[] = content.spec.volumeBackups ?? [];
    if (backups.length === 0) {
      this.#writeStatus(content, {
        creationTime: content.status?.creationTime ?? this.#now(),
        readyToUse: true,
      });
      return undefined;
    }
    const retryAt = this.#retryAt.get(content.metadata.uid!);
    const wait = retryAt === undefined ? 0 : retryAt - this.clock.now();
    if (wait > 0) {
      this.#follow(content, backups, { error: content.status?.error });
      return wait;
    }
    const missing = backups.filter(
      backup =>
        !this.store.get(R.volumeSnapshot, namespace, backup.volumeSnapshotName),
    );
    const cut = Boolean(content.status?.creationTime);
    if (missing.length > 0 && !cut) {
      return this.#createVolumeSnapshots(content, snapshot, missing);
    }
    return this.#advance(content, backups, missing);
  }

  #createVolumeSnapshots(
    content: KubeObject,
    snapshot: KubeObject | undefined,
    missing: Backup[],
  ): number | undefined {
    if (!snapshot || snapshot.metadata.deletionTimestamp) {
      return undefined;
    }
    if (this.#isFreezable(content)) {
      const refused = this.#attempt(content, 'freeze');
      if (refused) {
        this.#writeStatus(content, {
          readyToUse: false,
          error: { message: refused, time: this.#now() },
        });
        return this.#retryLater(content);
      }
    }
    for (const backup of missing) {
      this.#createVolumeSnapshot(content, backup);
    }
    // the objects' own events bring this controller back for the first status
    return undefined;
  }

  #createVolumeSnapshot(content: KubeObject, backup: Backup): void {
    const { namespace } = content.metadata;
    const vm = content.spec.source.virtualMachine.metadata;
    const choice = chooseSnapshotClass(
      this.store,
      backup.persistentVolumeClaim.spec.storageClassName,
    );
    const created = this.client.create(R.volumeSnapshot, {
      metadata: {
        name: backup.volumeSnapshotName,
        namespace,
        labels: {
          'snapshot.kubevirt.io/source-vm-name': vm.name,
          'snapshot.kubevirt.io/source-vm-namespace': vm.namespace,
        },
        ownerReferences: [controllerReference(content)],
      },
      spec: {
        source: {
          persistentVolumeClaimName: backup.persistentVolumeClaim.metadata.name,
        },
        ...(choice.kind === 'found' && {
          volumeSnapshotClassName: choice.name,
        }),
      },
    });
    this.client.event({
      on: content,
      type: 'Normal',
      reason: 'SuccessfulVolumeSnapshotCreate',
      message: `Successfully created VolumeSnapshot ${created.metadata.name}`,
      component: SNAPSHOT_COMPONENT,
    });
  }

  #advance(
    content: KubeObject,
    backups: Backup[],
    missing: Backup[],
  ): number | undefined {
    const { namespace, uid } = content.metadata;
    if (missing.length > 0) {
      this.#reportMissing(content, missing);
      return undefined;
    }
    const snapshots = backups.map(
      backup =>
        this.store.get(R.volumeSnapshot, namespace, backup.volumeSnapshotName)!,
    );
    const failed = snapshots.find(entry => entry.status?.error);
    const allCut = snapshots.every(entry => entry.status?.creationTime);
    if (failed) {
      const message = `VolumeSnapshot ${failed.metadata.name} error: ${failed.status.error.message}`;
      const same = content.status?.error?.message === message;
      this.#follow(content, backups, {
        error: same ? content.status.error : { message, time: this.#now() },
      });
      return undefined;
    }
    if (!allCut || content.status?.creationTime) {
      this.#follow(content, backups, {
        creationTime: content.status?.creationTime,
      });
      return undefined;
    }
    if (this.#isFreezable(content)) {
      const refused = this.#attempt(content, 'unfreeze');
      if (refused) {
        this.#follow(content, backups, {
          error: { message: refused, time: this.#now() },
        });
        return this.#retryLater(content);
      }
    }
    this.#retryAt.delete(uid!);
    this.#follow(content, backups, { creationTime: this.#now() });
    return undefined;
  }

  #reportMissing(content: KubeObject, missing: Backup[]): void {
    const names = missing.map(backup => backup.volumeSnapshotName).join(',');
    const message = `VolumeSnapshots (${names}) missing`;
    if (content.status?.error?.message === message) {
      return;
    }
    for (const { volumeSnapshotName } of missing) {
      this.client.event({
        on: content,
        type: 'Warning',
        reason: 'VolumeSnapshotMissing',
        message: `VolumeSnapshot ${volumeSnapshotName} no longer exists`,
        component: SNAPSHOT_COMPONENT,
      });
    }
    this.#writeStatus(content, {
      ...content.status,
      readyToUse: false,
      error: { message, time: this.#now() },
    });
  }

  /** Copies the VolumeSnapshots' state disk by disk. */
  #follow(
    content: KubeObject,
    backups: Backup[],
    rest: { creationTime?: string; error?: object },
  ): void {
    const { namespace } = content.metadata;
    const entries = backups.flatMap(({ volumeSnapshotName }) => {
      const status = this.store.get(
        R.volumeSnapshot,
        namespace,
        volumeSnapshotName,
      )?.status;
      return [
        {
          ...(status?.creationTime && { creationTime: status.creationTime }),
          ...(status?.error && { error: status.error }),
          ...(status?.readyToUse !== undefined && {
            readyToUse: status.readyToUse,
          }),
          volumeSnapshotName,
        },
      ];
    });
    this.#writeStatus(content, {
      ...(rest.creationTime && { creationTime: rest.creationTime }),
      ...(rest.error && { error: rest.error }),
      readyToUse: entries.every(entry => entry.readyToUse === true),
      volumeSnapshotStatus: entries,
    });
  }

  #writeStatus(content: KubeObject, status: object): void {
    if (!deepEqual(content.status, status)) {
      this.client.changeStatus(R.content, content, copy => {
        copy.status = status;
      });
    }
  }

  #retryLater(content: KubeObject): number {
    this.#retryAt.set(
      content.metadata.uid!,
      this.clock.now() + FREEZE_RETRY_MS,
    );
    return FREEZE_RETRY_MS;
  }

  #vmi(content: KubeObject): KubeObject | undefined {
    const { namespace, name } = content.spec.source.virtualMachine.metadata;
    return this.store.get(R.vmi, namespace, name);
  }

  #isFreezable(content: KubeObject): boolean {
    const vmi = this.#vmi(content);
    return isTrue(vmi, 'AgentConnected') && !isTrue(vmi, 'Paused');
  }

  /** The text of the refusal, or undefined. */
  #attempt(
    content: KubeObject,
    action: 'freeze' | 'unfreeze',
  ): string | undefined {
    const { namespace, name } = content.spec.source.virtualMachine.metadata;
    try {
      this.#subresources.freeze(namespace, name, action);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) {
        return error.message;
      }
      throw error;
    }
  }

  /** An unfinished content of a guest with an agent is thawed first, which takes virt-api and the node a moment. */
  #end(content: KubeObject): number | undefined {
    const { uid } = content.metadata;
    const unfinished = !content.status?.creationTime;
    if (unfinished && this.#isFreezable(content)) {
      const now = this.clock.now();
      const ending = this.#endings.get(uid!);
      if (!ending) {
        this.#endings.set(uid!, { due: now + THAW_MS, thawed: false });
        return THAW_MS;
      }
      if (ending.due > now) {
        return ending.due - now;
      }
      if (!ending.thawed) {
        // KubeVirt only logs a guest that cannot be thawed here
        this.#attempt(content, 'unfreeze');
        this.#endings.set(uid!, { due: now + RELEASE_MS, thawed: true });
        return RELEASE_MS;
      }
    }
    this.client.removeFinalizer(R.content, content, FINALIZER);
    return undefined;
  }

  #now(): string {
    return toKubeTime(this.clock.now());
  }
}
