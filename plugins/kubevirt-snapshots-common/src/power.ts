// SPDX-License-Identifier: Apache-2.0

/**
 * What a power operation brings about.
 *
 * @public
 */
export type PowerAction = 'start' | 'stop';

/**
 * Body of `POST …/power`. The answer is 202 with the operation; it has
 * succeeded when the VM's instance exists (start) or is gone (stop).
 *
 * @public
 */
export interface PowerRequest {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  /** UID of the VM that the person saw. */
  vmUid: string;
  action: PowerAction;
}
