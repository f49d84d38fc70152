// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonicalJson';
import { isDigest } from '../chain';
import type { PublicKeys, Signer } from './keys';

/** Says what is signed, so that no other text can pass for a checkpoint. */
const PURPOSE = 'kubevirt-snapshots audit checkpoint v1\n';

/** A statement of how far the trail had come. */
export interface Checkpoint {
  version: 1;
  /** From 1, each one more than the one before. */
  number: number;
  logId: string;
  /** Number and hash of the last row that is covered. */
  seq: number;
  hash: string;
  /** Rows covered and not pruned. */
  count: number;
  /** Database clock, ms since 1970. */
  at: number;
  keyId: string;
  /** {@link checkpointDigest} of the one before; null for the first. */
  previous: string | null;
}

/** A checkpoint with its signature. */
export interface SignedCheckpoint {
  checkpoint: Checkpoint;
  /** Ed25519, Base64. */
  signature: string;
}

/** Signs a checkpoint. */
export function signCheckpoint(
  content: Omit<Checkpoint, 'version' | 'keyId'>,
  signer: Signer,
): SignedCheckpoint {
  const checkpoint: Checkpoint = {
    ...content,
    version: 1,
    keyId: signer.keyId,
  };
  return {
    checkpoint,
    signature: signer.sign(PURPOSE + canonicalJson(checkpoint)),
  };
}

/** Names a signed checkpoint. */
export function checkpointDigest({ checkpoint }: SignedCheckpoint): string {
  return createHash('sha256')
    .update(PURPOSE + canonicalJson(checkpoint))
    .digest('hex');
}

/** Whether one of the keys has signed it. */
export function isSigned(signed: SignedCheckpoint, keys: PublicKeys): boolean {
  return keys.verify(
    signed.checkpoint.keyId,
    PURPOSE + canonicalJson(signed.checkpoint),
    signed.signature,
  );
}

/** A signed checkpoint as one line. */
export function checkpointLine(signed: SignedCheckpoint): string {
  return canonicalJson(signed);
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Reads a signed checkpoint; its signature has still to be checked.
 *
 * @returns undefined for what has another shape
 */
export function asSignedCheckpoint(
  value: unknown,
): SignedCheckpoint | undefined {
  const { checkpoint: c, signature } = (value ?? {}) as SignedCheckpoint;
  const fits =
    typeof signature === 'string' &&
    // Spare bits of the last character would let one signature be written in
    // several ways, and an edit go unnoticed.
    Buffer.from(signature, 'base64').toString('base64') === signature &&
    c?.version === 1 &&
    isCount(c.number) &&
    isCount(c.seq) &&
    isCount(c.count) &&
    isCount(c.at) &&
    typeof c.logId === 'string' &&
    typeof c.keyId === 'string' &&
    isDigest(c.hash) &&
    (c.previous === null || isDigest(c.previous));
  return fits ? { checkpoint: c, signature } : undefined;
}

/** Reads one line of a file of checkpoints; undefined when it isn't one. */
export function parseCheckpointLine(
  line: string,
): SignedCheckpoint | undefined {
  try {
    return asSignedCheckpoint(JSON.parse(line));
  } catch {
    return undefined;
  }
}
