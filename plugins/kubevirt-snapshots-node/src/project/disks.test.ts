// SPDX-License-Identifier: Apache-2.0
import { previewDisks } from './disks';

const cases: [string, object, object | undefined, object][] = [
  [
    'captured',
    { dataVolume: { name: 'x' } },
    { enabled: true },
    { kind: 'dataVolume', captured: true },
  ],
  [
    'without a class',
    { persistentVolumeClaim: {} },
    {
      enabled: false,
      reason:
        'No VolumeSnapshotClass: Volume snapshots are not configured for this StorageClass [local-path] [d]',
    },
    { captured: false, code: 'no-snapshot-class' },
  ],
  [
    'with several classes',
    { persistentVolumeClaim: {} },
    { enabled: false, reason: '2 matching VolumeSnapshotClasses for ceph' },
    { code: 'ambiguous-class' },
  ],
  [
    'without a claim',
    { dataVolume: {} },
    { enabled: false, reason: 'PVC not found' },
    { code: 'pvc-missing', clusterReason: 'PVC not found' },
  ],
  [
    'for a reason of a later version',
    { dataVolume: {} },
    { enabled: false, reason: 'Mars is in the way' },
    { code: 'other', clusterReason: 'Mars is in the way' },
  ],
  ['for no reason', { dataVolume: {} }, { enabled: false }, { code: 'other' }],
  [
    'not looked at yet',
    { dataVolume: {} },
    undefined,
    { captured: false, code: 'not-checked' },
  ],
  [
    'cloud-init',
    { cloudInitNoCloud: {} },
    {
      enabled: false,
      reason: 'Snapshot is not supported for this volumeSource type [d]',
    },
    { kind: 'cloudInitNoCloud', code: 'not-a-disk' },
  ],
  [
    'a container disk',
    { containerDisk: {} },
    undefined,
    { code: 'not-a-disk' },
  ],
  ['a disk of the host', { hostDisk: {} }, undefined, { code: 'other' }],
  ['nothing known', {}, undefined, { kind: 'unknown', code: 'not-a-disk' }],
];

describe('previewDisks', () => {
  it.each(cases)('%s', (_, volume, status, wanted) => {
    const [disk] = previewDisks({
      spec: { template: { spec: { volumes: [{ name: 'd', ...volume }] } } },
      status: {
        volumeSnapshotStatuses: status ? [{ name: 'd', ...status }] : undefined,
      },
    });
    expect(disk).toMatchObject({ name: 'd', ...wanted });
  });

  it('takes anything', () => {
    expect(previewDisks({})).toEqual([]);
    for (const junk of [null, 'x', 7, {}, [null, 1]]) {
      expect(() =>
        previewDisks({
          spec: { template: { spec: { volumes: junk } } },
          status: { volumeSnapshotStatuses: junk },
        }),
      ).not.toThrow();
    }
  });
});
