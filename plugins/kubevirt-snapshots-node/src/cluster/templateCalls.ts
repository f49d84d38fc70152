// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  ANNOTATION_CREATED_BY,
  ANNOTATION_DESCRIPTION,
  LABEL_OPERATION,
  LABEL_VM_UID,
  TEMPLATE_NAME_PARAMETER,
  type TemplateApi,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { copyVolumes, hasClaim } from '../project/copyVolumes';
import { projectVm } from '../project/projectVm';
import { parseQuantity } from '../project/quantity';
import { at, identity, object, objects, Raw, textAt } from '../project/raw';
import {
  TemplateDisk,
  templateVm,
  withParameters,
} from '../project/templateVm';
import { capText } from '../text/capText';
import { Interner } from '../text/Interner';
import { RESOURCES, resourcePath } from '../transport/resources';
import { TEMPLATE_RESOURCES } from './ApiCheck';
import { readCapturedVm, readLiveVm } from './cloneCalls';
import { ClusterError } from './ClusterError';
import { CommittedIntent } from './CommittedIntent';
import type {
  ClusterCopies,
  CreateTemplateInput,
  DataVolumeRecord,
  TemplateRecord,
} from './copyTypes';
import type { KubeClient } from './KubeClient';
import type { SnapshotAddress } from './types';

type Clients = { reader: KubeClient; writer: KubeClient };
type DiskInput = Parameters<ClusterCopies['createTemplateDisk']>[1];

/**
 * Name of the DataVolume that holds a disk of a template. A volume's name is a
 * label as well, so no two disks of a template share a name.
 *
 * @public
 */
export function templateDiskName(template: string, volume: string): string {
  return `${template}-${volume}`;
}

const DISK_ANNOTATIONS = {
  // Else storage that waits for a consumer would never fill the disk.
  'cdi.kubevirt.io/storage.bind.immediate.requested': '',
  // Older releases of CDI may remove a DataVolume once it is filled.
  'cdi.kubevirt.io/storage.deleteAfterCompletion': 'false',
};

function backupOf(content: Raw, volume: string): Raw {
  const backup = objects(at(content, 'spec', 'volumeBackups'), 256).find(
    entry => textAt(entry, ['volumeName']) === volume,
  );
  if (!backup || !textAt(backup, ['volumeSnapshotName'], 253)) {
    throw new ClusterError(
      'refused',
      `Disk ${volume} isn't in the snapshot any more`,
    );
  }
  return backup;
}

/** The larger one of what the claim asked for and what a restore needs. */
async function sizeOf(
  client: KubeClient,
  namespace: string,
  backup: Raw,
): Promise<string> {
  const live = await client.get(
    RESOURCES.volumeSnapshots,
    namespace,
    textAt(backup, ['volumeSnapshotName'], 253)!,
  );
  if (!live) {
    throw new ClusterError(
      'refused',
      `The VolumeSnapshot of disk ${textAt(backup, ['volumeName'])} is gone`,
    );
  }
  const asked = at(
    backup,
    'persistentVolumeClaim',
    'spec',
    'resources',
    'requests',
    'storage',
  );
  const needed = at(live, 'status', 'restoreSize');
  const larger =
    (parseQuantity(needed) ?? 0) > (parseQuantity(asked) ?? 0) ? needed : asked;
  if (parseQuantity(larger) === undefined) {
    throw new ClusterError(
      'refused',
      `Nobody says how large disk ${textAt(backup, ['volumeName'])} is`,
    );
  }
  return String(larger);
}

