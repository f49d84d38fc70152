// SPDX-License-Identifier: Apache-2.0

/**
 * Runs something soon after it was asked for, once for all that ask meanwhile,
 * and never twice at a time: a call during a run leads to one more run after
 * it, so that the last run always began after the last call.
 */
export class Coalescer {
  readonly #run: () => Promise<unknown>;
  readonly #delayMs: number;
  #timer?: ReturnType<typeof setTimeout>;
  #running = false;
  #again = false;
  #stopped = false;

  /** @param delayMs - how long calls are gathered, in milliseconds */
  constructor(run: () => Promise<unknown>, delayMs: number) {
    this.#run = run;
    this.#delayMs = delayMs;
  }

  trigger() {
    if (this.#stopped || this.#timer) {
      return;
    }
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#timer = setTimeout(() => this.#fire(), this.#delayMs);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #fire() {
    this.#timer = undefined;
    this.#running = true;
    try {
      await this.#run();
    } catch {
      // The run reports its own errors; what matters here is that it ended.
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.trigger();
      }
    }
  }
}
