// SPDX-License-Identifier: Apache-2.0
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import type { RestoreComparison } from 'backstage-plugin-kubevirt-snapshots-node';
import { allowed, off } from '../views/vmView';
import type { RestoreConfig } from './config';

/** Whether captured TPM or EFI state is to be restored. */
function restoresState({ state, content }: RestoreComparison): boolean {
  return content.disks.some(disk => disk.name === state?.volume);
}

/** Whether disks may be restored under their old names. */
export function inPlaceVerdict(
  comparison: RestoreComparison,
  config: RestoreConfig,
): Verdict {
  if (!config.inPlace) {
    return off(
      'not-configured',
      'Restores in place are not configured in this portal.',
    );
  }
  // KubeVirt finds the claim by a label that it doesn't put on the new one.
  return restoresState(comparison)
    ? off(
        'backend-storage',
        "The snapshot holds TPM or EFI state, which KubeVirt can't restore in place.",
      )
    : allowed;
}

/**
 * KubeVirt hands captured state over from the claim that the VM has. Without
 * one it never finishes, and keeps the VM from being started.
 */
export function stateProblem(
  comparison: RestoreComparison,
): string | undefined {
  return restoresState(comparison) && !comparison.state?.claim
    ? 'The snapshot holds TPM or EFI state, and the VM has no claim for such a state now, without which KubeVirt never finishes. Start the VM once with its TPM or EFI persistent, so that it gets one.'
    : undefined;
}
