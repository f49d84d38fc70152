// SPDX-License-Identifier: Apache-2.0
import type {
  UsageCounter,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';

/**
 * How many snapshots a VM and a namespace may have, counted in the cache:
 * whoever made them, they fill the storage.
 */
export class SnapshotLimits {
  readonly #cluster: ClusterService;
  readonly #perVm: number | undefined;
  readonly #perNamespace: number | undefined;

  constructor(options: {
    cluster: ClusterService;
    perVm?: number;
    perNamespace?: number;
  }) {
    this.#cluster = options.cluster;
    this.#perVm = options.perVm;
    this.#perNamespace = options.perNamespace;
  }

  ofVm(ref: VmRef): UsageCounter {
    return { used: this.#cluster.snapshots(ref).length, limit: this.#perVm };
  }

  ofNamespace({ cluster, namespace }: VmRef): UsageCounter {
    const used = this.#cluster
      .vms(cluster)
      .filter(vm => vm.ref.namespace === namespace)
      .reduce((sum, vm) => sum + this.#cluster.snapshots(vm.ref).length, 0);
    return { used, limit: this.#perNamespace };
  }

  /** Why one more is too many, as a sentence. */
  refusal(ref: VmRef): string | undefined {
    if (this.#perVm !== undefined && this.ofVm(ref).used >= this.#perVm) {
      return `VM ${ref.name} has ${
        this.#perVm
      } snapshots, which is the most that it may have`;
    }
    if (
      this.#perNamespace !== undefined &&
      this.ofNamespace(ref).used >= this.#perNamespace
    ) {
      return `The VMs of namespace ${ref.namespace} have ${
        this.#perNamespace
      } snapshots, which is the most that they may have`;
    }
    return undefined;
  }
}
