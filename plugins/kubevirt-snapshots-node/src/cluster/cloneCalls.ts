// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  ANNOTATION_DESCRIPTION,
  ANNOTATION_OWNER,
  isBoundToOneObject,
  LABEL_OPERATION,
  LABEL_VM_UID,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { projectVm } from '../project/projectVm';
import { at, identity, object, objects, Raw, textAt } from '../project/raw';
import { Interner } from '../text/Interner';
import { capText } from '../text/capText';
import { RESOURCES, resourcePath } from '../transport/resources';
import { ClusterError } from './ClusterError';
import { CommittedIntent } from './CommittedIntent';
import type { CloneRecord, CreateCloneInput } from './copyTypes';
import { deleteObject } from './deleteObject';
import type { KubeClient } from './KubeClient';
import { readContent } from './snapshotCalls';
import type { SnapshotAddress } from './types';

/** Keys of ours never travel with a copy. */
const NOT_OURS = '!kubevirt-snapshots/*';
const OURS = 'kubevirt-snapshots';
const ALL = ['*', NOT_OURS];
/** KubeVirt's own keys only. */
const KUBEVIRT_ONLY = ['kubevirt.io/*', NOT_OURS];

/** Annotation by which KubeVirt marks what a restore has made. */
const RESTORE_NAME = 'restore.kubevirt.io/name';

/**
 * A JSON patch as text that every release of KubeVirt takes. Up to now they
 * split the text at `,` and `:` instead of parsing it, so nothing of a value
 * but plain characters is written as it is; JSON's own escapes stand for the
 * rest.
 */
export function patchText(
  op: 'add' | 'remove',
  path: string,
  value?: string,
): string {
  const plain = (text: string) =>
    text.replace(
      /[^A-Za-z0-9 ._/~=+@-]/g,
      // Unit by unit, so that a pair of surrogates stays one.
      unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const parts = [`"op":"${op}"`, `"path":"${plain(path)}"`];
  if (value !== undefined) {
    parts.push(`"value":"${plain(value)}"`);
  }
  return `{${parts.join(',')}}`;
}

const pathTo = (map: 'labels' | 'annotations', key: string) =>
  `/metadata/${map}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;

/** Keys of a map of texts. */
const keysOf = (value: unknown) => Object.keys(object(value));

/**
 * What makes the labels of the new VM those of the source as it is now: other
 * captured ones would put it under the permissions of the past, and such that
 * tools recognise would make it theirs.
 */
function labelPatches(
  captured: unknown,
  wanted: Record<string, string>,
): string[] {
  const had = keysOf(captured);
  if (had.length === 0 && Object.keys(wanted).length > 0) {
    // There is no map that a patch could add to, and KubeVirt takes no patch
    // that makes one; it would try for ever.
    throw new ClusterError(
      'refused',
      `The captured VM had no labels, so those of the VM as it is now (${Object.keys(
        wanted,
      ).join(', ')}) can't be put on a copy`,
    );
  }
  return [
    ...had
      // The filter has taken those away already.
      .filter(key => !key.includes(OURS) && !Object.hasOwn(wanted, key))
      .map(key => patchText('remove', pathTo('labels', key))),
    ...Object.entries(wanted).map(([key, value]) =>
      patchText('add', pathTo('labels', key), value),
    ),
  ];
}

function annotationPatches(
  captured: unknown,
  options: { keep: boolean; wanted: Record<string, string | undefined> },
): string[] {
  const kept = (key: string) =>
    !key.includes(OURS) && (options.keep || key.includes('kubevirt.io/'));
  return [
    ...keysOf(captured)
      .filter(key => kept(key) && isBoundToOneObject(key))
      .map(key => patchText('remove', pathTo('annotations', key))),
    // What was said of the captured VM isn't said of this one.
    ...keysOf(captured)
      .filter(key => key === ANNOTATION_DESCRIPTION && kept(key))
      .map(key => patchText('remove', pathTo('annotations', key))),
    ...Object.entries(options.wanted).flatMap(([key, value]) =>
      value ? [patchText('add', pathTo('annotations', key), value)] : [],
    ),
  ];
}

/**
 * The object that asks KubeVirt for a copy.
 *
 * @param captured - the VM in the snapshot's content
 * @param source - the VM as it is now
 */
