// SPDX-License-Identifier: Apache-2.0
import {
  checkSnapshotName,
  isLabelValue,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { dueLabel, snapshotNameOf } from './types';

const DUE = Date.parse('2026-11-22T03:00:00Z');

it('writes a due time as Kubernetes takes it in a label and in a name', () => {
  expect(dueLabel(DUE)).toBe('20261122T030000Z');
  expect(isLabelValue(dueLabel(DUE))).toBe(true);
  // As everybody else writes it the API server answers 422.
  expect(isLabelValue(new Date(DUE).toISOString())).toBe(false);
  for (const byHand of [false, true]) {
    const name = snapshotNameOf({
      scheduleId: '01234567-89ab-cdef-0123-456789abcdef',
      dueAt: DUE,
      byHand,
    });
    expect(checkSnapshotName(name)).toBeUndefined();
  }
});
