// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import { DEFAULT_GUEST } from '../faults/conditions';
import type { KubeObject } from '../types';
import { controllerReference } from './clusterClient';
import type { ControllerContext } from './controller';

const COMPONENT = 'virtualmachine-controller';

/** What the steps of the node take; a dump's own time is the guest's. */
const ATTACH_MS = 4;
const MOUNT_MS = 40;

/** `web-01-dump-1-20261122-090423.memory.dump` */
function fileName(vmi: KubeObject, claim: string, now: number): string {
  const time = toKubeTime(now).replace(/[-:Z]/g, '').replace('T', '-');
  return `${vmi.metadata.name}-${claim}-${time}.memory.dump`;
}

/**
 * Mounts the claims that a running instance is given for its memory, dumps it there and takes them away again: attachment
 * pods and virt-handler in one. Every step is a write to `VMI.status.volumeStatus`.
 */
export class HotplugSteps {
  readonly #context: ControllerContext;
  /** When a step began, by uid of the instance, volume and phase. */
  readonly #begun = new Map<string, number>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  forget(vmi: KubeObject): void {
    for (const key of this.#begun.keys()) {
      if (key.startsWith(`${vmi.metadata.uid} `)) {
        this.#begun.delete(key);
      }
    }
  }

  /** Makes the next write; milliseconds to wait, or undefined. */
  next(vmi: KubeObject, launcher: KubeObject | undefined): number | undefined {
    const volumes: any[] = (vmi.spec.volumes ?? []).filter(
      (volume: any) => volume.memoryDump,
    );
    const statuses: any[] = vmi.status.volumeStatus ?? [];
    const gone = statuses.find(
      status =>
        status.memoryDumpVolume &&
        !volumes.some(volume => volume.name === status.name),
    );
    if (gone) {
      this.#detach(vmi, gone);
      return undefined;
    }
    for (const volume of volumes) {
      const status = statuses.find(entry => entry.name === volume.name);
      const wait = this.#advance(vmi, launcher, volume, status);
      if (wait !== 'nothing') {
        return wait;
      }
    }
    return undefined;
  }

  #advance(
    vmi: KubeObject,
    launcher: KubeObject | undefined,
    { name, memoryDump: { claimName } }: any,
    status: any,
  ): number | undefined | 'nothing' {
    const write = (more: object) =>
      this.#write(vmi, name, { ...status, name, target: '', ...more });
    const key = (phase: string) => `${vmi.metadata.uid} ${name} ${phase}`;
    // a volume that the instance started with has no status of a hot-plugged one yet
    const phase = status?.memoryDumpVolume && status.phase;
    switch (phase) {
      case undefined: {
        const wait = this.#remaining(key('new'), ATTACH_MS);
        return wait > 0
          ? wait
          : write(this.#attach(vmi, launcher, name, claimName));
      }
      case 'AttachedToNode':
      case 'MountedToPod': {
        const wait = this.#remaining(key(phase), MOUNT_MS);
        if (wait > 0) {
          return wait;
        }
        return phase === 'AttachedToNode'
          ? write({
              message: `Volume ${name} has been mounted in virt-launcher pod`,
              phase: 'MountedToPod',
              reason: 'VolumeMountedToPod',
            })
          : write({
              memoryDumpVolume: {
                claimName,
                targetFileName: fileName(vmi, claimName, this.#now()),
              },
              message: `Memory dump Volume ${name} is attached, getting memory dump`,
              phase: 'MemoryDumpInProgress',
            });
      }
      case 'MemoryDumpInProgress':
        return this.#dump(vmi, status, key(phase), write);
      default:
        return 'nothing';
    }
  }

  #dump(
    vmi: KubeObject,
    status: any,
    key: string,
    write: (more: object) => undefined,
  ): number | undefined {
    const { namespace, name } = vmi.metadata;
    const { dumpMs, dumpError } = {
      ...DEFAULT_GUEST,
      ...this.#context.conditions.guest(namespace!, name!),
    };
    const begun = this.#begun.get(key) ?? this.#now();
    const wait = this.#remaining(key, dumpMs / this.#context.speed);
    if (wait > 0) {
      return wait;
    }
    return write({
      memoryDumpVolume: {
        ...status.memoryDumpVolume,
        startTimestamp: toKubeTime(begun),
        endTimestamp: toKubeTime(this.#now()),
      },
      message: dumpError
        ? `Memory dump to pvc ${status.name} failed: ${dumpError}`
        : `Memory dump to Volume ${status.name} has completed successfully`,
      phase: dumpError ? 'MemoryDumpFailed' : 'MemoryDumpCompleted',
      reason: 'VolumeReady',
    });
  }

  /** Milliseconds that a step still takes; its beginning is forgotten with its end. */
  #remaining(key: string, takes: number): number {
    const begun = this.#begun.get(key) ?? this.#now();
    const wait = begun + takes - this.#now();
    if (wait > 0) {
      this.#begun.set(key, begun);
    } else {
      this.#begun.delete(key);
    }
    return wait;
  }

  #attach(
    vmi: KubeObject,
    launcher: KubeObject | undefined,
    volume: string,
    claimName: string,
  ): object {
    const { client } = this.#context;
    const name = `hp-volume-${randomUUID().slice(0, 5)}`;
    const pod = client.create(R.pod, {
      metadata: {
        name,
        namespace: vmi.metadata.namespace,
        // it goes with the pod that it serves
        ownerReferences: launcher && [controllerReference(launcher)],
      },
      spec: {
        containers: [{ name: 'hotplug-disk', image: 'virt-launcher' }],
        volumes: [{ name: volume, persistentVolumeClaim: { claimName } }],
      },
    });
    client.changeStatus(R.pod, pod, copy => {
      copy.status.phase = 'Running';
    });
    this.#event(vmi, 'SuccessfulCreate', `Created attachment pod ${name}`);
    this.#event(
      vmi,
      'SuccessfulCreate',
      `Created hotplug attachment pod ${name}, for volume ${volume}`,
    );
    return {
      hotplugVolume: { attachPodName: name, attachPodUID: pod.metadata.uid },
      memoryDumpVolume: { claimName },
      message: `Created hotplug attachment pod ${name}, for volume ${volume}`,
      phase: 'AttachedToNode',
      reason: 'SuccessfulCreate',
    };
  }

  #detach(vmi: KubeObject, status: any): void {
    const { client, store } = this.#context;
    const { name, hotplugVolume } = status;
    if (status.phase !== 'UnMountedFromPod') {
      const podName = hotplugVolume.attachPodName;
      const pod = store.get(R.pod, vmi.metadata.namespace, podName);
      if (pod) {
        client.remove(R.pod, pod);
      }
      this.#event(vmi, 'SuccessfulDelete', `Deleted attachment pod ${podName}`);
      this.#event(
        vmi,
        'SuccessfulDelete',
        `Deleted hotplug attachment pod ${podName}, for volume ${name}`,
      );
      this.#write(vmi, name, {
        ...status,
        message: `Volume ${name} has been unmounted from virt-launcher pod`,
        phase: 'UnMountedFromPod',
        reason: 'VolumeUnMountedFromPod',
      });
      return;
    }
    this.#write(vmi, name, undefined);
  }

  #write(vmi: KubeObject, name: string, status: object | undefined): undefined {
    this.#context.client.changeStatus(R.vmi, vmi, copy => {
      const others = (copy.status.volumeStatus ?? []).filter(
        (entry: any) => entry.name !== name,
      );
      copy.status.volumeStatus = status ? [...others, status] : others;
    });
  }

  #event(vmi: KubeObject, reason: string, message: string): void {
    this.#context.client.event({
      on: vmi,
      type: 'Normal',
      reason,
      message,
      component: COMPONENT,
    });
  }

  #now(): number {
    return this.#context.clock.now();
  }
}
