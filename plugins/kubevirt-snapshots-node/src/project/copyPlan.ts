// SPDX-License-Identifier: Apache-2.0
import {
  isBoundToOneObject,
  type CapturedInterface,
  type TemplateDropCode,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { CapturedPlan } from '../cluster/copyTypes';
import { hasBackendStorage } from './backendStorage';
import {
  copyVolumes,
  hasClaim,
  isUncopyable,
  secretNameOf,
  userDataOf,
} from './copyVolumes';
import { projectContent } from './projectContent';
import { at, object, objects, Raw, textAt, textMap, texts } from './raw';
import { placeholdersIn, slotsOf, templateVm } from './templateVm';

const MAX_KEYS = 256;
const MAX_INTERFACES = 64;

function interfacesOf(vm: Raw): CapturedInterface[] {
  const template = at(vm, 'spec', 'template', 'spec');
  const networks = new Map(
    objects(at(template, 'networks'), MAX_INTERFACES).map(network => [
      textAt(network, ['name'], 63),
      network.pod
        ? 'pod'
        : textAt(network, ['multus', 'networkName'], 256) ?? 'other',
    ]),
  );
  return objects(
    at(template, 'domain', 'devices', 'interfaces'),
    MAX_INTERFACES,
  ).map(entry => {
    const name = textAt(entry, ['name'], 63) ?? '';
    return {
      name,
      network: networks.get(name) ?? 'other',
      fixedMac: Boolean(entry.macAddress),
    };
  });
}

function labelMap(value: unknown, keep: (key: string) => boolean) {
  return textMap(value, { keep, max: MAX_KEYS, maxText: () => 63 });
}

function droppedBy(vm: Raw): CapturedPlan['dropped'] {
  const template = object(at(vm, 'spec', 'template', 'spec'));
  const domain = object(template.domain);
  const dropped: CapturedPlan['dropped'] = [];
  const add = (code: TemplateDropCode, subjects: string[] | false) => {
    if (subjects) {
      dropped.push({ code, subjects });
    }
  };
  const some = (names: string[]) => names.length > 0 && names;
  add(
    'mac-address',
    some(
      interfacesOf(vm)
        .filter(entry => entry.fixedMac)
        .map(entry => entry.name),
    ),
  );
  add('firmware-uuid', Boolean(at(domain, 'firmware', 'uuid')) && []);
  add('firmware-serial', Boolean(at(domain, 'firmware', 'serial')) && []);
  add('tpm-state', at(domain, 'devices', 'tpm', 'persistent') === true && []);
  add(
    'efi-state',
    at(domain, 'firmware', 'bootloader', 'efi', 'persistent') === true && [],
  );
  add('host-name', textAt(template, ['hostname'], 63) !== undefined && []);
  add(
    'access-credentials',
    objects(template.accessCredentials, 1).length > 0 && [],
  );
  const volumes = copyVolumes(vm);
  add('user-data', some(volumes.filter(userDataOf).map(v => v.name)));
  add('volume', some(volumes.filter(isUncopyable).map(v => v.name)));
  const keys = (...path: string[]) => Object.keys(object(at(vm, ...path)));
  const foreign = (key: string) => !key.includes('kubevirt.io/');
  add(
    'key',
    some(
      Array.from(
        new Set([
          ...keys('metadata', 'labels').filter(isBoundToOneObject),
          ...keys('metadata', 'annotations').filter(foreign),
          ...keys('spec', 'template', 'metadata', 'labels').filter(foreign),
        ]),
      )
        .filter(key => key.length <= 317)
        .slice(0, MAX_KEYS),
    ),
  );
  return dropped;
}

/**
 * The allow-list projection of a content for Create VM and Create VM template.
 * Names, kinds, sizes and keys; never a value that may be a secret.
 *
 * @param volumeSnapshots - its VolumeSnapshots as they are now, by name
 */
export function projectCopyPlan(
  content: Raw,
  volumeSnapshots: Map<string, Raw>,
): CapturedPlan {
  const vm = object(at(content, 'spec', 'source', 'virtualMachine'));
  const { vmUid, disks, configuration } = projectContent(
    content,
    volumeSnapshots,
  );
  const captured = new Set(disks.map(disk => disk.name));
  const volumes = copyVolumes(vm);
  const templated = new Set(
    objects(at(vm, 'spec', 'dataVolumeTemplates'), MAX_KEYS).map(entry =>
      textAt(entry, ['metadata', 'name'], 253),
    ),
  );
  const labels = labelMap(at(vm, 'metadata', 'labels'), () => true);
  const instanceLabels = labelMap(
    at(vm, 'spec', 'template', 'metadata', 'labels'),
    key => !key.includes('kubevirt.io/') && !isBoundToOneObject(key),
  );
  return {
    vmUid,
    // State of TPM and EFI is a disk of KubeVirt's own, in no list of volumes.
    disks: disks.filter(disk =>
      volumes.some(volume => volume.name === disk.name && hasClaim(volume)),
    ),
    configuration,
    interfaces: interfacesOf(vm),
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    annotationKeys: texts(
      Object.keys(object(at(vm, 'metadata', 'annotations'))),
      MAX_KEYS,
      317,
    ),
    instanceLabels,
    uncaptured: volumes
      .filter(volume => hasClaim(volume) && !captured.has(volume.name))
      .map(volume => volume.name),
    backendStorage: hasBackendStorage(vm),
    hostName: textAt(vm, ['spec', 'template', 'spec', 'hostname'], 63),
    userData: volumes.flatMap(volume => userDataOf(volume) ?? []),
    secretVolumes: volumes.filter(secretNameOf).map(volume => volume.name),
    plainClaims: volumes
      .filter(
        volume =>
          captured.has(volume.name) &&
          hasClaim(volume) &&
          !templated.has(textAt(volume.raw, ['dataVolume', 'name'], 253)),
      )
      .map(volume => volume.name),
    sharedVolumes: volumes
      .filter(volume => volume.kind === 'hostDisk')
      .map(volume => volume.name),
    slots: slotsOf(vm),
    dropped: droppedBy(vm),
    placeholders: placeholdersIn(
      templateVm({
        captured: { ...vm, metadata: { ...object(vm.metadata), labels: {} } },
        labels: {},
        disks: [],
        namespace: '',
        userData: [],
      }).spec,
    )
      // The one that we put there ourselves.
      .filter(path => path !== '/template/metadata/labels/kubevirt.io/domain')
      .slice(0, 16),
  };
}
