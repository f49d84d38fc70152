// SPDX-License-Identifier: Apache-2.0
import type { KubeObject, Sandbox } from '../types';
import { until } from './http';

export type TestVolume = {
  name: string;
  /** Where the disk is: made from a template, an own claim, or in an image. */
  kind: 'template' | 'claim' | 'container';
  storageClass?: string;
};

const CLAIM = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  volumeMode: 'Filesystem',
};

export const TWO_DISKS: TestVolume[] = [
  { name: 'rootdisk', kind: 'template' },
  { name: 'data', kind: 'claim' },
];

export function claim(
  namespace: string,
  name: string,
  storageClass = 'fast',
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { ...CLAIM, storageClassName: storageClass },
  };
}

function volumeSource(vm: string, volume: TestVolume): object {
  switch (volume.kind) {
    case 'template':
      return { dataVolume: { name: `${vm}-root` } };
    case 'claim':
      return { persistentVolumeClaim: { claimName: `${vm}-${volume.name}` } };
    default:
      return { containerDisk: { image: 'registry.example.com/disk:1' } };
  }
}

export function machine(
  namespace: string,
  name: string,
  volumes: TestVolume[] = TWO_DISKS,
): KubeObject {
  const all = [
    ...volumes.map(volume => ({
      name: volume.name,
      ...volumeSource(name, volume),
    })),
    {
      name: 'cloudinit',
      cloudInitNoCloud: { userData: `#cloud-config\nhostname: ${name}\n` },
    },
  ];
  const templates = volumes.filter(volume => volume.kind === 'template');
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      runStrategy: 'Halted',
      ...(templates.length > 0 && {
        dataVolumeTemplates: templates.map(volume => ({
          metadata: { name: `${name}-root` },
          spec: {
            source: { blank: {} },
            storage: {
              resources: { requests: { storage: '1Gi' } },
              storageClassName: volume.storageClass ?? 'fast',
            },
          },
        })),
      }),
      template: {
        metadata: { labels: { 'kubevirt.io/domain': name } },
        spec: {
          domain: {
            cpu: { cores: 1 },
            memory: { guest: '256Mi' },
            devices: {
              disks: all.map(volume => ({
                name: volume.name,
                disk: { bus: 'virtio' },
              })),
              interfaces: [{ name: 'default', masquerade: {} }],
            },
          },
          networks: [{ name: 'default', pod: {} }],
          volumes: all,
        },
      },
    },
  };
}

export function ensureNamespace(sandbox: Sandbox, name: string): void {
  const namespace = { apiVersion: 'v1', kind: 'Namespace' };
  if (!sandbox.objects.get({ ...namespace, name })) {
    sandbox.objects.create({ ...namespace, metadata: { name } });
  }
}

export const vmRef = (namespace: string, name: string) => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  namespace,
  name,
});

export const snapshotRef = (namespace: string, name: string) => ({
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineSnapshot',
  namespace,
  name,
});

/** Creates a stopped machine and waits until its disks are there. */
export async function createMachine(
  sandbox: Sandbox,
  namespace: string,
  name: string,
  volumes: TestVolume[] = TWO_DISKS,
): Promise<KubeObject> {
  ensureNamespace(sandbox, namespace);
  for (const volume of volumes.filter(entry => entry.kind === 'claim')) {
    sandbox.objects.create(
      claim(namespace, `${name}-${volume.name}`, volume.storageClass),
    );
  }
  sandbox.objects.create(machine(namespace, name, volumes));
  await until(`${name} is settled`, () => {
    const vm = sandbox.objects.get(vmRef(namespace, name));
    const claims = sandbox.objects.list({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
    });
    return (
      vm?.status?.printableStatus === 'Stopped' &&
      vm.status.conditions?.length > 0 &&
      claims.every(entry => entry.status.phase === 'Bound')
    );
  });
  return sandbox.objects.get(vmRef(namespace, name))!;
}

export async function startMachine(
  sandbox: Sandbox,
  namespace: string,
  name: string,
): Promise<void> {
  sandbox.power(namespace, name, 'start');
  await until(
    `${name} runs`,
    () => sandbox.objects.get(vmRef(namespace, name))?.status?.ready,
  );
}

/** Body of a snapshot request. */
export function snapshot(
  namespace: string,
  name: string,
  vm: string,
  spec: object = {},
): KubeObject {
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshot',
    metadata: { name, namespace },
    spec: {
      source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: vm },
      ...spec,
    },
  };
}

export const restoreRef = (namespace: string, name: string) => ({
  apiVersion: 'snapshot.kubevirt.io/v1beta1',
  kind: 'VirtualMachineRestore',
  namespace,
  name,
});

/** Body of a request to restore a snapshot to a machine. */
export function restore(
  namespace: string,
  name: string,
  vm: string,
  snapshotName: string,
  spec: object = {},
): KubeObject {
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineRestore',
    metadata: { name, namespace },
    spec: {
      target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: vm },
      virtualMachineSnapshotName: snapshotName,
      ...spec,
    },
  };
}
