// SPDX-License-Identifier: Apache-2.0

/** What is wanted of a figure: a bound it has to keep. */
export type Wanted = Record<string, { atMost: number } | { atLeast: number }>;

/** The value below which the share `p` of the values lies. */
export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

export const round = (value: number, digits = 1) =>
  Number(value.toFixed(digits));

/**
 * Prints the result as one line of JSON and sets the exit code. A figure that
 * is wanted and missing is not kept.
 */
export function report(
  name: string,
  figures: Record<string, number>,
  wanted: Wanted,
): void {
  const ok = Object.entries(wanted).every(([key, bound]) => {
    const figure = figures[key];
    return 'atMost' in bound ? figure <= bound.atMost : figure >= bound.atLeast;
  });
  process.stdout.write(`${JSON.stringify({ name, figures, wanted, ok })}\n`);
  process.exitCode = ok ? 0 : 1;
}

/** Progress goes to the other stream, so that the last line is the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
