// SPDX-License-Identifier: Apache-2.0
import { contentObject, snapshotObject, vmObject } from '../testing/objects';
import { everyVmField } from '../testing/everyVmField';
import { projectCopyPlan } from './copyPlan';
import { placeholdersIn, templateVm, withParameters } from './templateVm';

const SECRETS = /hush/;

/** Paths whose text is in the plan; none can hold a secret. */
const SHOWN = [
  'metadata.labels.a',
  'metadata.uid',
  'spec.instancetype.name',
  'spec.preference.name',
  'spec.template.metadata.labels.a',
  'spec.template.spec.domain.memory.guest',
  'spec.template.spec.hostname',
  'spec.template.spec.networks.1.multus.networkName',
  // Names of Secrets, which a person has to confirm.
  'spec.template.spec.volumes.0.cloudInitNoCloud.secretRef.name',
  'spec.template.spec.volumes.2.sysprep.secret.name',
  'spec.template.spec.volumes.3.secret.secretName',
];

/** Puts a different text into every field that holds `t`. */
function plant(value: any, path: string[], planted: Map<string, string>): any {
  if (value === 't') {
    const secret = `hush${planted.size}x`;
    planted.set(secret, path.join('.'));
    return secret;
  }
  if (value !== null && typeof value === 'object') {
    const filled = Object.entries(value).map(([key, entry]) => [
      key,
      plant(entry, [...path, key], planted),
    ]);
    return Array.isArray(value)
      ? filled.map(([, entry]) => entry)
      : Object.fromEntries(filled);
  }
  return value;
}

function rich(): any {
  const vm: any = vmObject('web-01', {
    metadata: {
      labels: { app: 'web', 'argocd.argoproj.io/instance': 'web' },
      annotations: {
        private: 'hush',
        'kubevirt-snapshots/owner': 'group:default/a',
        'vm.kubevirt.io/os': 'fedora',
      },
    },
  });
  vm.spec.running = true;
  delete vm.spec.runStrategy;
  vm.spec.instancetype = { name: 'u1.medium', revisionName: 'rev' };
  vm.spec.dataVolumeTemplates = [{ metadata: { name: 'web-01-root' } }];
  const { template } = vm.spec;
  template.metadata = {
    labels: { app: 'web', 'kubevirt.io/domain': 'web-01' },
    annotations: { note: 'hush' },
  };
  template.spec.hostname = 'web-01';
  template.spec.accessCredentials = [
    { sshPublicKey: { source: { secret: { secretName: 'keys' } } } },
  ];
  const { domain } = template.spec;
  domain.firmware = {
    uuid: 'u',
    serial: 's',
    bootloader: { efi: { persistent: true, secureBoot: false } },
  };
  domain.chassis = { serial: 'c', sku: 'k' };
  domain.devices.tpm = { persistent: true };
  domain.devices.interfaces[0].macAddress = '02:00:00:00:00:01';
  domain.devices.disks.push(
    { name: 'answers', cdrom: { bus: 'sata' } },
    { name: 'image', disk: {} },
    { name: 'local', disk: {} },
  );
  template.spec.volumes.push(
    { name: 'answers', sysprep: { secret: { name: 'unattend' } } },
    { name: 'image', containerDisk: { image: 'registry/x:1' } },
    { name: 'local', hostDisk: { path: '/x', type: 'Disk' } },
  );
  return vm;
}

function plan(vm: any) {
  return projectCopyPlan(contentObject(snapshotObject(), vm), new Map());
}

describe('projectCopyPlan', () => {
  it('tells what a copy would be made of', () => {
    expect(plan(rich())).toMatchObject({
      disks: [{ name: 'root' }],
      uncaptured: ['data'],
      backendStorage: true,
      hostName: 'web-01',
      interfaces: [{ name: 'default', network: 'pod', fixedMac: true }],
      labels: { app: 'web' },
      instanceLabels: { app: 'web' },
      plainClaims: [],
      sharedVolumes: ['local'],
      secretVolumes: ['answers'],
      userData: [
        {
          volume: 'cloudinit',
          kind: 'cloudInitNoCloud',
          actions: ['drop', 'parameter', 'secret'],
        },
        {
          volume: 'answers',
          kind: 'sysprep',
          actions: ['drop', 'secret'],
          secretName: 'unattend',
        },
      ],
      dropped: [
        { code: 'mac-address', subjects: ['default'] },
        { code: 'firmware-uuid' },
        { code: 'firmware-serial' },
        { code: 'tpm-state' },
        { code: 'efi-state' },
        { code: 'host-name' },
        { code: 'access-credentials' },
        { code: 'user-data', subjects: ['cloudinit', 'answers'] },
        { code: 'volume', subjects: ['local'] },
        {
          code: 'key',
          subjects: [
            'argocd.argoproj.io/instance',
            'private',
            'kubevirt-snapshots/owner',
            'app',
          ],
        },
      ],
      placeholders: [],
    });
  });

  it('holds no value that may be a secret, whatever the VM has', () => {
    expect(JSON.stringify(plan(rich()))).not.toMatch(SECRETS);
    const planted = new Map<string, string>();
    const vm = plant(everyVmField(), [], planted);
    const { configuration, ...mine } = plan(vm);
    const text = JSON.stringify(mine);
    const shown = Array.from(planted)
      .filter(([secret]) => text.includes(secret))
      .map(([, path]) => path);
    expect(shown.sort()).toEqual([...SHOWN].sort());
  });

  it('finds texts that a template would take for parameters', () => {
    const vm = rich();
    vm.spec.template.spec.nodeSelector = { zone: 'x-${ZONE}' };
    expect(plan(vm).placeholders).toEqual(['/template/spec/nodeSelector/zone']);
    // It is dropped, so it doesn't matter.
    const other = rich();
    other.spec.template.spec.volumes[2].cloudInitNoCloud.userData = '${HOME}';
    expect(plan(other).placeholders).toEqual([]);
  });

  it('takes any junk', () => {
    for (const junk of [null, 5, 'x', [], [[]], {}]) {
      const vm = { metadata: { name: 'x', labels: junk }, spec: junk };
      expect(plan(vm)).toMatchObject({ interfaces: [], userData: [] });
      expect(
        plan({ ...vm, spec: { template: { spec: junk }, instancetype: junk } }),
      ).toMatchObject({ interfaces: [], userData: [] });
    }
  });
});

