// SPDX-License-Identifier: Apache-2.0

/** How much faster the plugin's time runs than the world's, and since when. */
export interface Pace {
  factor: number;
  /** ms since 1970. */
  since: number;
}

/** For the plugin's clock: what the database's is behind. */
export const offsetOf =
  ({ factor, since }: Pace) =>
  () =>
    Math.round((Date.now() - since) * (factor - 1));

/**
 * Makes this process's own clock and its regular work (renewing leases,
 * looking for operations) go at the same pace. Time-outs of requests don't:
 * they take part of a lease that much larger.
 */
export function hurry({ factor }: Pace): void {
  const now = performance.now.bind(performance);
  performance.now = () => now() * factor;
  const every = globalThis.setInterval;
  globalThis.setInterval = ((
    work: (...args: unknown[]) => void,
    ms: number,
    ...args: unknown[]
  ) => every(work, ms / factor, ...args)) as typeof setInterval;
}