function projectDataVolume(raw: Raw): DataVolumeRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const running = objects(at(raw, 'status', 'conditions'), 16).find(
    condition => condition.type === 'Running',
  );
  const message = textAt(running, ['message'], 2048);
  return {
    name: id.name,
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    phase: textAt(raw, ['status', 'phase'], 64),
    progress: textAt(raw, ['status', 'progress'], 16),
    message: message && capText(message),
    operationId: textAt(raw, ['metadata', 'labels', LABEL_OPERATION]),
    owners: objects(at(raw, 'metadata', 'ownerReferences'), 16).map(
      owner => textAt(owner, ['uid'], 64) ?? '',
    ),
    deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

function answered<T>(cluster: string, record: T | undefined): T {
  if (!record) {
    throw new ClusterError(
      'server-error',
      `Cluster ${cluster} answered a creation with something else`,
    );
  }
  return record;
}

/** Reads a DataVolume. */
export async function readDataVolume(
  client: KubeClient,
  { namespace, name }: SnapshotAddress,
): Promise<DataVolumeRecord | undefined> {
  const raw = await client.get(RESOURCES.dataVolumes, namespace, name);
  return raw && projectDataVolume(raw);
}

/**
 * The object that is sent as a disk of a template.
 *
 * @param backup - of the captured disk, in the snapshot's content
 * @param size - a quantity
 */
export function templateDiskBody(
  intent: CommittedIntent,
  input: Pick<DiskInput, 'name' | 'source'>,
  backup: Raw,
  size: string,
): JsonObject {
  const { namespace } = input.source;
  resourcePath(RESOURCES.dataVolumes, { namespace, name: input.name });
  const claim = object(at(backup, 'persistentVolumeClaim', 'spec'));
  const storageClassName = textAt(claim, ['storageClassName'], 253);
  const accessModes = objectsOfText(claim.accessModes);
  const volumeMode = textAt(claim, ['volumeMode'], 16);
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: input.name,
      namespace,
      labels: { [LABEL_OPERATION]: intent.operationId },
      annotations: DISK_ANNOTATIONS,
    },
    spec: {
      source: {
        snapshot: {
          namespace,
          name: textAt(backup, ['volumeSnapshotName'], 253)!,
        },
      },
      storage: {
        resources: { requests: { storage: size } },
        ...(storageClassName && { storageClassName }),
        ...(accessModes.length > 0 && { accessModes }),
        ...(volumeMode && { volumeMode }),
      },
    },
  };
}

/** Makes a disk of a template from a captured one. */
export async function createTemplateDisk(
  clients: Clients,
  intent: CommittedIntent,
  input: DiskInput,
): Promise<DataVolumeRecord> {
  CommittedIntent.assert(intent);
  const { cluster, namespace } = input.source;
  resourcePath(RESOURCES.dataVolumes, { namespace, name: input.name });
  const { content } = await readCapturedVm(
    clients.reader,
    namespace,
    input.snapshot,
  );
  const backup = backupOf(content, input.volume);
  const raw = await clients.writer.create(
    RESOURCES.dataVolumes,
    namespace,
    templateDiskBody(
      intent,
      input,
      backup,
      await sizeOf(clients.reader, namespace, backup),
    ),
  );
  return answered(cluster, projectDataVolume(raw));
}

function objectsOfText(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((entry): entry is string => typeof entry === 'string')
    : [];
}

function projectTemplate(
  api: TemplateApi,
  raw: Raw,
): TemplateRecord | undefined {
  const id = identity(raw);
  return (
    id && {
      api,
      name: id.name,
      uid: id.uid,
      resourceVersion: id.resourceVersion,
      operationId: textAt(raw, ['metadata', 'labels', LABEL_OPERATION]),
      deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
    }
  );
}

/** Reads a template. */
export async function readTemplate(
  client: KubeClient,
  api: TemplateApi,
  { namespace, name }: SnapshotAddress,
): Promise<TemplateRecord | undefined> {
  const raw = await client.get(TEMPLATE_RESOURCES[api], namespace, name);
  return raw && projectTemplate(api, raw);
}

function parametersOf(input: CreateTemplateInput): JsonObject[] {
  return [
    {
      name: TEMPLATE_NAME_PARAMETER,
      displayName: 'Name',
      description: 'Name of the new VM',
      required: true,
    },
    ...input.parameters.map(parameter => ({
      name: parameter.name,
      ...(parameter.displayName && { displayName: parameter.displayName }),
      ...(parameter.description && { description: parameter.description }),
      ...(parameter.value !== undefined && { value: parameter.value }),
      ...(parameter.required && { required: true }),
    })),
    ...input.userData.flatMap(({ action, parameterName, volume }) =>
      action === 'parameter' && parameterName
        ? [
            {
              name: parameterName,
              description: `Data for the first boot (volume ${volume})`,
              required: true,
            },
          ]
        : [],
    ),
  ];
}

