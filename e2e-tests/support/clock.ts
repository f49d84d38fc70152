// SPDX-License-Identifier: Apache-2.0
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const FILE = process.env.CLOCK_OFFSET_FILE!;

/** Milliseconds by which the portal's clock is ahead. */
export function clockOffset(): number {
  return Number(readFileSync(FILE, 'utf8')) || 0;
}

/** Moves the portal's clock ahead to a moment; it never goes back. */
export function moveClockTo(moment: Date): void {
  const offset = moment.getTime() - Date.now();
  if (offset > clockOffset()) {
    // At once, so that nobody reads half a number.
    writeFileSync(`${FILE}.new`, String(offset));
    renameSync(`${FILE}.new`, FILE);
  }
}
