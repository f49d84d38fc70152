// SPDX-License-Identifier: Apache-2.0
import { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { badAction, missing, PVC, refused, VM, VMI } from './actionErrors';
import { isGateOn } from './featureGates';
import { bytesOf, quantityOf } from './quantity';
import { R } from './resources';

const MEBIBYTE = 1024 * 1024;
/** What a dump takes beside the memory. */
const DUMP_OVERHEAD = 100 * MEBIBYTE;
/** What a file system takes where there is no CDIConfig to say it. */
const FILE_SYSTEM_OVERHEAD = 0.055;

const GATES = ['DeclarativeHotplugVolumes', 'HotplugVolumes'];

/** `VM.status.memoryDumpRequest` */
export type MemoryDumpRequest = {
  claimName: string;
  phase:
    | 'Associating'
    | 'InProgress'
    | 'Unmounting'
    | 'Completed'
    | 'Failed'
    | 'Dissociating';
  remove?: true;
  startTimestamp?: string;
  endTimestamp?: string;
  fileName?: string;
  message?: string;
};

/** What virt-api makes of requests to dump a memory, or to forget that it was dumped. */
export class MemoryDumps {
  readonly #store: ObjectStore;

  constructor(options: { store: ObjectStore }) {
    this.#store = options.store;
  }

  /**
   * The request to write into the VM's status.
   * @throws ApiError in virt-api's words and order
   */
  request(namespace: string, name: string, body: any): MemoryDumpRequest {
    if (!GATES.some(gate => isGateOn(this.#store, gate))) {
      throw badAction(
        'Enable DeclarativeHotplugVolumes or HotplugVolumes feature gate to use this API.',
      );
    }
    const before = this.#before(namespace, name);
    const claimName: string = body?.claimName || before?.claimName;
    if (!claimName) {
      throw badAction('Memory dump requires claim name to be set');
    }
    if (before && claimName !== before.claimName) {
      throw refused(
        VM,
        name,
        `can't request memory dump for pvc [${claimName}] while pvc [${before.claimName}] is still associated as the memory dump pvc`,
      );
    }
    const vmi = this.#store.get(R.vmi, namespace, name);
    if (!vmi) {
      throw missing(VMI, name);
    }
    if (vmi.status?.phase !== 'Running') {
      throw refused(VMI, name, 'VMI is not running');
    }
    this.#checkClaim(vmi, namespace, claimName);
    if (before?.phase === 'Dissociating') {
      throw refused(
        VM,
        name,
        `can't dump memory for pvc [${claimName}] a remove memory dump request is in progress`,
      );
    }
    if (before && !['Completed', 'Failed'].includes(before.phase)) {
      throw refused(
        VM,
        name,
        `memory dump request for pvc [${claimName}] already in progress`,
      );
    }
    return { claimName, phase: 'Associating' };
  }

  /** Likewise, to forget. */
  removal(namespace: string, name: string): MemoryDumpRequest {
    const before = this.#before(namespace, name);
    if (!before) {
      throw refused(
        VM,
        name,
        `can't remove memory dump association for vm ${name}, no association found`,
      );
    }
    const { claimName } = before;
    if (before.remove) {
      throw refused(
        VM,
        name,
        `memory dump remove request for pvc [${claimName}] already exists`,
      );
    }
    return { claimName, phase: 'Dissociating', remove: true };
  }

  #before(namespace: string, name: string): MemoryDumpRequest | undefined {
    const vm = this.#store.get(R.vm, namespace, name);
    if (!vm) {
      throw missing(VM, name);
    }
    return vm.status?.memoryDumpRequest;
  }

  #checkClaim(vmi: KubeObject, namespace: string, claimName: string): void {
    const pvc = this.#store.get(R.pvc, namespace, claimName);
    if (!pvc) {
      throw missing(PVC, claimName);
    }
    if (pvc.spec.volumeMode === 'Block') {
      throw refused(PVC, claimName, 'pvc should be filesystem pvc');
    }
    if (pvc.spec.accessModes?.includes('ReadOnlyMany')) {
      throw refused(PVC, claimName, "pvc access mode can't be read only");
    }
    const kilobytes = Math.ceil(
      bytesOf(pvc.spec.resources.requests.storage) / 1000,
    );
    // a VM that only says memory.guest requests nothing here, so the check is a hollow one
    const memory: string | undefined =
      vmi.spec.domain?.resources?.requests?.memory;
    const needed =
      (DUMP_OVERHEAD + bytesOf(memory ?? '0')) * (1 + FILE_SYSTEM_OVERHEAD);
    const expected = Math.ceil(needed / MEBIBYTE) * MEBIBYTE;
    if (kilobytes * 1000 < expected) {
      const style = !memory || memory.endsWith('i') ? 'binary' : 'decimal';
      throw refused(
        PVC,
        claimName,
        `pvc size [${quantityOf(
          kilobytes * 1000,
          'decimal',
        )}] should be bigger then [${quantityOf(expected, style)}]`,
      );
    }
  }
}
