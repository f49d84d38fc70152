// SPDX-License-Identifier: Apache-2.0

const MAX_ENTRIES = 20_000;
const MAX_LENGTH = 512;

/**
 * Keeps one copy of texts that come again and again: namespaces, phases,
 * reasons, KubeVirt's standard sentences. JSON.parse makes a new one each time.
 */
export class Interner {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  readonly text = (text: string): string => {
    if (text.length > MAX_LENGTH) {
      return text;
    }
    const known = this.#texts.get(text);
    if (known !== undefined) {
      return known;
    }
    // What is in use stays in use by its users, so forgetting is harmless.
    if (this.#texts.size >= MAX_ENTRIES) {
      this.#texts.clear();
    }
    this.#texts.set(text, text);
    return text;
  };

  /** The same for a list of texts, which must not be changed afterwards. */
  readonly list = (list: readonly string[]): readonly string[] => {
    const key = JSON.stringify(list);
    if (key.length > MAX_LENGTH) {
      return list;
    }
    const known = this.#lists.get(key);
    if (known) {
      return known;
    }
    if (this.#lists.size >= MAX_ENTRIES) {
      this.#lists.clear();
    }
    const own = Object.freeze(list.map(this.text));
    this.#lists.set(key, own);
    return own;
  };
}