export function cloneBody(
  intent: CommittedIntent,
  input: CreateCloneInput,
  captured: Raw,
  source: Raw,
): JsonObject {
  const { namespace } = input.source;
  // None of them is part of the path of a POST, but of what comes after it.
  for (const checked of [input.name, input.target, input.snapshot.name]) {
    resourcePath(RESOURCES.clones, { namespace, name: checked });
  }
  const live = projectVm(input.source.cluster, source, new Interner());
  if (!live || live.uid !== input.sourceUid) {
    throw new ClusterError(
      'conflict',
      `Another VM bears the name ${input.source.name} now`,
    );
  }
  const labels = {
    ...input.labels,
    ...Object.fromEntries(
      Object.entries(live.labels).filter(([key]) => !isBoundToOneObject(key)),
    ),
  };
  const keep = input.keepAnnotations;
  return {
    apiVersion: 'clone.kubevirt.io/v1beta1',
    kind: 'VirtualMachineClone',
    metadata: {
      name: input.name,
      namespace,
      labels: {
        [LABEL_OPERATION]: intent.operationId,
        [LABEL_VM_UID]: input.sourceUid,
      },
    },
    spec: {
      source: {
        apiGroup: 'snapshot.kubevirt.io',
        kind: 'VirtualMachineSnapshot',
        name: input.snapshot.name,
      },
      target: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: input.target,
      },
      labelFilters: ALL,
      annotationFilters: keep ? ALL : KUBEVIRT_ONLY,
      template: {
        labelFilters: input.keepInstanceLabels ? ALL : KUBEVIRT_ONLY,
        annotationFilters: ALL,
      },
      ...(Object.keys(input.macAddresses).length > 0 && {
        newMacAddresses: { ...input.macAddresses },
      }),
      ...(input.serial && { newSMBiosSerial: input.serial }),
      // New names by default: with names made of the VM's, an existing claim
      // would be taken over instead of filled.
      patches: [
        ...labelPatches(at(captured, 'metadata', 'labels'), labels),
        ...annotationPatches(at(captured, 'metadata', 'annotations'), {
          keep,
          wanted: {
            [ANNOTATION_OWNER]: live.annotations[ANNOTATION_OWNER],
            [ANNOTATION_DESCRIPTION]: input.description,
          },
        }),
      ],
    },
  };
}

const STATES: Record<string, CloneRecord['state']> = {
  Succeeded: 'succeeded',
  Failed: 'failed',
};

