// SPDX-License-Identifier: Apache-2.0
import { FLEET_NAMESPACE } from 'kubevirt-sandbox';
import { watch } from './clusterApi';
import type { Named } from './restores';

/** What a restore waits for in the cluster. */
export type Milestone = 'off' | 'safe' | 'switching' | 'restored' | 'on';

/** The milestone that each step begins with. */
export const BEGINS_WITH: Record<string, Milestone> = {
  safety: 'off',
  check: 'safe',
  switch: 'switching',
  'power-on': 'restored',
};

/**
 * When VMs come to their milestones, as any client of the API server gets to
 * know it.
 */
export class ClusterEvents {
  readonly #first = new Map<string, number>();
  readonly #safetyReady = new Set<string>();
  readonly #ends: (() => void)[] = [];

  /** When the VM got there, ms since 1970. */
  at(cluster: string, vm: string, milestone: Milestone): number | undefined {
    return this.#first.get(`${cluster}/${vm}/${milestone}`);
  }

  async start(clusters: Named[]): Promise<void> {
    for (const { name, cluster } of clusters) {
      const mark = (vm: string, milestone: Milestone) => {
        const key = `${name}/${vm}/${milestone}`;
        if (!this.#first.has(key)) {
          this.#first.set(key, Date.now());
        }
      };
      const on = async (
        group: string,
        plural: string,
        onEvent: (type: string, object: any) => void,
      ) => {
        this.#ends.push(
          await watch(
            cluster,
            `${group}/namespaces/${FLEET_NAMESPACE}/${plural}`,
            onEvent,
          ),
        );
      };
      await on('kubevirt.io/v1', 'virtualmachineinstances', (type, vmi) => {
        const vm = vmi.metadata.name;
        if (type === 'DELETED') {
          mark(vm, 'off');
        } else if (type === 'ADDED' && this.at(name, vm, 'restored')) {
          mark(vm, 'on');
        }
      });
      const free = new Map<string, boolean>();
      const whetherSafe = (vm: string) => {
        if (this.#safetyReady.has(`${name}/${vm}`) && free.get(vm)) {
          mark(vm, 'safe');
        }
      };
      await on(
        'kubevirt.io/v1',
        'virtualmachines',
        (_, { metadata, status }) => {
          free.set(metadata.name, !status?.snapshotInProgress);
          whetherSafe(metadata.name);
        },
      );
      const snapshots = 'snapshot.kubevirt.io/v1beta1';
      await on(snapshots, 'virtualmachinesnapshots', (_, snapshot) => {
        const { labels } = snapshot.metadata;
        if (
          labels?.['kubevirt-snapshots/origin'] === 'safety' &&
          snapshot.status?.readyToUse
        ) {
          const vm = snapshot.spec.source.name;
          this.#safetyReady.add(`${name}/${vm}`);
          whetherSafe(vm);
        }
      });
      await on(snapshots, 'virtualmachinerestores', (_, { spec, status }) => {
        const vm = spec.target.name;
        const updating = status?.conditions?.some(
          ({ reason }: { reason?: string }) =>
            reason?.startsWith('Updating target spec'),
        );
        if (updating || status?.complete) {
          mark(vm, 'switching');
        }
        if (status?.complete) {
          mark(vm, 'restored');
        }
      });
    }
  }

  stop(): void {
    this.#ends.forEach(end => end());
  }
}