describe('templateVm', () => {
  const disks = [{ volume: 'root', dataVolume: 'golden-root', size: '30Gi' }];
  const make = (
    userData: Parameters<typeof templateVm>[0]['userData'] = [],
  ): any =>
    templateVm({
      captured: rich(),
      labels: {
        tier: 'prod',
        'kubevirt-snapshots/x': 'y',
        'argocd.argoproj.io/instance': 'web',
      },
      disks,
      namespace: 'vms',
      userData,
    });

  it('has no identity, no data for the first boot and no key of ours', () => {
    const vm = make();
    expect(JSON.stringify(vm)).not.toMatch(SECRETS);
    expect(JSON.stringify(vm)).not.toContain('kubevirt-snapshots');
    expect(vm.metadata).toEqual({
      name: '${NAME}',
      labels: { tier: 'prod' },
      annotations: { 'vm.kubevirt.io/os': 'fedora' },
    });
    const { template } = vm.spec;
    expect(template.metadata).toEqual({
      labels: { 'kubevirt.io/domain': '${NAME}' },
    });
    expect(template.spec.accessCredentials).toBeUndefined();
    expect(template.spec.hostname).toBeUndefined();
    const { domain } = template.spec;
    expect(domain.firmware).toEqual({
      bootloader: { efi: { secureBoot: false } },
    });
    expect(domain.chassis).toEqual({ sku: 'k' });
    expect(domain.devices.tpm).toEqual({});
    expect(domain.devices.interfaces[0].macAddress).toBeUndefined();
    expect(vm.spec).toMatchObject({
      runStrategy: 'Always',
      instancetype: { name: 'u1.medium' },
      dataVolumeTemplates: [
        {
          metadata: { name: 'golden-root-${NAME}' },
          spec: {
            source: { pvc: { namespace: 'vms', name: 'golden-root' } },
            storage: { resources: { requests: { storage: '30Gi' } } },
          },
        },
      ],
    });
    expect(vm.spec.instancetype.revisionName).toBeUndefined();
    expect(vm.spec.running).toBeUndefined();
    expect(template.spec.volumes).toEqual([
      { name: 'root', dataVolume: { name: 'golden-root-${NAME}' } },
      { name: 'image', containerDisk: { image: 'registry/x:1' } },
    ]);
    expect(domain.devices.disks.map((disk: any) => disk.name)).toEqual([
      'root',
      'image',
    ]);
  });

  it('has data for the first boot only as a parameter or a Secret', () => {
    const vm = make([
      { volume: 'cloudinit', action: 'parameter', parameterName: 'USER_DATA' },
      { volume: 'answers', action: 'secret', secretName: 'confirmed' },
    ]);
    expect(JSON.stringify(vm)).not.toMatch(SECRETS);
    expect(vm.spec.template.spec.volumes).toEqual(
      expect.arrayContaining([
        { name: 'cloudinit', cloudInitNoCloud: { userData: '${USER_DATA}' } },
        { name: 'answers', sysprep: { secret: { name: 'confirmed' } } },
      ]),
    );
  });

  it('takes parameters where their slots are', () => {
    const filled: any = withParameters(make(), [
      { slot: 'memory', name: 'MEM' },
      { slot: 'cpu-cores', name: 'CORES' },
      { slot: 'host-name', name: 'HOST' },
      { slot: 'instancetype', name: 'TYPE' },
    ]);
    const { template, instancetype } = filled.spec;
    expect(template.spec.domain.memory.guest).toBe('${MEM}');
    expect(template.spec.domain.cpu.cores).toBe('${{CORES}}');
    expect(template.spec.hostname).toBe('${HOST}');
    expect(instancetype.name).toBe('${TYPE}');
    expect(placeholdersIn(filled.spec.template.spec.domain)).toHaveLength(2);
  });
});