function projectCloneRecord(raw: Raw): CloneRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const phase = textAt(raw, ['status', 'phase'], 64);
  return {
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    name: id.name,
    state: (phase && STATES[phase]) || 'running',
    phase,
    targetName: textAt(raw, ['status', 'targetName']),
    restoreName: textAt(raw, ['status', 'restoreName']),
    operationId: textAt(raw, ['metadata', 'labels', LABEL_OPERATION]),
    deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

/** Reads a VirtualMachineClone. */
export async function readClone(
  client: KubeClient,
  { namespace, name }: SnapshotAddress,
): Promise<CloneRecord | undefined> {
  const raw = await client.get(RESOURCES.clones, namespace, name);
  return raw && projectCloneRecord(raw);
}

/**
 * The raw VM that a snapshot captured. Never to leave this folder.
 */
export async function readCapturedVm(
  client: KubeClient,
  namespace: string,
  snapshot: { uid: string; name: string; contentName?: string },
): Promise<{ content: Raw; vm: Raw }> {
  const raw = await client.get(RESOURCES.snapshots, namespace, snapshot.name);
  const content =
    textAt(raw, ['metadata', 'uid'], 64) === snapshot.uid
      ? await readContent(client, { ...snapshot, namespace })
      : undefined;
  const vm = at(content, 'spec', 'source', 'virtualMachine');
  if (!content || !vm) {
    throw new ClusterError(
      'refused',
      `What snapshot ${snapshot.name} captured isn't in the cluster any more`,
    );
  }
  return { content, vm: object(vm) };
}

/** Reads the VM as it is now. */
export async function readLiveVm(
  client: KubeClient,
  { namespace, name }: VmRef,
): Promise<Raw> {
  const raw = await client.get(RESOURCES.virtualMachines, namespace, name);
  if (!raw) {
    throw new ClusterError('refused', `VM ${name} is gone from the cluster`);
  }
  return raw;
}

/** Asks KubeVirt for a new VM. */
export async function createClone(
  clients: { reader: KubeClient; writer: KubeClient },
  intent: CommittedIntent,
  input: CreateCloneInput,
): Promise<CloneRecord> {
  CommittedIntent.assert(intent);
  const { namespace } = input.source;
  if (input.target === input.source.name) {
    // KubeVirt would take it for a restore of the VM itself.
    throw new InputError(`The new VM can't have the name of its source`);
  }
  const { vm } = await readCapturedVm(
    clients.reader,
    namespace,
    input.snapshot,
  );
  const source = await readLiveVm(clients.reader, input.source);
  const raw = await clients.writer.create(
    RESOURCES.clones,
    namespace,
    cloneBody(intent, input, vm, source),
  );
  const record = projectCloneRecord(raw);
  if (!record) {
    throw new ClusterError(
      'server-error',
      `Cluster ${input.source.cluster} answered the creation of a clone with something else`,
    );
  }
  return record;
}

/** Words of events that tell that all is well. */
const GOOD_REASONS = [
  'SnapshotCreated',
  'SnapshotReady',
  'RestoreCreated',
  'RestoreReady',
  'TargetVMCreated',
  'PVCBound',
  'SnapshotDeleted',
];

/**
 * What events tell about a clone that doesn't get on. KubeVirt forgets the
 * reason in the object's status within 30 ms, and files it as a Normal event.
 */
export async function readCloneTrouble(
  client: KubeClient,
  { namespace, name }: SnapshotAddress,
  clone: CloneRecord,
): Promise<string | undefined> {
  const about = async (involved: string) => {
    resourcePath(RESOURCES.events, { namespace, name: involved });
    return await client.list(RESOURCES.events, namespace, {
      fieldSelector: `involvedObject.name=${involved}`,
    });
  };
  const events = (
    await Promise.all([about(name), about(`tmp-restore-${clone.uid}`)])
  ).flat();
  const [last] = events
    .filter(event => {
      const kind = at(event, 'involvedObject', 'kind');
      const reason = textAt(event, ['reason']) ?? '';
      return kind === 'VirtualMachineClone'
        ? at(event, 'involvedObject', 'uid') === clone.uid &&
            !GOOD_REASONS.includes(reason)
        : event.type === 'Warning';
    })
    .sort((a, b) =>
      String(b.lastTimestamp) < String(a.lastTimestamp) ? -1 : 1,
    );
  const message = textAt(last, ['message'], 2048);
  return message && capText(message);
}

/**
 * Removes one thing that a clone's helper restore has made and nobody owns:
 * KubeVirt leaves them when a clone is given up. DataVolumes first, since
 * their claims go with them.
 */
export async function deleteCloneLeftover(
  clients: { reader: KubeClient; writer: KubeClient },
  intent: CommittedIntent,
  target: VmRef,
  cloneUid: string,
): Promise<string | undefined> {
  const { namespace } = target;
  const marker = `tmp-restore-${cloneUid}`;
  const { reader } = clients;
  if (await reader.get(RESOURCES.restores, namespace, marker)) {
    throw new ClusterError(
      'conflict',
      `The helper restore ${marker} is still being removed`,
    );
  }
  // Looked for after the helper is gone: from then on nobody makes it.
  if (await reader.get(RESOURCES.virtualMachines, namespace, target.name)) {
    return undefined;
  }
  for (const resource of [RESOURCES.dataVolumes, RESOURCES.claims]) {
    const items = await reader.list(resource, namespace, {
      optional: true,
    });
    const left = items.find(
      raw =>
        at(raw, 'metadata', 'annotations', RESTORE_NAME) === marker &&
        objects(at(raw, 'metadata', 'ownerReferences'), 1).length === 0 &&
        at(raw, 'metadata', 'deletionTimestamp') === undefined,
    );
    const id = left && identity(left);
    if (id) {
      await deleteObject(clients.writer, intent, resource, id, id);
      return id.name;
    }
  }
  return undefined;
}
