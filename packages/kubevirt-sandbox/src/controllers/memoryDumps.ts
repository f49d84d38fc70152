// SPDX-License-Identifier: Apache-2.0
import type { MemoryDumpRequest } from '../api/memoryDumps';
import { R } from '../api/resources';
import { ApiError } from '../api/status';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import type { ClusterClient } from './clusterClient';
import type { ControllerContext } from './controller';
import { volumesOf } from './volumes';

const ANNOTATION = 'kubevirt.io/memory-dump';

const named = (list: any[] | undefined, name: string) =>
  (list ?? []).find(entry => entry.name === name);

const without = (list: any[] | undefined, name: string) =>
  (list ?? []).filter(entry => entry.name !== name);

/**
 * Follows `VM.status.memoryDumpRequest`: the claim becomes a volume of the VM and of its instance, the node dumps, the
 * volume leaves the instance, and stays with the VM until the dump is forgotten.
 */
export class MemoryDumpSteps {
  readonly #store: ObjectStore;
  readonly #client: ClusterClient;

  constructor({ store, client }: ControllerContext) {
    this.#store = store;
    this.#client = client;
  }

  /** The next write. False when there is nothing to do, or nothing that is possible now. */
  next(vm: KubeObject, vmi: KubeObject | undefined): boolean {
    const request: MemoryDumpRequest | undefined = vm.status?.memoryDumpRequest;
    if (!request) {
      return false;
    }
    const { claimName } = request;
    const status = named(vmi?.status?.volumeStatus, claimName);
    switch (request.phase) {
      case 'Associating':
        return this.#associate(vm, vmi, claimName);
      case 'InProgress':
        return this.#follow(vm, request, status);
      case 'Unmounting':
        if (this.#annotate(vm, claimName, request.fileName!)) {
          return true;
        }
        if (this.#leaveInstance(vmi, claimName)) {
          return true;
        }
        return !status && this.#write(vm, { ...request, phase: 'Completed' });
      case 'Failed':
        return (
          this.#annotate(vm, claimName, 'Memory dump failed') ||
          this.#leaveInstance(vmi, claimName)
        );
      case 'Dissociating':
        if (
          this.#leaveInstance(vmi, claimName) ||
          this.#changeVolumes(vm, without(volumesOf(vm), claimName))
        ) {
          return true;
        }
        return (
          !status &&
          !named(volumesOf(vm), claimName) &&
          this.#write(vm, undefined)
        );
      default:
        return false;
    }
  }

  #associate(
    vm: KubeObject,
    vmi: KubeObject | undefined,
    claimName: string,
  ): boolean {
    const volume = {
      name: claimName,
      memoryDump: { claimName, hotpluggable: true },
    };
    const runs =
      vmi?.status?.phase === 'Running' && !vmi.metadata.deletionTimestamp;
    if (runs && !named(vmi!.spec.volumes, claimName)) {
      this.#client.change(R.vmi, vmi!, copy => {
        copy.spec.volumes = [...(copy.spec.volumes ?? []), volume];
      });
      return true;
    }
    if (named(volumesOf(vm), claimName)) {
      return this.#write(vm, { claimName, phase: 'InProgress' });
    }
    return runs && this.#changeVolumes(vm, [...volumesOf(vm), volume]);
  }

  #follow(vm: KubeObject, request: MemoryDumpRequest, status: any): boolean {
    const dump = status?.memoryDumpVolume;
    switch (status?.phase) {
      case 'MemoryDumpCompleted':
        return this.#write(vm, {
          ...request,
          phase: 'Unmounting',
          startTimestamp: dump.startTimestamp,
          endTimestamp: dump.endTimestamp,
          fileName: dump.targetFileName,
        });
      case 'MemoryDumpFailed':
        return this.#write(vm, {
          ...request,
          phase: 'Failed',
          startTimestamp: dump.startTimestamp,
          endTimestamp: dump.endTimestamp,
          message: status.message,
        });
      default:
        // a machine that stopped meanwhile leaves the request as it is
        return false;
    }
  }

  /** False while a snapshot holds the volumes: its end wakes the controller again. */
  #changeVolumes(vm: KubeObject, volumes: any[]): boolean {
    if (volumes.length === volumesOf(vm).length) {
      return false;
    }
    try {
      this.#client.change(R.vm, vm, copy => {
        copy.spec.template.spec.volumes = volumes;
      });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 422) {
        return false;
      }
      throw error;
    }
  }

  #leaveInstance(vmi: KubeObject | undefined, claimName: string): boolean {
    if (!vmi || !named(vmi.spec.volumes, claimName)) {
      return false;
    }
    this.#client.change(R.vmi, vmi, copy => {
      copy.spec.volumes = without(copy.spec.volumes, claimName);
    });
    return true;
  }

  #annotate(vm: KubeObject, claimName: string, text: string): boolean {
    const pvc = this.#store.get(R.pvc, vm.metadata.namespace, claimName);
    if (!pvc || pvc.metadata.annotations?.[ANNOTATION] === text) {
      return false;
    }
    this.#client.change(R.pvc, pvc, copy => {
      copy.metadata.annotations = {
        ...copy.metadata.annotations,
        [ANNOTATION]: text,
      };
    });
    return true;
  }

  #write(vm: KubeObject, request: MemoryDumpRequest | undefined): boolean {
    this.#client.changeStatus(R.vm, vm, copy => {
      if (request) {
        copy.status.memoryDumpRequest = request;
      } else {
        delete copy.status.memoryDumpRequest;
      }
    });
    return true;
  }
}

/** Volumes that a new instance gets: a dump that is over is not mounted again. */
export function volumesToStartWith(vm: KubeObject): any[] {
  const request: MemoryDumpRequest | undefined = vm.status?.memoryDumpRequest;
  const isOver =
    request && !['Associating', 'InProgress'].includes(request.phase);
  return isOver ? without(volumesOf(vm), request.claimName) : volumesOf(vm);
}
