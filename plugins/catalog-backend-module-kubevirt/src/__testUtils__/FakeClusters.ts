// SPDX-License-Identifier: Apache-2.0
import {
  parseVmRef,
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';

type Change = { cluster: string; ref?: VmRef };

/** As much of the cluster service as the provider uses, without a cluster. */
export class FakeClusters {
  readonly #vms = new Map<string, VmRecord>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #states = new Map<string, { synced: boolean; live: boolean }>();

  constructor(...names: string[]) {
    names.forEach(name => this.#states.set(name, { synced: true, live: true }));
  }

  get service(): ClusterService {
    const state = (cluster: string) => this.#states.get(cluster)!;
    const service: Partial<ClusterService> = {
      status: cluster =>
        ({ title: `The ${cluster}`, ...state(cluster) } as any),
      hasSynced: cluster => state(cluster).synced,
      freshness: cluster => ({
        state: state(cluster).live ? 'live' : 'stale',
        asOf: '2026-11-22T00:00:00Z',
      }),
      vm: ref => this.#vms.get(stringifyVmRef(ref)),
      vms: cluster =>
        Array.from(this.#vms.values()).filter(vm => vm.ref.cluster === cluster),
      subscribeAll: listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    return service as ClusterService;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Adds or changes a VM: `<cluster>/<namespace>/<name>`. */
  put(id: string, more: Partial<VmRecord> & { owner?: string } = {}): void {
    const { owner, ...rest } = more;
    const ref = parseVmRef(id)!;
    this.#vms.set(id, {
      ref,
      labels: {},
      annotations: owner ? { 'kubevirt-snapshots/owner': owner } : {},
      ...rest,
    } as VmRecord);
    this.tell(ref);
  }

  remove(id: string, options = { silently: false }): void {
    this.#vms.delete(id);
    if (!options.silently) {
      this.tell(parseVmRef(id)!);
    }
  }

  tell(ref: VmRef): void {
    this.#listeners.forEach(l => l({ cluster: ref.cluster, ref }));
  }

  set(cluster: string, state: { synced?: boolean; live?: boolean }): void {
    Object.assign(this.#states.get(cluster)!, state);
    this.#listeners.forEach(l => l({ cluster }));
  }
}
