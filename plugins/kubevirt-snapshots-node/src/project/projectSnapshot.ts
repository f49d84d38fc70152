// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_DESCRIPTION,
  DEFAULT_DEADLINE_MS,
  KubeVirtCondition,
  parseGoDuration,
  readIndications,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { SnapshotRecord } from '../cluster/types';
import { Interner } from '../text/Interner';
import {
  at,
  identity,
  object,
  objects,
  Raw,
  textAt,
  textMap,
  texts,
} from './raw';

const OWN_PREFIX = 'kubevirt-snapshots/';
const MAX_VOLUMES = 256;
const MAX_CONDITIONS = 8;
const MAX_INDICATIONS = 16;

/** What the cache keeps of a VirtualMachineSnapshot alone, before its content is joined. */
export type SnapshotFactsRecord = Omit<
  SnapshotRecord,
  'capturedVmUid' | 'capturedAnnotations' | 'disks'
>;

/** What the cache keeps of a VirtualMachineSnapshotContent. */
export interface ContentFacts {
  namespace: string;
  name: string;
  resourceVersion: string;
  snapshotName: string;
  vmUid?: string;
  /** Under `kubevirt-snapshots/`, of the captured VM. */
  vmAnnotations: Record<string, string>;
  total: number;
  cut: number;
  ready: number;
}

/** Name of the content of a snapshot, which KubeVirt makes from its UID. */
export function contentNameOf(
  record: Pick<SnapshotRecord, 'contentName' | 'uid'>,
): string {
  return record.contentName ?? `vmsnapshot-content-${record.uid}`;
}

/** Conditions as far as they are shown. */
export function readConditions(
  raw: Raw,
  { text }: Interner,
): KubeVirtCondition[] {
  return objects(at(raw, 'status', 'conditions'), MAX_CONDITIONS).map(c => {
    const condition: KubeVirtCondition = {
      type: text(textAt(c, ['type'], 64) ?? ''),
      status: text(textAt(c, ['status'], 64) ?? ''),
    };
    for (const key of ['reason', 'message'] as const) {
      const value = textAt(c, [key], 2048);
      if (value !== undefined) {
        condition[key] = text(value);
      }
    }
    const time = textAt(c, ['lastTransitionTime'], 64);
    if (time) {
      condition.lastTransitionTime = time;
    }
    return condition;
  });
}

function deadline(raw: Raw): number {
  const value = textAt(raw, ['spec', 'failureDeadline'], 64);
  // An absent one and one that we can't read are KubeVirt's business alike.
  return parseGoDuration(value ?? '') ?? DEFAULT_DEADLINE_MS;
}

/** An indication with KubeVirt's sentence about it. */
function readIndicationTexts(
  status: Raw,
  names: string[],
  { text }: Interner,
): SnapshotRecord['indications'] {
  const messages = new Map(
    objects(status.sourceIndications, MAX_INDICATIONS).map(i => [
      i.indication,
      textAt(i, ['message'], 512),
    ]),
  );
  return names.map(indication => {
    const message = messages.get(indication);
    return message ? { indication, message: text(message) } : { indication };
  });
}

/** Trims a VirtualMachineSnapshot. undefined when it has no identity. */
export function projectSnapshot(
  cluster: string,
  raw: Raw,
  interner: Interner,
): SnapshotFactsRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const { text, list } = interner;
  const status = object(raw.status);
  const source = object(at(raw, 'spec', 'source'));
  const isVm =
    source.kind === 'VirtualMachine' && source.apiGroup === 'kubevirt.io';
  const indications = [
    ...list(
      readIndications({
        sourceIndications: objects(status.sourceIndications, MAX_INDICATIONS),
        indications: texts(status.indications, MAX_INDICATIONS, 64),
      }).map(i => i.slice(0, 64)),
    ),
  ];
  const phase = textAt(status, ['phase'], 64);
  const volumes = object(status.snapshotVolumes);
  const names = (value: unknown) =>
    status.snapshotVolumes
      ? (list(texts(value, MAX_VOLUMES, 253)) as string[])
      : undefined;
  const own = (map: unknown) =>
    textMap(map, {
      keep: key => key.startsWith(OWN_PREFIX) || key === ANNOTATION_DESCRIPTION,
      max: 8,
      maxText: key => (key === ANNOTATION_DESCRIPTION ? 2048 : 512),
      intern: text,
    });
  const deletionPolicy = textAt(raw, ['spec', 'deletionPolicy'], 64);
  return {
    cluster,
    namespace: text(id.namespace),
    name: id.name,
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    vmName: isVm ? text(textAt(source, ['name']) ?? '') : '',
    facts: {
      deletionTimestamp: textAt(raw, ['metadata', 'deletionTimestamp'], 64),
      phase: phase && text(phase),
      readyToUse:
        typeof status.readyToUse === 'boolean' ? status.readyToUse : undefined,
      errorMessage: textAt(status, ['error', 'message'], 2048),
      conditions: readConditions(raw, interner),
      indications,
      includedVolumes: names(volumes.includedVolumes),
    },
    createdAt: id.createdAt,
    cutAt: textAt(status, ['creationTime'], 64),
    deadlineMs: deadline(raw),
    deletionPolicy: deletionPolicy && text(deletionPolicy),
    contentName: textAt(status, ['virtualMachineSnapshotContentName']),
    sourceUid: textAt(status, ['sourceUID'], 64),
    excludedVolumes: names(volumes.excludedVolumes),
    indications: readIndicationTexts(status, indications, interner),
    labels: own(at(raw, 'metadata', 'labels')),
    annotations: own(at(raw, 'metadata', 'annotations')),
  };
}

/** Trims a VirtualMachineSnapshotContent. undefined when it has no identity. */
export function projectContentFacts(
  raw: Raw,
  { text }: Interner,
): ContentFacts | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const statuses = objects(
    at(raw, 'status', 'volumeSnapshotStatus'),
    MAX_VOLUMES,
  );
  const vmUid = textAt(
    raw,
    ['spec', 'source', 'virtualMachine', 'metadata', 'uid'],
    64,
  );
  return {
    namespace: text(id.namespace),
    name: id.name,
    resourceVersion: id.resourceVersion,
    snapshotName: textAt(raw, ['spec', 'virtualMachineSnapshotName']) ?? '',
    vmUid: vmUid && text(vmUid),
    vmAnnotations: textMap(
      at(raw, 'spec', 'source', 'virtualMachine', 'metadata', 'annotations'),
      {
        keep: key => key.startsWith(OWN_PREFIX),
        max: 8,
        maxText: () => 512,
        intern: text,
      },
    ),
    total: objects(at(raw, 'spec', 'volumeBackups'), MAX_VOLUMES).filter(
      backup => backup.volumeSnapshotName,
    ).length,
    cut: statuses.filter(s => s.creationTime).length,
    ready: statuses.filter(s => s.readyToUse === true).length,
  };
}

/** Joins a snapshot with its content, when there is one. */
export function joinSnapshot(
  facts: SnapshotFactsRecord,
  content: ContentFacts | undefined,
): SnapshotRecord {
  return {
    ...facts,
    capturedVmUid: content?.vmUid,
    capturedAnnotations: content?.vmAnnotations,
    disks: {
      total: content?.total ?? 0,
      cut: content?.cut ?? 0,
      ready: content?.ready ?? 0,
    },
  };
}
