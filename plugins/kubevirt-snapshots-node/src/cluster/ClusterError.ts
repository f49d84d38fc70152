// SPDX-License-Identifier: Apache-2.0
import { CustomErrorBase } from '@backstage/errors';

/**
 * Why a call to a cluster failed.
 *
 * - `already-exists`, `conflict`, `not-found`: 409, 409, 404
 * - `refused`: the cluster said no to the content (400, 422, webhook denials)
 * - `feature-gate`: KubeVirt's Snapshot gate is off
 * - `crds-missing`: the snapshot API isn't there
 * - `forbidden`, `unauthorized`: rights or token of the portal's account
 * - `overloaded`: 429
 * - `server-error`: 5xx
 * - `too-late`: it was not sent, because there was no time left to do so
 * - `unreachable`: no answer; a write may or may not have been applied
 *
 * @public
 */
export type ClusterErrorCode =
  | 'already-exists'
  | 'conflict'
  | 'not-found'
  | 'refused'
  | 'feature-gate'
  | 'crds-missing'
  | 'forbidden'
  | 'unauthorized'
  | 'overloaded'
  | 'server-error'
  | 'too-late'
  | 'unreachable';

/**
 * A failed call to a cluster, with a message for a person.
 *
 * @public
 */
export class ClusterError extends CustomErrorBase {
  name = 'ClusterError' as const;
  readonly code: ClusterErrorCode;
  /** HTTP status of the cluster's answer, absent when there was none. */
  readonly httpStatus?: number;
  /** `Retry-After` of the answer in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(
    code: ClusterErrorCode,
    message: string,
    options?: { httpStatus?: number; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, options?.cause as Error | undefined);
    this.code = code;
    this.httpStatus = options?.httpStatus;
    this.retryAfterMs = options?.retryAfterMs;
  }

  /** Worth trying the same call again. */
  get retryable(): boolean {
    return (
      this.code === 'overloaded' ||
      this.code === 'server-error' ||
      this.code === 'too-late' ||
      this.code === 'unreachable'
    );
  }

  /**
   * Nobody knows whether the cluster did it: no answer came, or a server error
   * that may have struck after the write.
   */
  get ambiguous(): boolean {
    return this.code === 'unreachable' || this.code === 'server-error';
  }
}
