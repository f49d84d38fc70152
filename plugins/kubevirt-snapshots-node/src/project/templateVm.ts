// SPDX-License-Identifier: Apache-2.0
import {
  isBoundToOneObject,
  type TemplateParameter,
  type TemplateSlot,
  type TemplateUserDataChoice,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  copyVolumes,
  hasClaim,
  isUncopyable,
  userDataOf,
  volumeWithParameter,
  volumeWithSecret,
} from './copyVolumes';
import { at, object, objects, Raw, textAt } from './raw';

/** What a template's engine takes for a parameter. */
const PLACEHOLDER = /\$\{\{?[a-zA-Z0-9_]+\}?\}/;

const MAX_NETWORKS = 64;

const deepCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** Parameter for the name of the VM that a template makes. */
const NAME = '${NAME}';

/** A disk of a template, by the captured volume that it was copied from. */
export interface TemplateDisk {
  volume: string;
  dataVolume: string;
  /** Kubernetes quantity. */
  size: string;
}

/** KubeVirt's own annotations say what kind of guest it is; others may say anything. */
function guestAnnotations(raw: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object(raw)).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('vm.kubevirt.io/') && typeof entry[1] === 'string',
    ),
  );
}

/** Takes away what makes a VM this one VM. Changes the object. */
function stripIdentity(spec: Raw): void {
  const template = object(at(spec, 'template', 'spec'));
  const domain = object(template.domain);
  const firmware = object(domain.firmware);
  delete firmware.uuid;
  delete firmware.serial;
  delete object(domain.chassis).serial;
  delete object(at(firmware, 'bootloader', 'efi')).persistent;
  const devices = object(domain.devices);
  delete object(devices.tpm).persistent;
  for (const entry of objects(devices.interfaces, MAX_NETWORKS)) {
    delete entry.macAddress;
  }
  delete template.hostname;
  delete template.accessCredentials;
  for (const key of ['instancetype', 'preference']) {
    // The revision belongs to the captured VM and goes with it.
    delete object(spec[key]).revisionName;
  }
  delete spec.updateVolumesStrategy;
  if (typeof spec.running === 'boolean') {
    spec.runStrategy = spec.running ? 'Always' : 'Halted';
    delete spec.running;
  }
}

/** Disks and file systems whose volume isn't there any more. */
function dropDevicesWithoutVolume(template: Raw, names: Set<unknown>): void {
  const devices = object(at(template, 'domain', 'devices'));
  for (const key of ['disks', 'filesystems']) {
    if (Array.isArray(devices[key])) {
      devices[key] = objects(devices[key], 512).filter(entry =>
        names.has(entry.name),
      );
    }
  }
}

/**
 * The captured VM as a template has it: without identity, without data for the
 * first boot unless one chose otherwise, its disks made from the template's.
 *
 * @param options.labels - of the VM as it is now
 */
export function templateVm(options: {
  captured: Raw;
  labels: Record<string, string>;
  disks: TemplateDisk[];
  namespace: string;
  userData: TemplateUserDataChoice[];
}): Raw {
  const { captured, disks, namespace } = options;
  const spec = deepCopy(object(captured.spec));
  const template = object(at(spec, 'template', 'spec'));
  stripIdentity(spec);
  const choices = new Map(options.userData.map(c => [c.volume, c]));
  template.volumes = copyVolumes({ spec }).flatMap((volume): Raw[] => {
    const disk = disks.find(candidate => candidate.volume === volume.name);
    if (disk) {
      return [
        {
          name: volume.name,
          dataVolume: { name: `${disk.dataVolume}-${NAME}` },
        },
      ];
    }
    if (userDataOf(volume)) {
      const choice = choices.get(volume.name);
      if (choice?.action === 'parameter' && choice.parameterName) {
        return [volumeWithParameter(volume, choice.parameterName)];
      }
      return choice?.action === 'secret' && choice.secretName
        ? [volumeWithSecret(volume, choice.secretName)]
        : [];
    }
    return hasClaim(volume) || isUncopyable(volume) ? [] : [volume.raw];
  });
  dropDevicesWithoutVolume(
    template,
    new Set(objects(template.volumes, 512).map(volume => volume.name)),
  );
  spec.dataVolumeTemplates = disks.map(disk => ({
    metadata: { name: `${disk.dataVolume}-${NAME}` },
    spec: {
      source: { pvc: { namespace, name: disk.dataVolume } },
      storage: { resources: { requests: { storage: disk.size } } },
    },
  }));
  const labels = Object.fromEntries(
    Object.entries(options.labels).filter(([key]) => !isBoundToOneObject(key)),
  );
  const annotations = guestAnnotations(at(captured, 'metadata', 'annotations'));
  const instanceAnnotations = guestAnnotations(
    at(captured, 'spec', 'template', 'metadata', 'annotations'),
  );
  object(spec.template).metadata = {
    labels: { 'kubevirt.io/domain': NAME },
    ...(Object.keys(instanceAnnotations).length > 0 && {
      annotations: instanceAnnotations,
    }),
  };
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name: NAME,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec,
  };
}

