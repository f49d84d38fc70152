// SPDX-License-Identifier: Apache-2.0

/**
 * JSON with sorted keys and without absent values: the same row always gives
 * the same bytes, whatever order its fields were set in.
 *
 * @throws TypeError for numbers that JSON can't hold
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError('A number in an audit row is not finite');
  }
  if (Array.isArray(value)) {
    return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/**
 * Whether a text is the canonical JSON of the value that was read from it.
 */
export function isCanonical(value: unknown, text: string): boolean {
  // Reading keeps the order of the keys, so most texts can be told by the
  // engine's own, quicker writer; it puts keys that are numbers elsewhere.
  return (
    (JSON.stringify(value) === text && hasSortedKeys(value)) ||
    canonicalJson(value) === text
  );
}

function hasSortedKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  if (Array.isArray(value)) {
    return value.every(hasSortedKeys);
  }
  let last = '';
  for (const key of Object.keys(value)) {
    if (key < last) {
      return false;
    }
    last = key;
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'object' && !hasSortedKeys(item)) {
      return false;
    }
  }
  return true;
}
