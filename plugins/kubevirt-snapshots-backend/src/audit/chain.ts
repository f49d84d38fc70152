// SPDX-License-Identifier: Apache-2.0
import { createHash, hash, randomBytes } from 'node:crypto';

/** Version of the way rows are hashed; first byte of what is hashed. */
const VERSION = 1;

const SALT_BYTES = 16;
const HEX = /^[0-9a-f]+$/;

/** A place in the chain: the number of a row and its hash. */
export interface ChainPoint {
  seq: number;
  /** SHA-256, hexadecimal. */
  hash: string;
}

/** Whether the text is a SHA-256 in lower-case hexadecimal. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && text.length === 64 && HEX.test(text);
}

/** Whether the text is a salt as {@link newSalt} makes them. */
export function isSalt(text: unknown): text is string {
  return (
    typeof text === 'string' && text.length === SALT_BYTES * 2 && HEX.test(text)
  );
}

/**
 * A salt of a row. Without one, whoever gets a filtered export could try out
 * what the rows left out of it say until a digest matches.
 */
export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('hex');
}

/**
 * SHA-256(salt ‖ UTF-8 bytes of the body). The salt always has 16 bytes, so
 * that no two pairs give the same input.
 */
export function contentDigest(salt: string, body: string): string {
  const input = Buffer.allocUnsafe(SALT_BYTES + Buffer.byteLength(body));
  input.write(salt, 0, 'hex');
  input.write(body, SALT_BYTES, 'utf8');
  return hash('sha256', input, 'hex');
}

/** Filled anew for each row; a million buffers would take longer than hashing. */
const rowInput = Buffer.alloc(73);

/**
 * SHA-256(version, 1 byte ‖ seq, 8 bytes big-endian ‖ previous hash, 32 bytes ‖
 * content digest, 32 bytes). Every part has a fixed length, so that the input
 * can be read in one way only.
 */
export function rowHash(row: {
  seq: number;
  prev: string;
  contentDigest: string;
}): string {
  const { seq } = row;
  rowInput[0] = VERSION;
  rowInput.writeUInt32BE(Math.floor(seq / 2 ** 32), 1);
  rowInput.writeUInt32BE(seq % 2 ** 32, 5);
  rowInput.write(row.prev, 9, 'hex');
  rowInput.write(row.contentDigest, 41, 'hex');
  return hash('sha256', rowInput, 'hex');
}

/** What stands before the first row of a trail; it binds the chain to its name. */
export function genesisHash(logId: string): string {
  return createHash('sha256')
    .update(`kubevirt-snapshots audit log v1\n${logId}`)
    .digest('hex');
}
