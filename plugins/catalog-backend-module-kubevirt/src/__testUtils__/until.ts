// SPDX-License-Identifier: Apache-2.0

/** Waits for something to become true, and tells how long that took, ms. */
export async function until(
  test: () => unknown | Promise<unknown>,
  what: string,
  limitMs = 5_000,
): Promise<number> {
  const start = Date.now();
  while (!(await test())) {
    if (Date.now() - start > limitMs) {
      throw new Error(`Not within ${limitMs} ms: ${what}`);
    }
    await pause(20);
  }
  return Date.now() - start;
}

export async function pause(ms: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, ms));
}
