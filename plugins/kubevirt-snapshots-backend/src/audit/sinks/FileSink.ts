// SPDX-License-Identifier: Apache-2.0
import { open, readFile } from 'node:fs/promises';
import { latest, parseCheckpoints } from '../parseCheckpoints';
import { checkpointLine, type SignedCheckpoint } from '../signing/checkpoints';
import type { CheckpointSink } from './CheckpointSink';

/** More than the longest line; enough of the end to find the last one. */
const TAIL_BYTES = 64 * 1024;

/**
 * Appends checkpoints to a file, one a line, and waits until they are on the
 * disk. The file should lie where the database's administrators can't write.
 * Replicas may share one: a line that is there twice does no harm.
 */
export class FileSink implements CheckpointSink {
  readonly name = 'file';
  readonly #path: string;

  constructor(options: { path: string }) {
    this.#path = options.path;
  }

  async write(checkpoints: SignedCheckpoint[]): Promise<void> {
    if (checkpoints.length === 0) {
      return;
    }
    const tail = await this.#tail();
    const file = await open(this.#path, 'a', 0o640);
    try {
      const lines = checkpoints.map(signed => `${checkpointLine(signed)}\n`);
      // A line that was cut off by a crash must not spoil the next one.
      const broken = tail !== '' && !tail.endsWith('\n');
      await file.appendFile((broken ? '\n' : '') + lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async last(): Promise<SignedCheckpoint | undefined> {
    return latest(parseCheckpoints(await this.#tail()));
  }

  async all(): Promise<SignedCheckpoint[]> {
    try {
      return parseCheckpoints(await readFile(this.#path, 'utf8'));
    } catch (error) {
      return absent(error, []);
    }
  }

  async #tail(): Promise<string> {
    try {
      const file = await open(this.#path, 'r');
      try {
        const { size } = await file.stat();
        const from = Math.max(0, size - TAIL_BYTES);
        const buffer = Buffer.alloc(size - from);
        await file.read(buffer, 0, buffer.length, from);
        return buffer.toString('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      return absent(error, '');
    }
  }
}

/** A file that isn't there yet is empty; any other trouble is trouble. */
function absent<T>(error: unknown, value: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return value;
  }
  throw error;
}
