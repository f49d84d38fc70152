// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  LABEL_OPERATION,
  stateVolumeOf,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { hasBackendStorage } from '../project/backendStorage';
import {
  compareConfiguration,
  digestOf,
} from '../project/compareConfiguration';
import { managersOf } from '../project/managers';
import { projectContent } from '../project/projectContent';
import { projectRestore } from '../project/projectRestore';
import { joinVm, projectInstance, projectVm } from '../project/projectVm';
import { at, object, objects, Raw, textAt } from '../project/raw';
import { volumeClaims } from '../project/volumeClaims';
import { Interner } from '../text/Interner';
import { RESOURCES, resourcePath } from '../transport/resources';
import { readStateClaim } from './claimCalls';
import { ClusterError } from './ClusterError';
import { CommittedIntent } from './CommittedIntent';
import type { KubeClient } from './KubeClient';
import { readContent, readVolumeSnapshots } from './snapshotCalls';
import type {
  CreateRestoreInput,
  RestoreComparison,
  RestoreRecord,
  SnapshotAddress,
  SnapshotRecord,
} from './types';

/**
 * An annotation that no VM has. Patches apply only where KubeVirt would have to
 * create the VM, so removing it fails exactly then.
 */
const GUARD =
  '{"op":"remove","path":"/metadata/annotations/kubevirt-snapshots-guard"}';

/** Reads a restore. */
export async function readRestore(
  client: KubeClient,
  { cluster, namespace, name }: SnapshotAddress,
): Promise<RestoreRecord | undefined> {
  const raw = await client.get(RESOURCES.restores, namespace, name);
  return raw && projectRestore(cluster, raw, new Interner());
}

/** Reads all restores whose target bears the VM's name. */
export async function readRestoresOf(
  client: KubeClient,
  { cluster, namespace, name }: VmRef,
): Promise<RestoreRecord[]> {
  const interner = new Interner();
  return (await client.list(RESOURCES.restores, namespace))
    .map(raw => projectRestore(cluster, raw, interner))
    .filter((restore): restore is RestoreRecord => restore?.targetVm === name);
}

/** The object that is sent to restore a VM. */
export function restoreBody(
  intent: CommittedIntent,
  input: CreateRestoreInput,
): JsonObject {
  const { ref, name, snapshotName, vmUid } = input;
  if (!vmUid) {
    throw new InputError('A restore is bound to the UID of its VM');
  }
  // None of the names is part of the path of a POST, but of what comes after it.
  const names = [
    ref.name,
    name,
    snapshotName,
    ...(input.names ?? []).map(entry => entry.claim),
  ];
  for (const checked of names) {
    resourcePath(RESOURCES.restores, {
      namespace: ref.namespace,
      name: checked,
    });
  }
  return {
    apiVersion: 'snapshot.kubevirt.io/v1beta1',
    kind: 'VirtualMachineRestore',
    metadata: {
      name,
      namespace: ref.namespace,
      labels: { ...input.labels, [LABEL_OPERATION]: intent.operationId },
      annotations: { ...input.annotations },
      // Should another VM bear the name by now, the garbage collector removes
      // the restore before it does anything. No blockOwnerDeletion: OpenShift
      // lets only those set it who may change the VM's finalizers.
      ownerReferences: [
        {
          apiVersion: 'kubevirt.io/v1',
          kind: 'VirtualMachine',
          name: ref.name,
          uid: vmUid,
        },
      ],
    },
    spec: {
      target: {
        apiGroup: 'kubevirt.io',
        kind: 'VirtualMachine',
        name: ref.name,
      },
      virtualMachineSnapshotName: snapshotName,
      targetReadinessPolicy: 'FailImmediate',
      volumeRestorePolicy:
        input.volumes === 'in-place' ? 'InPlace' : 'RandomizeNames',
      volumeOwnershipPolicy: input.ownership,
      patches: [GUARD],
      ...(input.names?.length && {
        volumeRestoreOverrides: input.names.map(({ volume, claim }) => ({
          volumeName: volume,
          restoreName: claim,
        })),
      }),
    },
  };
}

/** Asks KubeVirt for a restore. */
export async function createRestore(
  client: KubeClient,
  intent: CommittedIntent,
  input: CreateRestoreInput,
): Promise<RestoreRecord> {
  CommittedIntent.assert(intent);
  const { cluster, namespace } = input.ref;
  const raw = await client.create(
    RESOURCES.restores,
    namespace,
    restoreBody(intent, input),
  );
  const record = projectRestore(cluster, raw, new Interner());
  if (!record) {
    throw new ClusterError(
      'server-error',
      `Cluster ${cluster} answered the creation of a restore with something else`,
    );
  }
  return record;
}

