// SPDX-License-Identifier: Apache-2.0
import type { SignedCheckpoint } from '../signing/checkpoints';

/** A place outside the database that checkpoints are written to. */
export interface CheckpointSink {
  readonly name: string;
  /** Adds checkpoints in their order. What is there already is not added again. */
  write(checkpoints: SignedCheckpoint[]): Promise<void>;
  /** The latest one that was written; undefined where it can't be read back. */
  last?(): Promise<SignedCheckpoint | undefined>;
  /** All of them, oldest first. */
  all?(): Promise<SignedCheckpoint[]>;
}
