// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../canonicalJson';
import type { ChainPoint } from '../chain';
import type { PublicKeys, Signer } from './keys';

/** Says what is signed, so that no other text can pass for a statement. */
const PURPOSE = 'kubevirt-snapshots audit statement v1\n';

/** The rows up to a checkpoint were taken away on purpose. */
export interface PruneStatement {
  type: 'prune';
  logId: string;
  /** End of the trail before the row that carries this. */
  head: ChainPoint;
  /** Last row that was taken away. */
  through: ChainPoint;
  /** Digest of the checkpoint that covers exactly these rows. */
  checkpoint: string;
  /** How many rows were taken away. */
  count: number;
  /** What recoveries among these rows have declared lost. */
  lost: LostBranch[];
}

/** Checkpoints outside that an operator has declared to count no more. */
export interface LostBranch {
  /** Those up to this number ... */
  number: number;
  /** ... that cover rows after this one. */
  common: number;
}

/** Everything that a statement declares lost. */
export function lostBy(statement: Statement): LostBranch[] {
  return statement.type === 'prune'
    ? statement.lost
    : [{ number: statement.outside.number, common: statement.common }];
}

/** The trail goes on although it is older than a checkpoint kept outside. */
export interface RecoverStatement {
  type: 'recover';
  logId: string;
  /** End of the trail before the row that carries this. */
  head: ChainPoint;
  /** The outside checkpoint that the trail doesn't reach or contradicts. */
  outside: ChainPoint & { number: number; digest: string };
  /** Last row up to which both histories are the same, as far as is signed. */
  common: number;
}

/** What the holder of the signing key vouches for, inside a row. */
export type Statement = PruneStatement | RecoverStatement;

/** A statement as it stands in a row. */
export interface SignedStatement {
  content: Statement;
  keyId: string;
  /** Ed25519, Base64. */
  signature: string;
}

export function signStatement(
  content: Statement,
  signer: Signer,
): SignedStatement {
  return {
    content,
    keyId: signer.keyId,
    signature: signer.sign(PURPOSE + canonicalJson(content)),
  };
}

/** Whether one of the keys has signed it. */
export function isSignedStatement(
  statement: SignedStatement,
  keys: PublicKeys,
): boolean {
  return keys.verify(
    statement.keyId,
    PURPOSE + canonicalJson(statement.content),
    statement.signature,
  );
}
