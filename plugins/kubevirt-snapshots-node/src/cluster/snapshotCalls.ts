// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  LABEL_OPERATION,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { projectContent, volumeSnapshotNames } from '../project/projectContent';
import {
  contentNameOf,
  joinSnapshot,
  projectContentFacts,
  projectSnapshot,
} from '../project/projectSnapshot';
import { joinVm, projectInstance, projectVm } from '../project/projectVm';
import { at, Raw } from '../project/raw';
import { Interner } from '../text/Interner';
import { RESOURCES, resourcePath } from '../transport/resources';
import { ClusterError } from './ClusterError';
import { CommittedIntent } from './CommittedIntent';
import type { KubeClient } from './KubeClient';
import type {
  CapturedContent,
  CreateSnapshotInput,
  SnapshotAddress,
  SnapshotRecord,
  VmRecord,
} from './types';

/** Reads a VM and its instance. */
export async function readVm(
  client: KubeClient,
  ref: VmRef,
): Promise<VmRecord | undefined> {
  const { cluster, namespace, name } = ref;
  const [vm, instance] = await Promise.all([
    client.get(RESOURCES.virtualMachines, namespace, name),
    client.get(RESOURCES.virtualMachineInstances, namespace, name),
  ]);
  const interner = new Interner();
  const facts = vm && projectVm(cluster, vm, interner);
  return (
    facts && joinVm(facts, instance && projectInstance(instance, interner))
  );
}

/** Reads the raw content of a snapshot. Never to leave this folder. */
export async function readContent(
  client: KubeClient,
  record: Pick<SnapshotRecord, 'namespace' | 'name' | 'uid' | 'contentName'>,
): Promise<Raw | undefined> {
  const { namespace, name } = record;
  const content = await client.get(
    RESOURCES.contents,
    namespace,
    contentNameOf(record),
  );
  // A forged contentName must not open another snapshot's configuration.
  return at(content, 'spec', 'virtualMachineSnapshotName') === name
    ? content
    : undefined;
}

/** Reads a snapshot and its content. */
export async function readSnapshot(
  client: KubeClient,
  address: SnapshotAddress,
): Promise<SnapshotRecord | undefined> {
  const { cluster, namespace, name } = address;
  const raw = await client.get(RESOURCES.snapshots, namespace, name);
  const interner = new Interner();
  const facts = raw && projectSnapshot(cluster, raw, interner);
  if (!facts) {
    return undefined;
  }
  const content = await readContent(client, facts);
  return joinSnapshot(facts, content && projectContentFacts(content, interner));
}

/** Reads what a snapshot captured, projected. */
export async function readCaptured(
  client: KubeClient,
  record: SnapshotRecord,
): Promise<CapturedContent | undefined> {
  const content = await readContent(client, record);
  if (!content) {
    return undefined;
  }
  return projectContent(
    content,
    await readVolumeSnapshots(client, content, record.namespace),
  );
}

/** Reads the VolumeSnapshots behind a content, by their names. */
export async function readVolumeSnapshots(
  client: KubeClient,
  content: Raw,
  namespace: string,
): Promise<Map<string, Raw>> {
  const volumeSnapshots = new Map<string, Raw>();
  await Promise.all(
    volumeSnapshotNames(content).map(async name => {
      const raw = await client.get(RESOURCES.volumeSnapshots, namespace, name);
      if (raw) {
        volumeSnapshots.set(name, raw);
      }
    }),
  );
  return volumeSnapshots;
}

/** The object that is sent to take a snapshot. */
export function snapshotBody(
  intent: CommittedIntent,
  input: CreateSnapshotInput,
): JsonObject {
  const { ref, name, deadlineSeconds } = input;
  // Zero would mean no deadline and no safety thaw of the guest.
  if (!Number.isInteger(deadlineSeconds) || deadlineSeconds <= 0) {
    throw new InputError('The deadline has to be whole seconds above zero');
  }
  // Neither name is part of the path of a POST, but of what comes after it.
  for (const checked of [name, ref.name]) {
    resourcePath(RESOURCES.snapshots, {
      namespace: ref.namespace,
      name: checked,
    });
  }
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineSnapshot',
    metadata: {
      name,
      namespace: ref.namespace,
      labels: { ...input.labels, [LABEL_OPERATION]: intent.operationId },
      annotations: { ...input.annotations },
    },
    spec: {
      source: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: ref.name,
      },
      failureDeadline: `${deadlineSeconds}s`,
    },
  };
}

/** Asks KubeVirt for a snapshot. */
export async function createSnapshot(
  client: KubeClient,
  intent: CommittedIntent,
  input: CreateSnapshotInput,
): Promise<SnapshotRecord> {
  CommittedIntent.assert(intent);
  const { cluster, namespace } = input.ref;
  const raw = await client.create(
    RESOURCES.snapshots,
    namespace,
    snapshotBody(intent, input),
  );
  const facts = projectSnapshot(cluster, raw, new Interner());
  if (!facts) {
    throw new ClusterError(
      'server-error',
      `Cluster ${cluster} answered the creation of a snapshot with something else`,
    );
  }
  return joinSnapshot(facts, undefined);
}
