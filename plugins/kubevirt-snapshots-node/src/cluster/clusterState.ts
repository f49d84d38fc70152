// SPDX-License-Identifier: Apache-2.0
import type { ReflectorState } from '../watch/Reflector';
import type { ClusterErrorCode } from './ClusterError';
import type { ClusterStatus } from './types';

/** Connection part of a cluster's status. */
export type ConnectionState = Pick<
  ClusterStatus,
  'state' | 'asOf' | 'code' | 'message'
>;

/** What a person has to mend first comes first. */
const UNUSABLE: [ClusterErrorCode, NonNullable<ClusterStatus['code']>][] = [
  ['unauthorized', 'unauthorized'],
  ['crds-missing', 'snapshot-crds-missing'],
  ['forbidden', 'forbidden'],
];

/** Tells how a cluster is doing from how each of its watches is doing. */
export function clusterState(
  states: readonly ReflectorState[],
): ConnectionState {
  // What isn't served isn't heard of either.
  const heard = states.filter(s => s.phase !== 'absent').map(s => s.heardAt);
  const asOf =
    heard.length > 0 && heard.every(h => h !== undefined)
      ? new Date(Math.min(...heard)).toISOString()
      : undefined;
  const failed = states.filter(s => s.phase === 'failed');
  for (const [errorCode, code] of UNUSABLE) {
    const error = failed.find(s => s.error?.code === errorCode)?.error;
    if (error) {
      return { state: 'unusable', asOf, code, message: error.message };
    }
  }
  const synced = states.every(s => s.synced);
  if (failed.length > 0) {
    return {
      state: synced ? 'stale' : 'connecting',
      asOf,
      code: 'unreachable',
      message: failed[0].error?.message,
    };
  }
  return states.every(s => s.phase !== 'connecting')
    ? { state: 'live', asOf }
    : { state: 'connecting', asOf };
}