/** Where in the object texts are that look like parameters, as paths. */
export function placeholdersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'string') {
    return PLACEHOLDER.test(value) ? [path || '/'] : [];
  }
  if (value === null || typeof value !== 'object') {
    return [];
  }
  return Object.entries(value).flatMap(([key, entry]) =>
    placeholdersIn(entry, `${path}/${key}`),
  );
}

const QUANTITY = '^[0-9]+(\\.[0-9]+)?([KMGT]i?)?$';
const WORD = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Reads a value that may be shown; anything odd isn't. */
function word(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[\w.:/+-]{1,128}$/.test(text)
    ? text
    : undefined;
}

const parameterName = (text: string) =>
  text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

/** Places of a captured VM that may become a parameter. */
export function slotsOf(captured: Raw): TemplateSlot[] {
  const spec = object(captured.spec);
  const template = object(at(spec, 'template', 'spec'));
  const slots: TemplateSlot[] = [];
  const add = (
    slot: string,
    label: string,
    value: string | undefined,
    pattern?: string,
  ) => {
    if (value !== undefined) {
      slots.push({ slot, label, name: parameterName(slot), value, pattern });
    }
  };
  add(
    'memory',
    'Memory',
    word(at(template, 'domain', 'memory', 'guest')),
    QUANTITY,
  );
  for (const part of ['cores', 'sockets', 'threads']) {
    add(
      `cpu-${part}`,
      `CPU ${part}`,
      word(at(template, 'domain', 'cpu', part)),
      '^[1-9][0-9]{0,3}$',
    );
  }
  for (const key of ['instancetype', 'preference']) {
    add(
      key,
      key === 'preference' ? 'Preference' : 'Instance type',
      word(at(spec, key, 'name')),
    );
  }
  for (const network of objects(template.networks, MAX_NETWORKS)) {
    const name = word(network.name);
    if (name) {
      add(
        `network-${name}`,
        `Network ${name}`,
        word(at(network, 'multus', 'networkName')),
      );
    }
  }
  slots.push({
    slot: 'host-name',
    label: 'Host name',
    name: 'HOST_NAME',
    pattern: WORD,
  });
  return slots;
}

/** Puts a parameter where its slot is. Changes the object. */
function fillSlot(vm: Raw, parameter: TemplateParameter): void {
  const text = `\${${parameter.name}}`;
  const spec = object(vm.spec);
  const template = object(at(spec, 'template', 'spec'));
  const { slot } = parameter;
  const domain = object(template.domain);
  if (slot === 'memory') {
    object(domain.memory).guest = text;
  } else if (slot === 'host-name') {
    template.hostname = text;
  } else if (slot.startsWith('cpu-')) {
    // In double braces: a number, not a text.
    object(domain.cpu)[slot.slice(4)] = `\${{${parameter.name}}}`;
  } else if (slot === 'instancetype' || slot === 'preference') {
    object(spec[slot]).name = text;
  } else if (slot.startsWith('network-')) {
    const network = objects(template.networks, MAX_NETWORKS).find(
      entry => textAt(entry, ['name']) === slot.slice(8),
    );
    object(object(network).multus).networkName = text;
  }
}

/** Puts the person's parameters into the VM of a template. */
export function withParameters(vm: Raw, parameters: TemplateParameter[]): Raw {
  const filled = deepCopy(vm);
  parameters.forEach(parameter => fillSlot(filled, parameter));
  return filled;
}
