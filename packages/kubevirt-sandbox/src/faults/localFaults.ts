// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../clock';
import type { Lists } from '../http/lists';
import type { Watches } from '../http/watches';
import type { ObjectStore } from '../storage/objectStore';
import type {
  Fault,
  GuestBehaviour,
  SandboxFaults,
  SandboxObjects,
  StorageDelays,
  TemplateApi,
  VolumeFault,
} from '../types';
import { Conditions } from './conditions';
import { RequestFaults, VolumeFaults } from './faultInjector';

const SNAPSHOT_GROUP = 'snapshot.kubevirt.io';

/** All that can be made to go wrong, behind one door. */
export class LocalFaults implements SandboxFaults {
  readonly #requests: RequestFaults;
  readonly #volumes: VolumeFaults;
  readonly #conditions: Conditions;
  readonly #watches: Watches;
  readonly #lists: Lists;
  readonly #store: ObjectStore;
  readonly #objects: SandboxObjects;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #templateApi: TemplateApi;

  constructor(options: {
    requests: RequestFaults;
    volumes: VolumeFaults;
    conditions: Conditions;
    watches: Watches;
    lists: Lists;
    store: ObjectStore;
    objects: SandboxObjects;
    clock: Clock;
    /** What the cluster has when nothing is wrong. */
    templateApi: TemplateApi;
    /** Called after a change of standing circumstances. */
    changed: () => void;
  }) {
    this.#requests = options.requests;
    this.#volumes = options.volumes;
    this.#conditions = options.conditions;
    this.#watches = options.watches;
    this.#lists = options.lists;
    this.#store = options.store;
    this.#objects = options.objects;
    this.#clock = options.clock;
    this.#changed = options.changed;
    this.#templateApi = options.templateApi;
  }

  add(fault: Fault): string {
    return this.#requests.add(fault);
  }

  remove(id: string): boolean {
    return this.#requests.remove(id);
  }

  list() {
    return this.#requests.list();
  }

  clear(): void {
    this.#requests.clear();
    this.#volumes.clear();
    this.setAnswering(true);
    this.setVirtApi(true);
    this.setSnapshotCrds(true);
    this.setTemplateApi(this.#templateApi);
    this.setGate(true);
  }

  closeWatches(options: { abrupt?: boolean } = {}): number {
    return this.#watches.closeAll(options.abrupt);
  }

  compact(): void {
    this.#store.window.compact(this.#store.version);
    this.#lists.compact();
  }

  setGate(on: boolean): void {
    const [kubevirt] = this.#objects.list({
      apiVersion: 'kubevirt.io/v1',
      kind: 'KubeVirt',
    });
    const developer =
      kubevirt?.spec?.configuration?.developerConfiguration ?? {};
    const others = (developer.disabledFeatureGates ?? []).filter(
      (gate: string) => gate !== 'Snapshot',
    );
    const gates = on ? others : [...others, 'Snapshot'];
    if (!kubevirt) {
      return;
    }
    this.#objects.patch(
      { ...kubevirt, ...kubevirt.metadata, name: kubevirt.metadata.name! },
      {
        spec: {
          configuration: {
            developerConfiguration: {
              disabledFeatureGates: gates.length > 0 ? gates : null,
            },
          },
        },
      },
    );
  }

  setSnapshotCrds(installed: boolean): void {
    if (installed) {
      this.#conditions.hiddenGroups.delete(SNAPSHOT_GROUP);
    } else {
      this.#conditions.hiddenGroups.add(SNAPSHOT_GROUP);
      this.#watches.closeAll();
    }
  }

  setTemplateApi(api: TemplateApi): void {
    this.#conditions.setTemplateApi(api);
  }

  setVirtApi(up: boolean): void {
    if (this.#conditions.virtApiUp && !up) {
      this.#conditions.virtApiDownSince = this.#clock.now();
    }
    this.#conditions.virtApiUp = up;
  }

  setAnswering(on: boolean): void {
    this.#conditions.answering = on;
  }

  addVolumeFault(fault: VolumeFault): string {
    return this.#volumes.add(fault);
  }

  removeVolumeFault(id: string): boolean {
    return this.#volumes.remove(id);
  }

  setStorageDelays(storageClass: string, delays: Partial<StorageDelays>) {
    this.#conditions.setDelays(storageClass, delays);
    this.#changed();
  }

  setGuest(namespace: string, name: string, guest: GuestBehaviour): void {
    this.#conditions.setGuest(namespace, name, guest);
    this.#changed();
  }
}
