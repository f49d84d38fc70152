// SPDX-License-Identifier: Apache-2.0
import type { PortalApi } from './api';
import { Sandbox, type ClusterName, type Vm } from './sandbox';

const VM = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };
const TEAM_A = 'group:default/team-a';

/** What a VM of a test is like. */
export interface OwnVmOptions {
  /** Entity ref; team A by default. */
  owner?: string;
  /** Running by default. */
  off?: boolean;
  /** Its only disk lives in an image, so that nothing of it can be captured. */
  diskless?: boolean;
}

/**
 * VMs of a test file of its own, in a namespace of their own. What is done with
 * them disturbs no other test, and they go with their namespace.
 */
export class OwnVms {
  readonly cluster: ClusterName;
  readonly namespace: string;

  /** @param namespace - begins with {@link OWN}, or each test clears it up */
  constructor(cluster: ClusterName, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  // Not before it is needed: files are also read to list their tests.
  get #sandbox(): Sandbox {
    return Sandbox.fromEnv(this.cluster);
  }

  /** The VM as the sandbox names it. */
  vm(name: string): Vm {
    return { namespace: this.namespace, name };
  }

  /** Name of the entity that the portal makes of it by itself. */
  entity(name: string): string {
    return `${name}.${this.namespace}.${this.cluster}`;
  }

  async makeNamespace() {
    await this.#sandbox.create({
      ...NAMESPACE,
      metadata: { name: this.namespace },
    });
  }

  async make(name: string, options: OwnVmOptions = {}) {
    await this.#sandbox.create(machine(this.vm(name), options));
  }

  /** Makes them, and waits until the portal shows each with its entity. */
  async makeAll(api: PortalApi, vms: Record<string, OwnVmOptions>) {
    await this.makeNamespace();
    const names = Object.keys(vms);
    await Promise.all(names.map(name => this.make(name, vms[name])));
    await this.#sandbox.until(async () => {
      const answer = await api.get(
        `/api/kubevirt-snapshots/vms?limit=100&namespace=${this.cluster}/${this.namespace}`,
      );
      const { items } = await answer.json();
      return (
        items?.length === names.length &&
        items.every(
          (item: { ref: Vm; entityRef?: string; printableStatus: string }) =>
            item.entityRef &&
            item.printableStatus ===
              (vms[item.ref.name].off ? 'Stopped' : 'Running'),
        )
      );
    });
  }

  /** Removes the namespace and everything in it, and waits until it is gone. */
  async removeAll() {
    const ref = { ...NAMESPACE, name: this.namespace };
    await this.#sandbox.remove(ref);
    await this.#sandbox.until(async () => !(await this.#sandbox.get(ref)));
  }
}

/** A VM as it is made in the cluster. */
export function machine(vm: Vm, options: OwnVmOptions = {}) {
  return {
    ...VM,
    metadata: {
      ...vm,
      annotations: { 'kubevirt-snapshots/owner': options.owner ?? TEAM_A },
    },
    spec: specOf(vm.name, options),
  };
}

function specOf(name: string, { off, diskless }: OwnVmOptions) {
  const disk = `${name}-root`;
  return {
    runStrategy: off ? 'Halted' : 'Always',
    ...(!diskless && {
      dataVolumeTemplates: [
        {
          metadata: { name: disk },
          spec: {
            source: { blank: {} },
            storage: {
              resources: { requests: { storage: '5Gi' } },
              storageClassName: 'fast',
            },
          },
        },
      ],
    }),
    template: {
      spec: {
        domain: {
          devices: { disks: [{ name: 'root', disk: { bus: 'virtio' } }] },
          memory: { guest: '1Gi' },
        },
        volumes: [
          diskless
            ? { name: 'root', containerDisk: { image: 'example.com/disk:1' } }
            : { name: 'root', dataVolume: { name: disk } },
        ],
      },
    },
  };
}
