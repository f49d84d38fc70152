// SPDX-License-Identifier: Apache-2.0
import { applyPatch, type Operation } from 'fast-json-patch';
import { deepCopy } from '../json';
import type { KubeObject } from '../types';
import { LAST_RESTORE, restoreId, VolumeRestore } from './restoreVolumes';
import { volumesOf } from './volumes';

/** The captured spec with the restored volumes in it. */
export function restoredSpec(
  captured: { spec: any },
  restores: VolumeRestore[],
): any {
  const spec = deepCopy(captured.spec);
  const byVolume = new Map(restores.map(entry => [entry.volumeName, entry]));
  const renamed = new Map<string, string>();
  spec.template.spec.volumes = volumesOf(captured)
    .filter(volume => !volume.memoryDump)
    .map(volume => {
      const entry = byVolume.get(volume.name);
      if (!entry) {
        return deepCopy(volume);
      }
      if (entry.dataVolumeName) {
        renamed.set(volume.dataVolume.name, entry.dataVolumeName);
        return {
          name: volume.name,
          dataVolume: { ...volume.dataVolume, name: entry.dataVolumeName },
        };
      }
      return {
        name: volume.name,
        persistentVolumeClaim: { claimName: entry.persistentVolumeClaim },
      };
    });
  if (spec.dataVolumeTemplates) {
    spec.dataVolumeTemplates = spec.dataVolumeTemplates.map(
      (template: any) => ({
        ...template,
        metadata: {
          ...template.metadata,
          name: renamed.get(template.metadata.name) ?? template.metadata.name,
        },
      }),
    );
  }
  return spec;
}

/** Spec of an existing target: everything captured, but switched on or off as it is now. */
export function specForExisting(vm: KubeObject, spec: any): any {
  const next = deepCopy(spec);
  delete next.running;
  delete next.runStrategy;
  if (vm.spec.running === undefined) {
    next.runStrategy = vm.spec.runStrategy;
  } else {
    next.running = false;
  }
  return next;
}

/** KubeVirt replaces fields that are not there (a MAC address, say), but does not remove them. */
function lenient(patch: Operation): Operation {
  const isIndex = /\/\d+$/.test(patch.path);
  return patch.op === 'replace' && !isIndex ? { ...patch, op: 'add' } : patch;
}

/** Empty strings are what Go leaves out; the webhook then gives a new identity. */
function withoutEmptyIdentity(vm: any): any {
  const { domain } = vm.spec.template.spec;
  for (const entry of domain.devices?.interfaces ?? []) {
    if (entry.macAddress === '') {
      delete entry.macAddress;
    }
  }
  for (const field of ['serial', 'uuid']) {
    if (domain.firmware?.[field] === '') {
      delete domain.firmware[field];
    }
  }
  return vm;
}

/** The machine to create when the target does not exist. @throws Error when a patch does not apply */
export function newTarget(
  restore: KubeObject,
  captured: KubeObject,
  spec: any,
): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const next = deepCopy(spec);
  if (next.running === undefined) {
    next.runStrategy = 'Halted';
  } else {
    next.running = false;
  }
  const vm: any = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name: restore.spec.target.name,
      namespace: restore.metadata.namespace,
      ...(captured.metadata.labels && {
        labels: { ...captured.metadata.labels },
      }),
      annotations: {
        ...captured.metadata.annotations,
        [LAST_RESTORE]: restoreId(restore),
      },
    },
    spec: next,
  };
  const patches: Operation[] = (restore.spec.patches ?? []).map(
    (patch: string) => lenient(JSON.parse(patch)),
  );
  try {
    return withoutEmptyIdentity(
      applyPatch(vm, patches, true, true).newDocument,
    );
  } catch (error) {
    const text = (error as Error).message.split('\n')[0];
    throw new Error(`error patching VM ${vm.metadata.name}: ${text}`);
  }
}
