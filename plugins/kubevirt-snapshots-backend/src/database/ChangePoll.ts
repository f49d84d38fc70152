// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';

/** How often changes made by other replicas are read, ms. */
const POLL_MS = 500;

/**
 * Reads what other replicas have changed, every half second and on demand.
 * Reads never overlap: who asks while one is under way shares it.
 */
export class ChangePoll {
  readonly #read: () => Promise<void>;
  readonly #logger: LoggerService;
  readonly #what: string;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #stopped = false;

  /**
   * @param options - `what` is read, for the log
   */
  constructor(options: {
    read: () => Promise<void>;
    logger: LoggerService;
    what: string;
  }) {
    this.#read = options.read;
    this.#logger = options.logger;
    this.#what = options.what;
  }

  start(): void {
    if (this.#stopped) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.now()
        .catch(error =>
          this.#logger.warn(`Could not read changes of ${this.#what}`, error),
        )
        .finally(() => this.start());
    }, POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Reads everything that is committed by now. */
  async fresh(): Promise<void> {
    // One that is under way may have begun before the commit in question.
    await this.#reading?.catch(() => {});
    await this.now();
  }

  /** Reads at once, or shares a read that is under way. */
  now(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }
}
