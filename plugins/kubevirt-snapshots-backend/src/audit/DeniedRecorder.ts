// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { AuditRowInput } from './types';

/**
 * Turns refusals into rows. The first of an actor, action and VM is written at
 * once; what follows within the minute is counted and written as one row when
 * the minute is over, so that a script that hammers a route can't fill the
 * trail.
 */
export class DeniedRecorder {
  static readonly WINDOW_MS = 60_000;

  readonly #write: (row: Omit<AuditRowInput, 'kind'>) => Promise<void>;
  readonly #logger: LoggerService;
  readonly #windows = new Map<
    string,
    { row: Omit<AuditRowInput, 'kind'>; more: number; timer: NodeJS.Timeout }
  >();

  constructor(options: {
    write: (row: Omit<AuditRowInput, 'kind'>) => Promise<void>;
    logger: LoggerService;
  }) {
    this.#write = options.write;
    this.#logger = options.logger;
  }

  /**
   * Records one refusal. Never throws: the refusal itself stands whether or
   * not it could be recorded, and a failure to record it is logged.
   */
  async record(row: Omit<AuditRowInput, 'kind'>): Promise<void> {
    const key = JSON.stringify([
      row.actor,
      row.action,
      row.vm?.cluster,
      row.vm?.namespace,
      row.vm?.name,
      row.entityRef,
      // Two exports of different things are two acts, however soon.
      row.action === 'audit.export' && row.options,
    ]);
    const window = this.#windows.get(key);
    if (window) {
      window.more += 1;
      if (row.snapshot?.name !== window.row.snapshot?.name) {
        // The row that counts the rest is about none of them alone.
        window.row = { ...window.row, snapshot: undefined };
      }
      return;
    }
    const timer = setTimeout(() => {
      void this.#close(key);
    }, DeniedRecorder.WINDOW_MS);
    timer.unref();
    this.#windows.set(key, { row, more: 0, timer });
    await this.#tryWrite({ ...row, count: 1 });
  }

  /** Writes what is still only counted; for shutdown. */
  async flush(): Promise<void> {
    await Promise.all(
      Array.from(this.#windows.keys(), key => this.#close(key)),
    );
  }

  async #close(key: string): Promise<void> {
    const window = this.#windows.get(key);
    if (!window) {
      return;
    }
    clearTimeout(window.timer);
    this.#windows.delete(key);
    if (window.more > 0) {
      await this.#tryWrite({ ...window.row, count: window.more });
    }
  }

  async #tryWrite(row: Omit<AuditRowInput, 'kind'>): Promise<void> {
    try {
      await this.#write(row);
    } catch (error) {
      this.#logger.error(
        `Could not record ${row.action} of ${row.actor}`,
        error as Error,
      );
    }
  }
}
