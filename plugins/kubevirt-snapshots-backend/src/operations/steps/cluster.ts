// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';

/**
 * Runs a write and takes it as told "not as it was when you looked": the caller
 * looks again.
 *
 * @returns whether the write was taken
 */
export async function unlessOutdated(
  write: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (
      error instanceof ClusterError &&
      ['conflict', 'not-found', 'already-exists'].includes(error.code)
    ) {
      return false;
    }
    throw error;
  }
}
