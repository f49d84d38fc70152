// SPDX-License-Identifier: Apache-2.0

/** Waits until something is as it should be. */
export async function until<T>(
  read: () => Promise<T> | T,
  accept: (value: T) => unknown,
  ms = 40_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await read();
    if (accept(value)) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`Still ${JSON.stringify(value)}`);
    }
    await new Promise(done => setTimeout(done, 25));
  }
}
