// SPDX-License-Identifier: Apache-2.0

/** Time as the sandbox sees it. @public */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `action` after `ms` milliseconds of this clock. */
  after(ms: number, action: () => void): () => void;
}

/** The longest delay that Node's timers take; longer ones would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The wall clock, optionally running faster than the world.
 * @public
 */
export class SystemClock implements Clock {
  readonly #factor: number;
  readonly #start = Date.now();

  constructor(options: { factor?: number } = {}) {
    this.#factor = options.factor ?? 1;
  }

  now(): number {
    return this.#start + (Date.now() - this.#start) * this.#factor;
  }

  after(ms: number, action: () => void): () => void {
    const timer = setTimeout(
      action,
      Math.min(Math.max(0, ms / this.#factor), MAX_TIMER_MS),
    );
    return () => clearTimeout(timer);
  }
}

/** RFC 3339 with whole seconds, as `metadata.creationTimestamp`. */
export function toKubeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
