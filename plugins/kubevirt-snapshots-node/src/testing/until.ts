// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds. */
export async function until(
  holds: () => unknown,
  what = 'the condition',
  timeoutMs = 5000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`${what} didn't come true in ${timeoutMs} ms`);
    }
    await sleep(5);
  }
}
