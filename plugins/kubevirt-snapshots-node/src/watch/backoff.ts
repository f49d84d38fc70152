// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterError } from '../cluster/ClusterError';

/**
 * Delays of the watches, milliseconds. Tests make them short.
 *
 * @public
 */
export interface ReflectorTimings {
  /** First delay after a failure; doubles with each further one. */
  retryMin: number;
  /** Longest delay while the cluster can't be reached. */
  retryMax: number;
  /** Delay while CRDs or rights are missing: a person has to mend that. */
  retryMissing: number;
  /** Delay while an optional resource isn't served. */
  retryAbsent: number;
  /** A watch on which nothing came for so long is opened anew. */
  silence: number;
  /** The server is asked to end a watch after so long, up to half more. */
  watchTimeout: number;
  /** A watch that lived shorter counts as a failure. */
  shortLived: number;
}

export const DEFAULT_TIMINGS: ReflectorTimings = {
  retryMin: 250,
  retryMax: 10_000,
  retryMissing: 30_000,
  retryAbsent: 300_000,
  // API servers send a bookmark a minute, so an idle watch is opened anew now
  // and then; that is cheap, and a dead connection doesn't pass for a live one.
  silence: 45_000,
  watchTimeout: 240_000,
  shortLived: 1000,
};

/**
 * How long to wait before the next try.
 *
 * @param failures - in a row, from 1
 * @param random - in [0, 1)
 */
export function retryDelay(
  error: ClusterError | undefined,
  failures: number,
  timings: ReflectorTimings,
  random: () => number,
): number {
  const jitter = 0.5 + random() / 2;
  switch (error?.code) {
    case 'crds-missing':
    case 'forbidden':
      return timings.retryMissing * jitter;
    default: {
      const doubled = timings.retryMin * 2 ** Math.min(failures - 1, 16);
      const delay = Math.min(doubled, timings.retryMax) * jitter;
      return Math.max(delay, error?.retryAfterMs ?? 0);
    }
  }
}

/** Waits, or returns early when aborted. Never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
