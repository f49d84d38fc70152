// SPDX-License-Identifier: Apache-2.0
import { contentObject, snapshotObject, vmObject } from '../testing/objects';
import { everyVmField } from '../testing/everyVmField';
import { projectConfiguration } from './configuration';
import { projectContent, volumeSnapshotNames } from './projectContent';
import { Raw } from './raw';

/** Paths whose text may be shown; none can hold a secret. */
const ALLOWED = [
  'spec.runStrategy',
  'spec.instancetype.name',
  'spec.preference.name',
  'spec.template.spec.domain.cpu.model',
  'spec.template.spec.domain.memory.guest',
  'spec.template.spec.domain.machine.type',
  'spec.template.spec.domain.devices.disks.0.disk.bus',
  'spec.template.spec.domain.devices.disks.1.cdrom.bus',
  'spec.template.spec.domain.devices.disks.2.lun.bus',
  'spec.template.spec.domain.devices.interfaces.0.model',
  'spec.template.spec.networks.1.multus.networkName',
];

/** Puts a different text into every field that holds `t`. */
function plant(value: any, path: string[], planted: Map<string, string>): any {
  if (value === 't') {
    const secret = `hush${planted.size}x`;
    planted.set(secret, path.join('.'));
    return secret;
  }
  if (Array.isArray(value)) {
    return value.map((v, i) => plant(v, [...path, String(i)], planted));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [
        k,
        plant(v, [...path, k], planted),
      ]),
    );
  }
  return value;
}

describe('projectConfiguration', () => {
  it('shows no text but those allowed', () => {
    const planted = new Map<string, string>();
    const vm = plant(everyVmField(), [], planted);
    expect(planted.size).toBeGreaterThan(100);
    const text = JSON.stringify(projectConfiguration(vm));
    const shown = Array.from(planted).filter(([secret]) =>
      text.includes(secret),
    );
    expect(shown.map(([, path]) => path).sort()).toEqual([...ALLOWED].sort());
  });

  it('tells that secrets are there, and nothing of them', () => {
    const lines = projectConfiguration(everyVmField());
    expect(lines.filter(l => l.sensitive)).toEqual(
      [
        'Cloud-init (cloudinit)',
        'Cloud-init (drive)',
        'Sysprep answer file (sys)',
        'Secret (sec)',
        'Config map (conf)',
        'Service account token (sa)',
        'Downward API (down)',
        'Access credentials',
      ].map(label => ({ label, value: 'present', sensitive: true })),
    );
  });

  it('reads like a description of the machine', () => {
    expect(projectConfiguration(vmObject())).toEqual([
      { label: 'Run strategy', value: 'Halted' },
      { label: 'CPU cores', value: '2' },
      { label: 'Memory', value: '4Gi' },
      { label: 'Machine type', value: 'q35' },
      { label: 'Disk root', value: 'disk, virtio, data volume' },
      { label: 'Disk cloudinit', value: 'disk, virtio' },
      { label: 'Network default', value: 'pod network' },
      { label: 'Interface default', value: 'masquerade' },
      { label: 'Cloud-init (cloudinit)', value: 'present', sensitive: true },
    ]);
  });

  it('shows no text that is more than a word, and takes any junk', () => {
    const odd: any = vmObject();
    odd.spec.template.spec.domain.cpu.model = 'a sentence\nor two';
    odd.spec.template.spec.domain.machine.type = '<script>';
    odd.spec.template.spec.domain.memory.guest = { x: 1 };
    odd.spec.template.spec.domain.devices.disks = 'x';
    odd.spec.template.spec.networks = [null, 3];
    const text = JSON.stringify(projectConfiguration(odd));
    expect(text).not.toMatch(/sentence|script/);
    expect(projectConfiguration({})).toEqual([]);
  });
});

describe('projectContent', () => {
  const snapshot: any = snapshotObject();
  const vm: any = vmObject();
  const content: any = contentObject(snapshot, vm);
  const [name] = volumeSnapshotNames(content);

  it('joins each disk with its VolumeSnapshot', () => {
    const live: Raw = {
      status: {
        creationTime: '2026-11-22T08:00:03Z',
        readyToUse: false,
        restoreSize: '31Gi',
        error: { message: 'driver is busy' },
      },
    };
    expect(projectContent(content, new Map([[name, live]]))).toEqual({
      vmUid: vm.metadata.uid,
      disks: [
        {
          name: 'root',
          claimName: 'web-01-root',
          storageClass: 'ceph-rbd',
          capacityBytes: 30 * 2 ** 30,
          restoreBytes: 31 * 2 ** 30,
          cutAt: '2026-11-22T08:00:03Z',
          ready: false,
          problem: 'driver is busy',
          volumeSnapshotName: name,
        },
      ],
      configuration: expect.any(Array),
    });
  });

  it('says that a VolumeSnapshot is gone', () => {
    expect(projectContent(content, new Map()).disks[0]).toMatchObject({
      ready: true,
      cutAt: '2026-11-22T08:00:04Z',
      problem: 'The VolumeSnapshot of this disk is gone',
    });
  });

  it('lets nothing else out', () => {
    expect(JSON.stringify(projectContent(content, new Map()))).not.toContain(
      'hush',
    );
  });
});