function ownedByVm(content: Raw, volume: string, vmUid: unknown): boolean {
  const backup = objects(at(content, 'spec', 'volumeBackups'), 256).find(
    entry => entry.volumeName === volume,
  );
  return objects(
    at(backup, 'persistentVolumeClaim', 'metadata', 'ownerReferences'),
    16,
  ).some(owner => owner.uid === vmUid);
}

/** Volumes that a memory was dumped to. */
function dumpsOf(vm: Raw): { volume: string; claim: string }[] {
  return objects(at(vm, 'spec', 'template', 'spec', 'volumes'), 256).flatMap(
    raw => {
      const claim = textAt(raw, ['memoryDump', 'claimName']);
      return claim ? [{ volume: textAt(raw, ['name']) ?? '', claim }] : [];
    },
  );
}

/**
 * TPM or EFI state of a VM. A preference may ask for it too, which shows in the
 * claim alone.
 */
async function stateOf(
  client: KubeClient,
  ref: VmRef,
  vm: Raw,
  captured: Raw,
): Promise<RestoreComparison['state']> {
  const prefers = (of: Raw) => at(of, 'spec', 'preference') !== undefined;
  const [has, had] = [vm, captured].map(hasBackendStorage);
  if (!has && !had && !prefers(vm)) {
    return undefined;
  }
  const claim = (await readStateClaim(client, ref))?.name;
  return has || had || claim
    ? {
        volume: stateVolumeOf(ref.name),
        ...(claim && { claim }),
        leaves: !had && !prefers(captured),
      }
    : undefined;
}

/**
 * Whether CPU and memory will be those of the instance type as it is now.
 * KubeVirt keeps the VM's own revision in its status, and with it in a restore
 * that names no other instance type.
 */
function isFloating(vm: Raw, captured: Raw): boolean {
  const wanted = object(at(captured, 'spec', 'instancetype'));
  const kept = object(at(vm, 'status', 'instancetypeRef'));
  const isPinned =
    textAt(wanted, ['revisionName']) !== undefined ||
    (textAt(kept, ['controllerRevisionRef', 'name']) !== undefined &&
      kept.name === wanted.name &&
      (wanted.kind ?? kept.kind) === kept.kind);
  return textAt(wanted, ['name']) !== undefined && !isPinned;
}

/** Reads a VM and what a snapshot captured, and puts them side by side. */
export async function compareWithSnapshot(
  client: KubeClient,
  record: SnapshotRecord,
  ref: VmRef,
): Promise<RestoreComparison | undefined> {
  const { cluster, namespace, name } = ref;
  const [vm, instance, content] = await Promise.all([
    client.get(RESOURCES.virtualMachines, namespace, name),
    client.get(RESOURCES.virtualMachineInstances, namespace, name),
    readContent(client, record),
  ]);
  const interner = new Interner();
  const facts = vm && projectVm(cluster, vm, interner);
  if (!vm || !facts || !content) {
    return undefined;
  }
  const captured = object(at(content, 'spec', 'source', 'virtualMachine'));
  const vmUid = at(captured, 'metadata', 'uid');
  const projected = projectContent(
    content,
    await readVolumeSnapshots(client, content, namespace),
  );
  // KubeVirt captures a memory dump like any disk, and never restores it.
  const dumps = dumpsOf(captured).map(({ volume }) => volume);
  const disks = projected.disks.filter(
    ({ name: disk }) => !dumps.includes(disk),
  );
  const state = await stateOf(client, ref, vm, captured);
  return {
    vm: joinVm(facts, instance && projectInstance(instance, interner)),
    specDigest: digestOf(vm.spec),
    capturedDigest: digestOf(content.spec),
    content: { ...projected, disks },
    differences: compareConfiguration(captured, vm),
    current: [
      ...volumeClaims(vm).map(({ volume, claim, templated }) => ({
        volume,
        claim,
        templated,
      })),
      ...dumpsOf(vm).map(dump => ({ ...dump, templated: false })),
    ],
    captured: volumeClaims(captured).map(({ volume, claim, templated }) => ({
      volume,
      claim,
      templated,
      ownedByVm: ownedByVm(content, volume, vmUid),
    })),
    managers: managersOf(vm),
    floatingInstanceType: isFloating(vm, captured),
    ...(state && { state }),
  };
}
