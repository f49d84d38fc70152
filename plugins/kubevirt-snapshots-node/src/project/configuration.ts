// SPDX-License-Identifier: Apache-2.0
import type { ConfigurationLine } from 'backstage-plugin-kubevirt-snapshots-common';
import { volumeKind } from './disks';
import { at, object, objects, Raw, textAt } from './raw';

const MAX_ITEMS = 64;
const BUS_KINDS = ['disk', 'cdrom', 'lun'] as const;
const BINDINGS = ['masquerade', 'bridge', 'sriov', 'slirp', 'macvtap', 'passt'];

/** Volumes whose content may be a secret, and what they are called. */
const SENSITIVE_VOLUMES: Record<string, string> = {
  cloudInitNoCloud: 'Cloud-init',
  cloudInitConfigDrive: 'Cloud-init',
  sysprep: 'Sysprep answer file',
  secret: 'Secret',
  configMap: 'Config map',
  serviceAccount: 'Service account token',
  downwardAPI: 'Downward API',
};

/** Kinds of volumes that are named; all others are "other". */
const VOLUME_KINDS: Record<string, string> = {
  dataVolume: 'data volume',
  persistentVolumeClaim: 'volume claim',
  memoryDump: 'memory dump',
  containerDisk: 'container disk',
  emptyDisk: 'empty disk',
  ephemeral: 'ephemeral disk',
  hostDisk: 'host disk',
};

type Add = (label: string, value: string | number | undefined) => void;

/** A word that a schema limits to a few values; anything odd is not shown. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:/+-]{1,64}$/.test(value)
    ? value
    : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : undefined;
}

function addHardware(domain: Raw, add: Add): void {
  const cpu = object(domain.cpu);
  add('CPU cores', count(cpu.cores));
  add('CPU sockets', count(cpu.sockets));
  add('CPU threads', count(cpu.threads));
  add('CPU model', word(cpu.model));
  add(
    'Memory',
    word(at(domain, 'memory', 'guest')) ??
      word(at(domain, 'resources', 'requests', 'memory')),
  );
  add('Machine type', word(at(domain, 'machine', 'type')));
  const bootloader = object(at(domain, 'firmware', 'bootloader'));
  if (bootloader.efi) {
    const secure = at(bootloader, 'efi', 'secureBoot') !== false;
    add('Firmware', secure ? 'UEFI with secure boot' : 'UEFI');
  } else if (bootloader.bios) {
    add('Firmware', 'BIOS');
  }
  if (at(domain, 'devices', 'tpm')) {
    add('TPM', 'present');
  }
}

function addDisks(domain: Raw, template: Raw, add: Add): void {
  const volumes = new Map(
    objects(template.volumes, MAX_ITEMS).map(v => [textAt(v, ['name'], 63), v]),
  );
  for (const disk of objects(at(domain, 'devices', 'disks'), MAX_ITEMS)) {
    const name = word(disk.name) ?? 'disk';
    const device = BUS_KINDS.find(kind => disk[kind]);
    const bus = device && word(at(disk, device, 'bus'));
    const volume = volumes.get(name);
    const kind = volume && VOLUME_KINDS[volumeKind(volume)];
    add(
      `Disk ${name}`,
      [device ?? 'disk', bus, kind].filter(Boolean).join(', '),
    );
  }
}

function addNetworks(domain: Raw, template: Raw, add: Add): void {
  for (const network of objects(template.networks, MAX_ITEMS)) {
    const name = word(network.name) ?? 'network';
    add(
      `Network ${name}`,
      network.pod
        ? 'pod network'
        : word(at(network, 'multus', 'networkName')) ?? 'other',
    );
  }
  const interfaces = at(domain, 'devices', 'interfaces');
  for (const nic of objects(interfaces, MAX_ITEMS)) {
    const binding = BINDINGS.find(kind => nic[kind]) ?? 'other';
    add(
      `Interface ${word(nic.name) ?? ''}`.trim(),
      [binding, word(nic.model)].filter(Boolean).join(', '),
    );
  }
}

/**
 * Tells the lines of a VM's configuration that may be shown. Everything else
 * of it stays inside: what isn't on this list is not read.
 *
 * @param vm - a VirtualMachine, or the copy inside a snapshot's content
 */
export function projectConfiguration(vm: Raw): ConfigurationLine[] {
  const lines: ConfigurationLine[] = [];
  const add: Add = (label, value) => {
    if (value !== undefined && value !== '') {
      lines.push({ label, value: String(value) });
    }
  };
  const spec = object(vm.spec);
  const template = object(at(spec, 'template', 'spec'));
  const domain = object(template.domain);

  add('Instance type', word(at(spec, 'instancetype', 'name')));
  add('Preference', word(at(spec, 'preference', 'name')));
  if (typeof spec.running === 'boolean') {
    add('Run strategy', spec.running ? 'Always' : 'Halted');
  } else {
    add('Run strategy', word(spec.runStrategy));
  }
  addHardware(domain, add);
  addDisks(domain, template, add);
  addNetworks(domain, template, add);

  for (const label of sensitiveParts(vm).keys()) {
    lines.push({ label, value: 'present', sensitive: true });
  }
  return lines;
}

/**
 * The parts of a configuration that may hold secrets, by the label they are
 * shown under. The values are for comparing and never leave this folder.
 */
export function sensitiveParts(vm: Raw): Map<string, unknown> {
  const template = object(at(vm, 'spec', 'template', 'spec'));
  const parts = new Map<string, unknown>();
  for (const volume of objects(template.volumes, MAX_ITEMS)) {
    const label = SENSITIVE_VOLUMES[volumeKind(volume)];
    if (label) {
      parts.set(`${label} (${word(volume.name) ?? 'volume'})`, volume);
    }
  }
  if (objects(template.accessCredentials, MAX_ITEMS).length > 0) {
    parts.set('Access credentials', template.accessCredentials);
  }
  return parts;
}
