// SPDX-License-Identifier: Apache-2.0
import { ConfigReader } from '@backstage/config';
import { readScheduleConfig } from './readScheduleConfig';

const read = (schedules?: object) =>
  readScheduleConfig(
    new ConfigReader(schedules ? { kubevirtSnapshots: { schedules } } : {}),
  );

const NIGHTLY = {
  name: 'nightly',
  rule: { kind: 'daily', hour: 3, minute: 0 },
};

describe('readScheduleConfig', () => {
  it('sets no limit unless one is given', () => {
    expect(read()).toEqual({ snapshotsAtOnce: 10, presets: [] });
  });

  it.each([
    'minimumIntervalMinutes',
    'maximumKept',
    'maximumPerVm',
    'maximumSnapshotsPerVm',
    'maximumSnapshotsPerNamespace',
    'snapshotsAtOnce',
  ])('takes whole numbers from 1 for %s', key => {
    expect(read({ [key]: 5 })).toMatchObject({ [key]: 5 });
    for (const value of [0, -1, 1.5]) {
      expect(() => read({ [key]: value })).toThrow(
        `kubevirtSnapshots.schedules.${key} is ${value}. Write a whole number from 1.`,
      );
    }
  });

  it('gives a preset its name for a title, and everything to keep, where they are not said', () => {
    expect(read({ presets: [NIGHTLY] }).presets).toEqual([
      { ...NIGHTLY, title: 'nightly', retention: {} },
    ]);
    const named = {
      ...NIGHTLY,
      title: 'Every night',
      description: 'For most VMs',
      retention: { keepLast: 7, monthly: 12 },
    };
    expect(read({ presets: [named] }).presets).toEqual([named]);
  });

  it.each([
    [
      'a rule that never matches',
      { rule: { kind: 'cron', expression: '0 0 30 2 *' } },
      'rule is not valid',
    ],
    [
      'a rule of no kind',
      { rule: { kind: 'fortnightly' } },
      'rule is not valid',
    ],
    [
      'a retention that keeps none',
      { retention: { keepLast: 0 } },
      'retention is not valid',
    ],
    [
      'a retention with a part that there is not',
      { retention: { hourly: 3 } },
      'retention is not valid',
    ],
  ])('refuses a preset with %s, and says which one', (_, patch, problem) => {
    expect(() =>
      read({ presets: [NIGHTLY, { ...NIGHTLY, ...patch }] }),
    ).toThrow(`kubevirtSnapshots.schedules.presets[1].${problem}`);
  });
});