/**
 * The object that is sent as a template.
 *
 * @param vm - made by `templateVm`, parameters in place
 */
export function templateBody(
  intent: CommittedIntent,
  input: CreateTemplateInput,
  vm: Raw,
): JsonObject {
  const { api, name, source } = input;
  resourcePath(TEMPLATE_RESOURCES[api], {
    namespace: source.namespace,
    name,
  });
  const metadata = {
    name,
    namespace: source.namespace,
    labels: {
      [LABEL_OPERATION]: intent.operationId,
      [LABEL_VM_UID]: input.sourceUid,
      // By which OpenShift's console finds templates of VMs.
      ...(api === 'openshift' && { 'template.kubevirt.io/type': 'vm' }),
    },
    annotations: {
      [ANNOTATION_CREATED_BY]: intent.actor,
      ...(input.description && {
        [ANNOTATION_DESCRIPTION]: input.description,
      }),
    },
  };
  const virtualMachine = vm as JsonObject;
  return api === 'kubevirt'
    ? {
        apiVersion: 'template.kubevirt.io/v1beta1',
        kind: 'VirtualMachineTemplate',
        metadata,
        spec: { virtualMachine, parameters: parametersOf(input) },
      }
    : {
        apiVersion: 'template.openshift.io/v1',
        kind: 'Template',
        metadata,
        objects: [virtualMachine],
        parameters: parametersOf(input),
      };
}

/**
 * Makes the template. The captured VM is read here and goes back to the same
 * namespace; nothing of it leaves this folder.
 */
export async function createTemplate(
  clients: Clients,
  intent: CommittedIntent,
  input: CreateTemplateInput,
): Promise<TemplateRecord> {
  CommittedIntent.assert(intent);
  const { cluster, namespace } = input.source;
  const { content, vm } = await readCapturedVm(
    clients.reader,
    namespace,
    input.snapshot,
  );
  const live = projectVm(
    cluster,
    await readLiveVm(clients.reader, input.source),
    new Interner(),
  );
  if (live?.uid !== input.sourceUid) {
    throw new ClusterError(
      'conflict',
      `Another VM bears the name ${input.source.name} now`,
    );
  }
  const disks: TemplateDisk[] = [];
  for (const volume of copyVolumes(vm).filter(hasClaim)) {
    disks.push({
      volume: volume.name,
      dataVolume: templateDiskName(input.name, volume.name),
      size: await sizeOf(
        clients.reader,
        namespace,
        backupOf(content, volume.name),
      ),
    });
  }
  const raw = await clients.writer.create(
    TEMPLATE_RESOURCES[input.api],
    namespace,
    templateBody(
      intent,
      input,
      withParameters(
        templateVm({
          captured: vm,
          labels: live.labels,
          disks,
          namespace,
          userData: input.userData,
        }),
        input.parameters,
      ),
    ),
  );
  return answered(cluster, projectTemplate(input.api, raw));
}

/** Makes the template own a disk; refused when the disk has changed since. */
export async function handDataVolumeOver(
  client: KubeClient,
  intent: CommittedIntent,
  { namespace, name }: SnapshotAddress,
  preconditions: { uid: string; resourceVersion: string },
  owner: TemplateRecord,
): Promise<void> {
  CommittedIntent.assert(intent);
  const { uid, resourceVersion } = preconditions;
  if (!uid || !resourceVersion || !owner.uid) {
    throw new InputError('A disk is handed over by uid and resourceVersion');
  }
  const { group, version } = TEMPLATE_RESOURCES[owner.api];
  await client.patch(RESOURCES.dataVolumes, namespace, name, {
    metadata: {
      uid,
      resourceVersion,
      ownerReferences: [
        {
          apiVersion: `${group}/${version}`,
          kind:
            owner.api === 'kubevirt' ? 'VirtualMachineTemplate' : 'Template',
          name: owner.name,
          uid: owner.uid,
        },
      ],
    },
  });
}
