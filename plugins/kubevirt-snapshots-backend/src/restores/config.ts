// SPDX-License-Identifier: Apache-2.0
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** `kubevirtSnapshots.restore`, and what else is set for restores. */
export interface RestoreConfig {
  /** Restores in place may be chosen. */
  inPlace: boolean;
  /** How long safety snapshots are kept, days. */
  safetySnapshotDays: number;
  /** Whoever restores has to say why; `kubevirtSnapshots.requireReason.restore`. */
  reasonRequired: boolean;
}

/**
 * Reads `kubevirtSnapshots.restore`.
 *
 * @throws InputError that names the key
 */
export function readRestoreConfig(config: Config): RestoreConfig {
  const at = 'kubevirtSnapshots.restore';
  const days = config.getOptionalNumber(`${at}.safetySnapshotDays`) ?? 7;
  if (!Number.isInteger(days) || days < 1 || days > 3650) {
    throw new InputError(
      `${at}.safetySnapshotDays is ${days}. Write whole days from 1 to 3650.`,
    );
  }
  return {
    inPlace: config.getOptionalBoolean(`${at}.inPlace`) ?? false,
    safetySnapshotDays: days,
    reasonRequired:
      config.getOptionalBoolean('kubevirtSnapshots.requireReason.restore') ??
      false,
  };
}
