// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';

/** A watch event with its time in milliseconds. */
export type TimedEvent = {
  at: number;
  type: string;
  object: KubeObject;
};

/** What one event changed, in words that do not depend on uids. */
export type Step = { at: number; object: string; text: string };

type Fact = [name: string, read: (object: KubeObject) => unknown];

const condition =
  (type: string) =>
  (object: KubeObject): string | undefined => {
    const found = (object.status?.conditions ?? []).find(
      (entry: any) => entry.type === type,
    );
    return found && `${found.status} ${found.reason ?? ''}`.trim();
  };

const present = (value: unknown) => (value === undefined ? undefined : 'set');

/** Names of the volumes that memories are dumped to. */
const dumpVolumes = (volumes: any[] | undefined) =>
  (volumes ?? [])
    .filter(volume => volume.memoryDump)
    .map(volume => volume.name)
    .join(' ') || undefined;

/** What the node does about a dump; that its claim is bound it says or leaves out as its cache has it. */
const dumpPhase = (vmi: KubeObject) =>
  (vmi.status?.volumeStatus ?? []).find(
    (entry: any) => entry.memoryDumpVolume && entry.phase !== 'Bound',
  )?.phase;

const CONDITIONS: Fact[] = ['Progressing', 'Ready', 'Failure'].map(type => [
  type,
  condition(type),
]);

const FACTS: Record<string, Fact[]> = {
  VirtualMachine: [
    ['snapshotInProgress', vm => vm.status?.snapshotInProgress],
    ['restoreInProgress', vm => vm.status?.restoreInProgress],
    [
      'protected',
      vm =>
        (vm.metadata.finalizers ?? []).includes(
          'snapshot.kubevirt.io/snapshot-source-protection',
        ) || undefined,
    ],
    [
      'lastRestore',
      vm =>
        present(
          vm.metadata.annotations?.['restore.kubevirt.io/lastRestoreUID'],
        ),
    ],
    ['printableStatus', vm => vm.status?.printableStatus],
    ['dumpVolume', vm => dumpVolumes(vm.spec.template?.spec?.volumes)],
    [
      'memoryDump',
      ({ status }) =>
        status?.memoryDumpRequest &&
        [
          status.memoryDumpRequest.claimName,
          status.memoryDumpRequest.phase,
          ...(status.memoryDumpRequest.fileName ? ['file'] : []),
        ].join(' '),
    ],
  ],
  PersistentVolumeClaim: [
    [
      'memoryDump',
      pvc => present(pvc.metadata.annotations?.['kubevirt.io/memory-dump']),
    ],
  ],
  VirtualMachineInstance: [
    ['fsFreezeStatus', vmi => vmi.status?.fsFreezeStatus],
    ['phase', vmi => vmi.status?.phase],
    ['dumpVolume', vmi => dumpVolumes(vmi.spec.volumes)],
    ['dump', dumpPhase],
  ],
  VirtualMachineSnapshot: [
    ['finalizers', object => object.metadata.finalizers?.join(' ')],
    ['deleting', object => present(object.metadata.deletionTimestamp)],
    ['phase', object => object.status?.phase],
    ['readyToUse', object => object.status?.readyToUse],
    ...CONDITIONS,
    ['indications', object => object.status?.indications?.join(' ')],
    ['creationTime', object => present(object.status?.creationTime)],
    [
      'contentName',
      object => present(object.status?.virtualMachineSnapshotContentName),
    ],
    ['sourceUID', object => present(object.status?.sourceUID)],
    [
      'included',
      object => object.status?.snapshotVolumes?.includedVolumes?.join(' '),
    ],
    [
      'excluded',
      object => object.status?.snapshotVolumes?.excludedVolumes?.join(' '),
    ],
    [
      'error',
      object =>
        object.status?.error?.message?.replace(
          /vmsnapshot-[0-9a-f-]{36}/,
          'vs',
        ),
    ],
  ],
  VirtualMachineSnapshotContent: [
    ['finalizers', object => object.metadata.finalizers?.join(' ')],
    ['deleting', object => present(object.metadata.deletionTimestamp)],
    ['creationTime', object => present(object.status?.creationTime)],
    ['readyToUse', object => object.status?.readyToUse],
    ['error', object => present(object.status?.error)],
  ],
  VirtualMachineRestore: [
    ['finalizers', object => object.metadata.finalizers?.join(' ')],
    ['owner', object => object.metadata.ownerReferences?.[0]?.kind],
    ['deleting', object => present(object.metadata.deletionTimestamp)],
    ['complete', object => object.status?.complete],
    ...CONDITIONS,
    [
      'restores',
      object =>
        object.status?.restores
          ?.map(
            (entry: any) =>
              entry.volumeName + (entry.dataVolumeName ? '+dv' : ''),
          )
          .sort()
          .join(' '),
    ],
    [
      'deletedDataVolumes',
      object => object.status?.deletedDataVolumes?.join(' '),
    ],
  ],
  VirtualMachineClone: [
    ['phase', object => object.status?.phase],
    ...CONDITIONS,
    ['restoreName', object => present(object.status?.restoreName ?? undefined)],
    ['targetName', object => object.status?.targetName ?? undefined],
  ],
  VolumeSnapshot: [
    ['finalizers', object => object.metadata.finalizers?.join(' ')],
    ['deleting', object => present(object.metadata.deletionTimestamp)],
    ['cut', object => present(object.status?.creationTime)],
    ['readyToUse', object => object.status?.readyToUse],
    ['error', object => present(object.status?.error)],
  ],
};

/** Names made of uids are replaced by the name of the snapshot they belong to. */
function alias(object: KubeObject, snapshots: Map<string, string>): string {
  const name = object.metadata.name!;
  const uid = name.match(
    /^vmsnapshot-(?:content-)?([0-9a-f]{8}-[0-9a-f-]{27})/,
  )?.[1];
  const snapshot = uid && (snapshots.get(uid) ?? 'unknown');
  if (object.kind === 'VolumeSnapshot' && snapshot) {
    return `vs(${snapshot} ${name.split('-volume-')[1]})`;
  }
  if (snapshot) {
    return `content(${snapshot})`;
  }
  return name.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '<uid>');
}

/** The ordered list of distinct steps in a stream of watch events. */
export function distill(events: TimedEvent[], kinds: string[]): Step[] {
  const snapshots = new Map<string, string>();
  const previous = new Map<string, KubeObject>();
  const steps: Step[] = [];
  for (const { at, type, object } of events) {
    if (object.kind === 'VirtualMachineSnapshot') {
      snapshots.set(object.metadata.uid!, object.metadata.name!);
    }
    const facts = FACTS[object.kind];
    if (!facts || !kinds.includes(object.kind)) {
      continue;
    }
    const label = `${object.kind} ${alias(object, snapshots)}`;
    const before = previous.get(label);
    const texts: string[] = [];
    if (type === 'DELETED') {
      texts.push('gone');
      previous.delete(label);
    } else {
      if (!before) {
        texts.push('added');
      }
      for (const [name, read] of facts) {
        const [old, now] = [before && read(before), read(object)];
        if (old !== now) {
          texts.push(`${name}=${now ?? ''}`);
        }
      }
      previous.set(label, object);
    }
    if (texts.length > 0) {
      steps.push({ at, object: label, text: texts.join('; ') });
    }
  }
  return steps;
}
