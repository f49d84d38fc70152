// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

/**
 * An operation id that every replica makes of the same parts, so that what
 * several of them notice is done once.
 */
export function derivedId(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
