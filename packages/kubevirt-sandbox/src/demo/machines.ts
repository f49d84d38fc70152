// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';

/** One virtual machine of the demo. */
export type DemoMachine = {
  namespace: string;
  name: string;
  /** `team-a`: owner `group:default/team-a`. */
  team: string;
  state: 'running' | 'stopped' | 'paused';
  agent?: boolean;
  /** Sizes in GiB; `container` means a disk that lives in an image. */
  root: number | 'container';
  data?: number;
  dataClass?: string;
  os?: string;
};

export const DEMO_CLASS = 'fast';

const CLOUD_INIT = `#cloud-config
hostname: HOST
chpasswd:
  list: |
    admin:not-a-real-password
  expire: false
write_files:
  - path: /etc/app/secret.env
    content: API_TOKEN=demo-secret-token
`;

function claimSpec(size: number, storageClass: string) {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: `${size}Gi` } },
    storageClassName: storageClass,
    volumeMode: 'Filesystem',
  };
}

/** A bound claim, as it stands long after its creation. */
export function boundClaim(
  namespace: string,
  name: string,
  size: number,
  storageClass: string,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      finalizers: ['kubernetes.io/pvc-protection'],
      annotations: {
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
      },
    },
    spec: { ...claimSpec(size, storageClass), volumeName: `pv-${name}` },
    status: {
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: `${size}Gi` },
    },
  };
}

export function filledDataVolume(
  namespace: string,
  name: string,
  spec: object,
): KubeObject {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name,
      namespace,
      annotations: { 'cdi.kubevirt.io/allowClaimAdoption': 'true' },
    },
    spec,
    status: {
      claimName: name,
      phase: 'Succeeded',
      progress: '100.0%',
      conditions: [],
    },
  };
}

export function dataVolumeSpec(size: number) {
  return {
    source: { blank: {} },
    storage: {
      resources: { requests: { storage: `${size}Gi` } },
      storageClassName: DEMO_CLASS,
    },
  };
}

export function virtualMachine(machine: DemoMachine): KubeObject {
  const { namespace, name, team, root, data } = machine;
  const volumes: object[] = [
    root === 'container'
      ? {
          name: 'rootdisk',
          containerDisk: { image: 'registry.example.com/kiosk:1' },
        }
      : { name: 'rootdisk', dataVolume: { name: `${name}-root` } },
  ];
  if (data) {
    volumes.push({
      name: 'data',
      persistentVolumeClaim: { claimName: `${name}-data` },
    });
  }
  volumes.push({
    name: 'cloudinit',
    cloudInitNoCloud: { userData: CLOUD_INIT.replace('HOST', name) },
  });
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace,
      labels: { app: name, tier: namespace },
      annotations: {
        'kubevirt-snapshots/owner': `group:default/${team}`,
        'kubevirt-snapshots/entity-ref': `resource:default/${name}`,
        ...(machine.os && { 'vm.kubevirt.io/os': machine.os }),
      },
    },
    spec: {
      ...(root !== 'container' && {
        dataVolumeTemplates: [
          { metadata: { name: `${name}-root` }, spec: dataVolumeSpec(root) },
        ],
      }),
      runStrategy: machine.state === 'stopped' ? 'Halted' : 'Always',
      template: {
        metadata: { labels: { 'kubevirt.io/domain': name } },
        spec: {
          domain: {
            cpu: { cores: 2 },
            memory: { guest: '4Gi' },
            devices: {
              disks: (volumes as Array<{ name: string }>).map(volume => ({
                name: volume.name,
                disk: { bus: 'virtio' },
              })),
              interfaces: [{ name: 'default', masquerade: {} }],
            },
          },
          networks: [{ name: 'default', pod: {} }],
          terminationGracePeriodSeconds: 180,
          volumes,
        },
      },
    },
  };
}
