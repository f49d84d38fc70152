// SPDX-License-Identifier: Apache-2.0
import type { SandboxCluster } from '../sandbox';
import type { KubeObject, Sandbox } from '../types';
import { importSnapshot } from './history';
import {
  boundClaim,
  dataVolumeSpec,
  DEMO_CLASS,
  filledDataVolume,
  virtualMachine,
} from './machines';

/** @public */
export type FleetOptions = {
  /** How many snapshots each machine has; machine `i` is `vm-<i>`, three digits at least. */
  snapshots: number[];
  /** How many machines `group:default/team-a` owns; the rest is team B's. Default: all. */
  owned?: number;
  /** Every so many snapshots one carries `hostileBytes` of annotations. */
  hostileEvery?: number;
  hostileBytes?: number;
};

/** Namespace of the fleet's machines. @public */
export const FLEET_NAMESPACE = 'fleet';

/** Name of the fleet's machine number `i`. @public */
export const fleetName = (i: number) => `vm-${String(i).padStart(3, '0')}`;

/**
 * A seed for `startSandbox`: many machines that are off, with finished
 * snapshots. For measurements.
 *
 * @public
 */
export function fleetSeed(
  options: FleetOptions,
): (sandbox: Sandbox) => Promise<void> {
  return async sandbox => {
    const cluster = sandbox as SandboxCluster;
    const namespace = FLEET_NAMESPACE;
    const now = Date.now();
    let count = 0;
    cluster.objects.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    options.snapshots.forEach((snapshots, i) => {
      const name = fleetName(i);
      const vm = cluster.objects.create(
        virtualMachine({
          namespace,
          name,
          team: i < (options.owned ?? Infinity) ? 'team-a' : 'team-b',
          state: 'stopped',
          root: 10,
          data: 20,
        }),
      );
      const put = (object: KubeObject) => cluster.importObject(object);
      put(filledDataVolume(namespace, `${name}-root`, dataVolumeSpec(10)));
      const claims = new Map(
        ['root', 'data'].map(disk => [
          `${name}-${disk}`,
          put(boundClaim(namespace, `${name}-${disk}`, 10, DEMO_CLASS)),
        ]),
      );
      for (let k = 0; k < snapshots; k += 1) {
        count += 1;
        const hostile =
          options.hostileEvery !== undefined &&
          count % options.hostileEvery === 0;
        importSnapshot(
          object =>
            put(
              hostile
                ? {
                    ...object,
                    metadata: {
                      ...object.metadata,
                      annotations: {
                        ...object.metadata.annotations,
                        'example.com/blob': 'x'.repeat(
                          options.hostileBytes ?? 200_000,
                        ),
                      },
                    },
                  }
                : object,
            ),
          claim => claims.get(claim),
          { name: `${name}-s${k}`, vm, hoursAgo: k + 1, indications: [] },
          now,
        );
      }
    });
  };
}
