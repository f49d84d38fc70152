// SPDX-License-Identifier: Apache-2.0

/**
 * Remembers answers for a short while. Questions that arrive while the first
 * is under way share its answer; failures are not remembered.
 */
export class ShortMemory<T> {
  readonly #ttlMs: number;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, { until: number; value: Promise<T> }>();

  constructor(options: { ttlMs: number; maxEntries: number }) {
    this.#ttlMs = options.ttlMs;
    this.#maxEntries = options.maxEntries;
  }

  async get(key: string, load: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const known = this.#entries.get(key);
    if (known && known.until > now) {
      return known.value;
    }
    const value = load();
    this.#entries.delete(key);
    this.#entries.set(key, { until: now + this.#ttlMs, value });
    this.#trim(now);
    try {
      return await value;
    } catch (error) {
      if (this.#entries.get(key)?.value === value) {
        this.#entries.delete(key);
      }
      throw error;
    }
  }

  /** Oldest first: that is the order in which a Map keeps them. */
  #trim(now: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.until > now && this.#entries.size <= this.#maxEntries) {
        return;
      }
      this.#entries.delete(key);
    }
  }
}
