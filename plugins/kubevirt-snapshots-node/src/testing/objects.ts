// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { Raw } from '../project/raw';

let versions = 0;

function metadata(name: string, more: Raw = {}): Raw {
  versions += 1;
  return {
    name,
    namespace: 'vms',
    uid: randomUUID(),
    resourceVersion: String(versions),
    creationTimestamp: '2026-11-22T08:00:00Z',
    ...more,
  };
}

/** A VirtualMachine with two disks and cloud-init. */
export function vmObject(
  name = 'web-01',
  more: { metadata?: Raw; status?: Raw } = {},
): Raw {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: metadata(name, { labels: { app: 'web' }, ...more.metadata }),
    spec: {
      runStrategy: 'Halted',
      template: {
        spec: {
          domain: {
            cpu: { cores: 2 },
            memory: { guest: '4Gi' },
            machine: { type: 'q35' },
            devices: {
              disks: [
                { name: 'root', disk: { bus: 'virtio' } },
                { name: 'cloudinit', disk: { bus: 'virtio' } },
              ],
              interfaces: [{ name: 'default', masquerade: {} }],
            },
          },
          networks: [{ name: 'default', pod: {} }],
          volumes: [
            { name: 'root', dataVolume: { name: `${name}-root` } },
            { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
            {
              name: 'cloudinit',
              cloudInitNoCloud: { userData: '#cloud-config\npassword: hush' },
            },
          ],
        },
      },
    },
    status: {
      printableStatus: 'Stopped',
      volumeSnapshotStatuses: [
        { name: 'root', enabled: true },
        {
          name: 'data',
          enabled: false,
          reason:
            'No VolumeSnapshotClass: Volume snapshots are not configured for this StorageClass [local-path] [data]',
        },
        {
          name: 'cloudinit',
          enabled: false,
          reason:
            'Snapshot is not supported for this volumeSource type [cloudinit]',
        },
      ],
      ...more.status,
    },
  };
}

/** A VirtualMachineInstance of a VM. */
export function vmiObject(name = 'web-01', conditions: string[] = []): Raw {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: metadata(name),
    status: {
      phase: 'Running',
      conditions: conditions.map(type => ({ type, status: 'True' })),
    },
  };
}

/** A VirtualMachineSnapshot that is ready. */
export function snapshotObject(
  name = 'snap-1',
  more: { vm?: string; metadata?: Raw; status?: Raw; spec?: Raw } = {},
): Raw {
  const meta = metadata(name, more.metadata);
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshot',
    metadata: meta,
    spec: {
      source: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: more.vm ?? 'web-01',
      },
      failureDeadline: '5m0s',
      ...more.spec,
    },
    status: {
      phase: 'Succeeded',
      readyToUse: true,
      creationTime: '2026-11-22T08:00:05Z',
      virtualMachineSnapshotContentName: `vmsnapshot-content-${meta.uid}`,
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'Operation complete',
          lastProbeTime: null,
          lastTransitionTime: '2026-11-22T08:00:05Z',
        },
        {
          type: 'Ready',
          status: 'True',
          reason: 'Ready',
          lastProbeTime: null,
          lastTransitionTime: '2026-11-22T08:00:05Z',
        },
      ],
      snapshotVolumes: {
        includedVolumes: ['root'],
        excludedVolumes: ['data', 'cloudinit'],
      },
      ...more.status,
    },
  };
}

/** The content of a snapshot. */
export function contentObject(snapshot: any, vm: any): Raw {
  const volumeSnapshotName = `vmsnapshot-${snapshot.metadata.uid}-volume-root`;
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshotContent',
    metadata: metadata(`vmsnapshot-content-${snapshot.metadata.uid}`),
    spec: {
      virtualMachineSnapshotName: snapshot.metadata.name,
      source: { virtualMachine: vm },
      volumeBackups: [
        {
          volumeName: 'root',
          volumeSnapshotName,
          persistentVolumeClaim: {
            metadata: { name: `${vm.metadata.name}-root` },
            spec: {
              storageClassName: 'ceph-rbd',
              resources: { requests: { storage: '30Gi' } },
            },
          },
        },
      ],
    },
    status: {
      readyToUse: true,
      volumeSnapshotStatus: [
        {
          volumeSnapshotName,
          creationTime: '2026-11-22T08:00:04Z',
          readyToUse: true,
        },
      ],
    },
  };
}

/** A VirtualMachineRestore of a snapshot. */
export function restoreObject(
  name: string,
  snapshot: string,
  status: Raw = {},
  target = 'web-01',
): Raw {
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineRestore',
    metadata: metadata(name),
    spec: {
      virtualMachineSnapshotName: snapshot,
      target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: target },
    },
    status,
  };
}

/** A VirtualMachineClone of a snapshot or a VM. */
export function cloneObject(
  name: string,
  source: { kind: string; name: string },
  status: Raw = {},
): Raw {
  return {
    apiVersion: 'clone.kubevirt.io/v1beta1',
    kind: 'VirtualMachineClone',
    metadata: metadata(name),
    spec: {
      source: { apiGroup: 'x', ...source },
      target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'copy' },
    },
    status,
  };
}
