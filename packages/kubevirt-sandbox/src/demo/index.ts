// SPDX-License-Identifier: Apache-2.0
import type { SandboxCluster } from '../sandbox';
import type { KubeObject, Sandbox } from '../types';
import { DEMO_CLUSTERS, DemoCluster } from './clusters';
import { importSnapshot } from './history';
import {
  boundClaim,
  dataVolumeSpec,
  DEMO_CLASS,
  DemoMachine,
  filledDataVolume,
  virtualMachine,
} from './machines';

/** @public */
export type DemoOptions = {
  /** Snapshots of the busiest machine, demo-east data/db-01; default 40. */
  many?: number;
};

const AGE_MS = 90 * 24 * 3_600_000;
const BOOT_LIMIT_MS = 20_000;

/** Names of the demo clusters. @public */
export const demoClusters: string[] = DEMO_CLUSTERS.map(({ name }) => name);

function importMachine(cluster: SandboxCluster, machine: DemoMachine) {
  const { namespace, name } = machine;
  const old = new Date(Date.now() - AGE_MS).toISOString().slice(0, 19);
  const put = (object: KubeObject, owner?: KubeObject) =>
    cluster.importObject({
      ...object,
      metadata: {
        ...object.metadata,
        creationTimestamp: `${old}Z`,
        ...(owner && {
          ownerReferences: [
            {
              apiVersion: owner.apiVersion,
              blockOwnerDeletion: true,
              controller: true,
              kind: owner.kind,
              name: owner.metadata.name!,
              uid: owner.metadata.uid!,
            },
          ],
        }),
      },
    });
  // born of the API, so that KubeVirt's defaults are in it, then made old
  const vm = put(
    cluster.objects.create({
      ...virtualMachine({ ...machine, state: 'stopped' }),
    }),
  );
  if (machine.root !== 'container') {
    const dataVolume = put(
      filledDataVolume(namespace, `${name}-root`, dataVolumeSpec(machine.root)),
      vm,
    );
    put(
      boundClaim(namespace, `${name}-root`, machine.root, DEMO_CLASS),
      dataVolume,
    );
  }
  if (machine.data) {
    const storageClass = machine.dataClass ?? DEMO_CLASS;
    put(boundClaim(namespace, `${name}-data`, machine.data, storageClass));
  }
}

async function waitUntil(test: () => boolean): Promise<void> {
  const limit = Date.now() + BOOT_LIMIT_MS;
  while (!test()) {
    if (Date.now() > limit) {
      throw new Error('The demo machines did not start in time');
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** Machines that run are started once with guests that boot at once. */
async function bootMachines(cluster: SandboxCluster, demo: DemoCluster) {
  const awake = demo.machines.filter(machine => machine.state !== 'stopped');
  for (const { namespace, name, agent } of awake) {
    cluster.faults.setGuest(namespace, name, { agent, bootMs: 1 });
    cluster.power(namespace, name, 'start');
  }
  const status = ({ namespace, name }: DemoMachine) =>
    cluster.objects.get({
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      namespace,
      name,
    })?.status;
  await waitUntil(() => awake.every(machine => status(machine)?.ready));
  for (const { namespace, name, agent, state } of awake) {
    cluster.faults.setGuest(
      namespace,
      name,
      agent === undefined ? {} : { agent },
    );
    if (state === 'paused') {
      cluster.power(namespace, name, 'pause');
    }
  }
}

function importHistory(
  cluster: SandboxCluster,
  demo: DemoCluster,
  many: number,
) {
  const now = Date.now();
  for (const { machine, ...past } of demo.history(many)) {
    const [namespace, name] = machine.split('/');
    const get = (kind: string, apiVersion: string, target: string) =>
      cluster.objects.get({ apiVersion, kind, namespace, name: target });
    importSnapshot(
      object => cluster.importObject(object),
      claim => get('PersistentVolumeClaim', 'v1', claim),
      { ...past, vm: get('VirtualMachine', 'kubevirt.io/v1', name)! },
      now,
    );
  }
}

/**
 * A seed for `startSandbox`: fills the sandbox of one of `demoClusters`.
 * @public
 */
export function demoSeed(
  name: string,
  options: DemoOptions = {},
): (sandbox: Sandbox) => Promise<void> {
  const demo = DEMO_CLUSTERS.find(entry => entry.name === name);
  if (!demo) {
    throw new Error(`There is no demo cluster ${name}`);
  }
  return async sandbox => {
    const cluster = sandbox as SandboxCluster;
    for (const namespace of demo.namespaces) {
      cluster.objects.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
    }
    demo.machines.forEach(machine => importMachine(cluster, machine));
    await bootMachines(cluster, demo);
    importHistory(cluster, demo, options.many ?? 40);
  };
}
