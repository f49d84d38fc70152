// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { toKubeTime } from '../clock';
import { deepCopy } from '../json';
import type { KubeObject } from '../types';
import { claimVolumes, volumesOf } from '../controllers/volumes';

const MESSAGES: Record<string, string> = {
  Online:
    'Snapshot taken while the VM was running. Consistency depends on guest-agent quiescing.',
  GuestAgent:
    'Guest agent was active and attempted to quiesce the filesystem for application consistency.',
  NoGuestAgent:
    'Guest agent was not available. Snapshot is crash-consistent and may not be application-consistent.',
  QuiesceTimeout:
    'Guest agent quiesced the filesystem, but the freeze window timed out before completion. Snapshot is crash-consistent and may not be application-consistent.',
  PartialSnapshot:
    'Not all snapshotable volumes were included in the snapshot. Check status.snapshotVolumes for excluded volumes and VM VolumeSnapshotStatus for details.',
};

/** A snapshot of the past. */
export type PastSnapshot = {
  name: string;
  vm: KubeObject;
  hoursAgo: number;
  /** Empty for one taken while the machine was off. */
  indications: string[];
  /** Failed at its deadline. */
  failed?: boolean;
  /** The uid of the machine that bore the name then. */
  formerUid?: string;
  description?: string;
  /** Not taken through the portal: nothing of ours on it. */
  foreign?: boolean;
};

type Import = (object: KubeObject) => KubeObject;

const CLASS = 'fast-snapshots';

function indicationStatus(indications: string[]) {
  return indications.length === 0
    ? {}
    : {
        indications,
        sourceIndications: indications.map(indication => ({
          indication,
          message: MESSAGES[indication],
        })),
      };
}

function condition(type: string, status: string, reason: string, time: string) {
  return {
    type,
    status,
    reason,
    lastProbeTime: null,
    lastTransitionTime: time,
  };
}

/** Puts a finished snapshot with its content and VolumeSnapshots into the cluster. */
export function importSnapshot(
  put: Import,
  get: (claim: string) => KubeObject | undefined,
  past: PastSnapshot,
  now: number,
): void {
  const { vm, name, indications, failed } = past;
  const { namespace } = vm.metadata;
  const created = toKubeTime(now - past.hoursAgo * 3_600_000);
  const done = toKubeTime(now - past.hoursAgo * 3_600_000 + 4000);
  const uid = randomUUID();
  const contentName = `vmsnapshot-content-${uid}`;
  const claims = claimVolumes(vm).filter(({ claim }) => {
    const storageClass = get(claim)?.spec.storageClassName;
    return storageClass !== undefined && storageClass !== 'local-path';
  });
  const included = claims.map(entry => entry.name);
  const excluded = volumesOf(vm)
    .map(volume => volume.name)
    .filter(volume => !included.includes(volume));
  put({
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshot',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: created,
      generation: 1,
      ...(!failed && {
        finalizers: ['snapshot.kubevirt.io/vmsnapshot-protection'],
      }),
      ...(!past.foreign && {
        labels: {
          'kubevirt-snapshots/origin': 'manual',
          'kubevirt-snapshots/vm-uid': past.formerUid ?? vm.metadata.uid!,
        },
        annotations: {
          'kubevirt-snapshots/created-by': 'user:default/demo-developer',
          ...(past.description && { description: past.description }),
        },
      }),
    },
    spec: {
      source: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: vm.metadata.name,
      },
      failureDeadline: '5m0s',
    },
    status: failed
      ? {
          conditions: [
            condition('Progressing', 'False', 'Operation failed', done),
            condition('Ready', 'False', 'Not ready', created),
            condition('Failure', 'True', 'snapshot deadline exceeded', done),
          ],
          ...indicationStatus(indications),
          phase: 'Failed',
          readyToUse: false,
          sourceUID: vm.metadata.uid,
        }
      : {
          conditions: [
            condition('Progressing', 'False', 'Operation complete', done),
            condition('Ready', 'True', 'Ready', done),
          ],
          creationTime: done,
          ...indicationStatus(indications),
          phase: 'Succeeded',
          readyToUse: true,
          snapshotVolumes: {
            ...(excluded.length > 0 && { excludedVolumes: excluded }),
            ...(included.length > 0 && { includedVolumes: included }),
          },
          // KubeVirt rewrites this to whoever bears the name now
          sourceUID: vm.metadata.uid,
          virtualMachineSnapshotContentName: contentName,
        },
  });
  if (failed) {
    return;
  }
  const backups = claims.map(entry => ({
    volumeName: entry.name,
    volumeSnapshotName: `vmsnapshot-${uid}-volume-${entry.name}`,
    pvc: get(entry.claim)!,
  }));
  const content = put({
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshotContent',
    metadata: {
      name: contentName,
      namespace,
      creationTimestamp: created,
      generation: 1,
      finalizers: ['snapshot.kubevirt.io/vmsnapshotcontent-protection'],
    },
    spec: {
      source: {
        virtualMachine: {
          metadata: {
            ...deepCopy(vm.metadata),
            uid: past.formerUid ?? vm.metadata.uid,
          },
          spec: deepCopy(vm.spec),
          status: { printableStatus: 'Stopped' },
        },
      },
      virtualMachineSnapshotName: name,
      ...(backups.length > 0 && {
        volumeBackups: backups.map(({ pvc, ...backup }) => ({
          ...backup,
          persistentVolumeClaim: { metadata: pvc.metadata, spec: pvc.spec },
        })),
      }),
    },
    status: {
      creationTime: done,
      readyToUse: true,
      ...(backups.length > 0 && {
        volumeSnapshotStatus: backups.map(({ volumeSnapshotName }) => ({
          creationTime: done,
          readyToUse: true,
          volumeSnapshotName,
        })),
      }),
    },
  });
  for (const backup of backups) {
    put({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: {
        name: backup.volumeSnapshotName,
        namespace,
        creationTimestamp: created,
        generation: 1,
        finalizers: [
          'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection',
        ],
        labels: {
          'snapshot.kubevirt.io/source-vm-name': vm.metadata.name!,
          'snapshot.kubevirt.io/source-vm-namespace': namespace!,
        },
        ownerReferences: [
          {
            apiVersion: content.apiVersion,
            blockOwnerDeletion: true,
            controller: true,
            kind: content.kind,
            name: contentName,
            uid: content.metadata.uid!,
          },
        ],
      },
      spec: {
        source: { persistentVolumeClaimName: backup.pvc.metadata.name },
        volumeSnapshotClassName: CLASS,
      },
      status: {
        boundVolumeSnapshotContentName: `snapcontent-${uid}-${backup.volumeName}`,
        creationTime: done,
        readyToUse: true,
        restoreSize: backup.pvc.spec.resources.requests.storage,
      },
    });
  }
}
