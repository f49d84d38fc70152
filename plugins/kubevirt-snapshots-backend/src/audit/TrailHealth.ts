// SPDX-License-Identifier: Apache-2.0

/** Why acts are refused: what is wrong, by where it was noticed. */
type Concern = 'set-up' | 'anchor' | 'writing';

/** Codes of databases that can be reached and don't take a row. */
const WORDS: [RegExp, string][] = [
  [/^25006$|READONLY/i, 'the database is read-only'],
  [/^42501$|^28/, 'the database role lacks the right to add rows'],
  [/^53100$|SQLITE_FULL|ENOSPC/i, 'the disk of the database is full'],
  [/^53|^57|^08|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND/i, 'the database is away'],
  [/SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN)/i, 'the database file is damaged'],
];

/** What a database error says about writing at all; undefined: nothing. */
function wordsFor(error: unknown): string | undefined {
  const { code, name, message } = error as {
    code?: string;
    name?: string;
    message?: string;
  };
  const known = WORDS.find(([pattern]) => pattern.test(code ?? ''));
  if (known) {
    return known[1];
  }
  // SQLite has rolled back by itself, which it does when it can't write; the
  // reason is lost on the way.
  if (/cannot rollback - no transaction is active/.test(message ?? '')) {
    return 'the disk of the database is full or fails';
  }
  return name === 'KnexTimeoutError' ||
    /Connection terminated|Unable to acquire a connection/i.test(message ?? '')
    ? 'the database is away'
    : undefined;
}

/**
 * Whether the trail can be kept. While it can't, nothing is changed through
 * the portal; reading goes on.
 */
export class TrailHealth {
  readonly #refusals = new Map<Concern, string>();

  /** Why acts are refused, in words for a person; undefined when they aren't. */
  get refusal(): string | undefined {
    return this.#refusals.values().next().value;
  }

  /** Whether writing itself is what fails. */
  get cannotWrite(): boolean {
    return this.#refusals.has('writing');
  }

  refuse(concern: Concern, reason: string): void {
    this.#refusals.set(concern, reason);
  }

  clear(concern: Concern): void {
    this.#refusals.delete(concern);
  }

  /**
   * Takes note of a failed write. Only what says that no row can be written
   * counts: a row that was refused for itself says nothing about the next.
   */
  noteFailure(error: unknown): void {
    const words = wordsFor(error);
    if (words) {
      this.refuse(
        'writing',
        `The audit trail cannot be written (${words}), so nothing can be changed through the portal. It is tried again every few seconds.`,
      );
    }
  }
}
