// SPDX-License-Identifier: Apache-2.0
import type { GuestBehaviour, StorageDelays, TemplateApi } from '../types';

const TEMPLATE_GROUPS: Record<TemplateApi, string[]> = {
  kubevirt: ['template.kubevirt.io', 'subresources.template.kubevirt.io'],
  openshift: ['template.openshift.io'],
  none: [],
};

/** Delays of our own fake storage; the real ones differ between drivers anyway. */
export const DEFAULT_DELAYS: StorageDelays = {
  cutMs: 1500,
  readyMs: 2500,
  bindMs: 300,
  importMs: 600,
};

export const DEFAULT_GUEST = {
  bootMs: 6000,
  stopMs: 8000,
  dumpMs: 1500,
};

/** Standing circumstances of the cluster that are no Kubernetes objects. */
export class Conditions {
  virtApiUp = true;
  /** When virt-api went down, by the clock of the sandbox. */
  virtApiDownSince = 0;
  answering = true;
  readonly hiddenGroups = new Set<string>();
  readonly #delays = new Map<string, Partial<StorageDelays>>();
  readonly #guests = new Map<string, GuestBehaviour>();

  /** Which API for templates the cluster has; the groups of the others are gone. */
  setTemplateApi(api: TemplateApi): void {
    const served = TEMPLATE_GROUPS[api];
    for (const group of Object.values(TEMPLATE_GROUPS).flat()) {
      if (served.includes(group)) {
        this.hiddenGroups.delete(group);
      } else {
        this.hiddenGroups.add(group);
      }
    }
  }

  delays(storageClass: string | undefined): StorageDelays {
    return { ...DEFAULT_DELAYS, ...this.#delays.get(storageClass ?? '') };
  }

  setDelays(storageClass: string, delays: Partial<StorageDelays>): void {
    this.#delays.set(storageClass, {
      ...this.#delays.get(storageClass),
      ...delays,
    });
  }

  guest(namespace: string, name: string): GuestBehaviour {
    return this.#guests.get(`${namespace}/${name}`) ?? {};
  }

  setGuest(namespace: string, name: string, guest: GuestBehaviour): void {
    this.#guests.set(`${namespace}/${name}`, guest);
  }

  save(): object {
    return { delays: [...this.#delays], guests: [...this.#guests] };
  }

  load(state: any): void {
    for (const [name, delays] of state?.delays ?? []) {
      this.#delays.set(name, delays);
    }
    for (const [name, guest] of state?.guests ?? []) {
      this.#guests.set(name, guest);
    }
  }
}
