// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';

/** @returns whether there is more to do at once */
type Job = () => Promise<boolean>;

/**
 * Jobs of which each is done by one at a time, beside the others: one that
 * takes long or hangs doesn't hold them up.
 */
export class Jobs {
  readonly #logger: LoggerService;
  readonly #running = new Map<unknown, Promise<boolean>>();
  /** Asked for while they were being done. */
  readonly #again = new Map<unknown, Job>();
  #stopped = false;

  constructor(options: { logger: LoggerService }) {
    this.#logger = options.logger;
  }

  /** Does a job, unless it is being done. What goes wrong is tried later. */
  async run(key: unknown, job: Job): Promise<boolean> {
    if (this.#running.has(key)) {
      return false;
    }
    const running = this.#guarded(job);
    this.#running.set(key, running);
    const more = await running;
    this.#running.delete(key);
    const next = this.#again.get(key);
    if (next) {
      this.#again.delete(key);
      this.soon(key, next);
    }
    return more;
  }

  /** Does a job now, or once more as soon as it has been done. */
  soon(key: unknown, job: Job): void {
    if (this.#stopped) {
      return;
    }
    if (this.#running.has(key)) {
      this.#again.set(key, job);
    } else {
      void this.run(key, job).then(more => more && this.soon(key, job));
    }
  }

  /** Stops after what is being done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.values());
  }

  async #guarded(job: Job): Promise<boolean> {
    try {
      return await job();
    } catch (error) {
      this.#logger.warn('Schedules could not go on', error as Error);
      return false;
    }
  }
}
