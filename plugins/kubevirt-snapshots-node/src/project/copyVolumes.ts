// SPDX-License-Identifier: Apache-2.0
import type { TemplateUserData } from 'backstage-plugin-kubevirt-snapshots-common';
import { volumeKind } from './disks';
import { at, object, objects, Raw, textAt } from './raw';

const MAX_VOLUMES = 256;

const CLOUD_INIT = ['cloudInitNoCloud', 'cloudInitConfigDrive'];
/** Kinds that only this one VM, on this one host or at this moment, can use. */
const UNCOPYABLE = ['hostDisk', 'memoryDump'];

/** A volume of a captured VM, and what a copy has to know about it. */
export interface CopyVolume {
  name: string;
  kind: string;
  raw: Raw;
}

/** Volumes of a VM in their order. */
export function copyVolumes(vm: Raw): CopyVolume[] {
  return objects(
    at(vm, 'spec', 'template', 'spec', 'volumes'),
    MAX_VOLUMES,
  ).map(raw => ({
    name: textAt(raw, ['name']) ?? '',
    kind: volumeKind(raw),
    raw,
  }));
}

/** Volumes whose disk a snapshot has to hold. */
export function hasClaim({ kind }: CopyVolume): boolean {
  return kind === 'dataVolume' || kind === 'persistentVolumeClaim';
}

/** Volumes that no other VM can have. */
export function isUncopyable({ kind }: CopyVolume): boolean {
  return UNCOPYABLE.includes(kind);
}

/** The Secret that a volume reads, where it does. */
export function secretNameOf({ kind, raw }: CopyVolume): string | undefined {
  const volume = object(raw[kind]);
  switch (kind) {
    case 'secret':
      return textAt(volume, ['secretName'], 253);
    case 'sysprep':
      return textAt(volume, ['secret', 'name'], 253);
    default:
      return CLOUD_INIT.includes(kind)
        ? textAt(volume, ['secretRef', 'name'], 253) ??
            textAt(volume, ['networkDataSecretRef', 'name'], 253)
        : undefined;
  }
}

/** Data for the first boot, told without any of it. */
export function userDataOf(volume: CopyVolume): TemplateUserData | undefined {
  const { name, kind } = volume;
  if (!CLOUD_INIT.includes(kind) && kind !== 'sysprep' && kind !== 'secret') {
    return undefined;
  }
  const secretName = secretNameOf(volume);
  return {
    volume: name,
    kind,
    actions: CLOUD_INIT.includes(kind)
      ? ['drop', 'parameter', 'secret']
      : ['drop', 'secret'],
    ...(secretName && { secretName }),
  };
}

/** The volume that refers to a Secret instead of holding data. */
export function volumeWithSecret(volume: CopyVolume, secretName: string): Raw {
  const { name, kind } = volume;
  switch (kind) {
    case 'secret':
      return { name, secret: { secretName } };
    case 'sysprep':
      return { name, sysprep: { secret: { name: secretName } } };
    default:
      return { name, [kind]: { secretRef: { name: secretName } } };
  }
}

/** The volume whose data whoever makes a VM gives as a parameter. */
export function volumeWithParameter(
  { name, kind }: CopyVolume,
  parameter: string,
): Raw {
  return { name, [kind]: { userData: `\${${parameter}}` } };
}
