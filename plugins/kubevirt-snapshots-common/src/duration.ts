// SPDX-License-Identifier: Apache-2.0

const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a Go duration (`5m`, `1h30m`, `90s`, `1.5h`), the form in which
 * KubeVirt keeps `spec.failureDeadline`.
 *
 * @returns milliseconds, or undefined when the text isn't a Go duration
 * @public
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') {
    return 0;
  }
  const match = /^([-+]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (!match) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of match[2].matchAll(
    /(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g,
  )) {
    total += Number(amount) * UNIT_MS[unit];
  }
  return match[1] === '-' ? -total : total;
}

/**
 * Deadline that KubeVirt applies when a snapshot names none, in milliseconds.
 *
 * @public
 */
export const DEFAULT_DEADLINE_MS = 5 * 60_000;

/**
 * Bounds of a deadline that a person may ask for, in seconds. Zero is never
 * offered: it means no deadline and no safety thaw, so a hanging storage
 * driver would keep the guest's file systems frozen for ever.
 *
 * @public
 */
export const DEADLINE_SECONDS = { min: 30, default: 300, max: 24 * 3600 };
