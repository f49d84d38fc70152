// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  checkRetention,
  checkRule,
  type RetentionRule,
  type SchedulePreset,
  type ScheduleRule,
} from 'backstage-plugin-kubevirt-snapshots-common';

const ROOT = 'kubevirtSnapshots.schedules';

/** `kubevirtSnapshots.schedules`, read and checked. */
export interface ScheduleConfig {
  minimumIntervalMinutes?: number;
  maximumKept?: number;
  maximumPerVm?: number;
  maximumSnapshotsPerVm?: number;
  maximumSnapshotsPerNamespace?: number;
  /** Snapshots that are taken at once in one cluster, at most. */
  snapshotsAtOnce: number;
  presets: SchedulePreset[];
}

/**
 * Reads `kubevirtSnapshots.schedules`.
 *
 * @throws InputError that names the key and what to do
 */
export function readScheduleConfig(config: Config): ScheduleConfig {
  const count = (key: string) => {
    const value = config.getOptionalNumber(`${ROOT}.${key}`);
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new InputError(
        `${ROOT}.${key} is ${value}. Write a whole number from 1.`,
      );
    }
    return value;
  };
  return {
    minimumIntervalMinutes: count('minimumIntervalMinutes'),
    maximumKept: count('maximumKept'),
    maximumPerVm: count('maximumPerVm'),
    maximumSnapshotsPerVm: count('maximumSnapshotsPerVm'),
    maximumSnapshotsPerNamespace: count('maximumSnapshotsPerNamespace'),
    snapshotsAtOnce: count('snapshotsAtOnce') ?? 10,
    presets: (config.getOptionalConfigArray(`${ROOT}.presets`) ?? []).map(
      readPreset,
    ),
  };
}

function readPreset(entry: Config, index: number): SchedulePreset {
  const at = `${ROOT}.presets[${index}]`;
  const rule = entry.get<any>('rule') as ScheduleRule;
  const checked = checkRule(rule, 'UTC');
  if (!checked.ok) {
    throw new InputError(`${at}.rule is not valid. ${checked.reason}`);
  }
  const retention = (entry.getOptional<any>('retention') ??
    {}) as RetentionRule;
  const kept = checkRetention(retention);
  if (!kept.ok) {
    throw new InputError(`${at}.retention is not valid. ${kept.reason}`);
  }
  const name = entry.getString('name');
  return {
    name,
    title: entry.getOptionalString('title') ?? name,
    description: entry.getOptionalString('description'),
    rule,
    retention,
  };
}
