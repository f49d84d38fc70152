// SPDX-License-Identifier: Apache-2.0
import type { RestoreWarning } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ReviewPart } from '../ReviewDialog';
import type { Warning } from '../WarningList';

/**
 * Where each warning is read. A record, so that a new one doesn't compile
 * until it has a place.
 */
const PLACES: Record<RestoreWarning['code'], ReviewPart> = {
  partial: 'comes',
  'instance-type-now': 'changes',
  'ownership-none': 'changes',
  'claims-die-with-vm': 'changes',
  'starts-as-always': 'power',
  'in-place-deletes-first': 'choices',
  'no-safety-snapshot': 'choices',
  'safety-incomplete': 'choices',
  'quota-unknown': 'choices',
  gitops: 'confirmation',
  'clears-failed': 'confirmation',
};

/** How much it matters, where it isn't a plain warning. */
const TONES: Partial<Record<RestoreWarning['code'], Warning['tone']>> = {
  'in-place-deletes-first': 'danger',
  'no-safety-snapshot': 'danger',
  'ownership-none': 'info',
  'clears-failed': 'info',
};

/** The warnings of a part; one that isn't known is read first. */
export function warningsOf(
  warnings: RestoreWarning[],
  part: ReviewPart,
): Warning[] {
  return warnings
    .filter(({ code }) => (PLACES[code] ?? 'comes') === part)
    .map(warning => ({ ...warning, tone: TONES[warning.code] }));
}
