// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { TokenState } from '../api/tokens';
import { toJson } from '../json';
import type { KubeObject } from '../types';
import { ObjectStore } from './objectStore';

/** The first line of the state file; every following line is one object. */
type Header = {
  format: 1;
  version: number;
  tokens: TokenState;
  conditions: unknown;
};

export type SavedState = Header & {
  objects: Array<{ resource: string; object: KubeObject }>;
};

const SAVE_AFTER_MS = 500;
/** Saving takes at most this share of the time, however large the cluster is. */
const SAVE_SHARE = 0.1;

/** Keeps the state in one file of JSON lines, replaced atomically. */
export class Persistence {
  readonly #file: string;
  readonly #store: ObjectStore;
  readonly #header: () => Omit<Header, 'format' | 'version'>;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #closed = false;
  #lastSaveMs = 0;

  constructor(options: {
    dataDir: string;
    store: ObjectStore;
    header: () => Omit<Header, 'format' | 'version'>;
  }) {
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    this.#file = path.join(options.dataDir, 'state.jsonl');
    this.#store = options.store;
    this.#header = options.header;
  }

  static read(dataDir: string): SavedState | undefined {
    const file = path.join(dataDir, 'state.jsonl');
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const [header, ...lines] = text.split('\n').filter(line => line);
      return {
        ...JSON.parse(header),
        objects: lines.map(line => JSON.parse(line)),
      };
    } catch (error) {
      // kept aside for whoever wants to know; a demo must still start
      renameSync(file, `${file}.unreadable`);
      return undefined;
    }
  }

  /** Saves soon, however often it is called. */
  schedule(): void {
    if (this.#closed || this.#timer) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#saving = this.#saving.then(() => this.#save()).catch(() => {});
    }, Math.max(SAVE_AFTER_MS, this.#lastSaveMs / SAVE_SHARE));
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#saving;
    await this.#save();
  }

  async #save(): Promise<void> {
    const started = Date.now();
    // taken in one go: the objects never change, so writing may take its time
    const header: Header = {
      format: 1,
      version: this.#store.version,
      ...this.#header(),
    };
    const objects = this.#store
      .resources()
      .flatMap(resource =>
        this.#store.list(resource).map(object => ({ resource, object })),
      );
    const temporary = `${this.#file}.tmp`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.write(`${JSON.stringify(header)}\n`);
      for (let index = 0; index < objects.length; index += 500) {
        const lines = objects
          .slice(index, index + 500)
          .map(
            ({ resource, object }) =>
              `{"resource":"${resource}","object":${toJson(object)}}\n`,
          );
        await handle.write(lines.join(''));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.#file);
    this.#lastSaveMs = Date.now() - started;
  }
}
