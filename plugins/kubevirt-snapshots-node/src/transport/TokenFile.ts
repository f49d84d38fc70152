// SPDX-License-Identifier: Apache-2.0
import { readFile, stat } from 'node:fs/promises';
import { ClusterError } from '../cluster/ClusterError';

/**
 * The token of a service account in a file, read again when the file changes.
 * Kubernetes rotates projected tokens by switching a symbolic link, which
 * changes what `stat` sees.
 */
export class TokenFile {
  readonly #path: string;
  #seen?: { stamp: string; token: string };

  static create(options: { path: string }): TokenFile {
    return new TokenFile(options.path);
  }

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * The token as it is in the file now.
   *
   * @throws ClusterError `unauthorized` when there is none
   */
  async get(): Promise<string> {
    let token: string;
    try {
      const { ino, size, mtimeMs } = await stat(this.#path);
      const stamp = `${ino}:${size}:${mtimeMs}`;
      if (this.#seen?.stamp === stamp) {
        return this.#seen.token;
      }
      token = (await readFile(this.#path, 'utf8')).trim();
      this.#seen = token ? { stamp, token } : undefined;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      throw new ClusterError(
        'unauthorized',
        `The token file ${
          this.#path
        } can't be read (${code}). Put the token of the portal's service account there; it is tried again.`,
      );
    }
    // Anything but the characters of a token could break out of the header.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      this.#seen = undefined;
      throw new ClusterError(
        'unauthorized',
        `The token file ${
          this.#path
        } holds no token. Put the token of the portal's service account there; it is tried again.`,
      );
    }
    return token;
  }
}
