// SPDX-License-Identifier: Apache-2.0
import { checkSnapshotName } from 'backstage-plugin-kubevirt-snapshots-common';
import { bulkNames } from './bulkNames';

const at = new Date('2026-11-22T14:30:05Z');
const ref = (name: string, namespace = 'shop', cluster = 'east') => ({
  cluster,
  namespace,
  name,
});

it('names a snapshot after its VM and the moment', () => {
  expect(bulkNames([ref('web-01'), ref('db-01')], at, 'UTC')).toEqual([
    'web-01-20261122-143005',
    'db-01-20261122-143005',
  ]);
});

it('tells names of one namespace apart, and leaves others alone', () => {
  const long = 'x'.repeat(60);
  const refs = [
    ref(`${long}-1`),
    ref(`${long}-2`),
    ref(`${long}-3`),
    ref(`${long}-1`, 'data'),
    ref(`${long}-1`, 'shop', 'west'),
  ];
  const names = bulkNames(refs, at, 'UTC');
  expect(new Set(names.slice(0, 3)).size).toBe(3);
  expect(names[3]).toBe(names[0]);
  expect(names[4]).toBe(names[0]);
  names.forEach(name => expect(checkSnapshotName(name)).toBeUndefined());
});
