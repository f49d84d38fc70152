// SPDX-License-Identifier: Apache-2.0

/** FNV-1a over UTF-16 units with an avalanche at the end, 32 bits. */
function hash32(text: string, seed: number): number {
  /* eslint-disable no-bitwise */
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
  /* eslint-enable no-bitwise */
}

/**
 * Makes an operation's id from the id of a batch and a part of it, so that the
 * same part of the same batch always has the same one: sending it again is the
 * same act. `crypto.subtle` is absent where the portal is served by plain HTTP.
 * A UUID of version 8 (RFC 9562); as unguessable as the batch's id is.
 */
export function derivedId(batchId: string, part: string): string {
  const hex = [1, 2, 3, 4]
    .map(seed =>
      hash32(`${batchId} ${part} ${seed}`, Math.imul(seed, 0x9e3779b9)),
    )
    .map(value => value.toString(16).padStart(8, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5');
}
