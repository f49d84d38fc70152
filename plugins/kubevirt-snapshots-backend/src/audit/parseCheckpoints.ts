// SPDX-License-Identifier: Apache-2.0
import {
  parseCheckpointLine,
  type SignedCheckpoint,
} from './signing/checkpoints';

/** Reads lines of checkpoints; what is no checkpoint is left out. */
export function parseCheckpoints(text: string): SignedCheckpoint[] {
  return text
    .split('\n')
    .map(parseCheckpointLine)
    .filter(signed => signed !== undefined);
}

/** The one with the highest number. */
export function latest(
  checkpoints: SignedCheckpoint[],
): SignedCheckpoint | undefined {
  return checkpoints.reduce<SignedCheckpoint | undefined>(
    (last, signed) =>
      !last || signed.checkpoint.number > last.checkpoint.number
        ? signed
        : last,
    undefined,
  );
}
