// SPDX-License-Identifier: Apache-2.0

/** Longest text of a cluster or a guest that we keep or show, in characters. */
export const MAX_TEXT = 2048;

/**
 * Cuts a text of a cluster to a length.
 *
 * The result never refers to the text it was cut from: V8 represents a slice
 * as a view on the whole string, so that a 200 KB annotation would stay in
 * memory for as long as its first 2 KB do.
 */
export function capText(text: string, max = MAX_TEXT): string {
  if (text.length <= max) {
    return text;
  }
  const cut = `${text.slice(0, max - 1)}\u2026`;
  return Buffer.from(cut, 'utf8').toString('utf8');
}

/** The value as a capped text, or undefined when it is none. */
export function optionalText(
  value: unknown,
  max = MAX_TEXT,
): string | undefined {
  return typeof value === 'string' && value !== ''
    ? capText(value, max)
    : undefined;
}
