// SPDX-License-Identifier: Apache-2.0
import type { ChainPoint } from '../chain';
import {
  checkpointDigest,
  isSigned,
  type Checkpoint,
  type SignedCheckpoint,
} from '../signing/checkpoints';
import type { PublicKeys } from '../signing/keys';
import {
  isSignedStatement,
  lostBy,
  type LostBranch,
  type PruneStatement,
} from '../signing/statements';
import type { AuditRow } from '../types';
import type { Problem } from './types';

interface Anchor {
  checkpoint: Checkpoint;
  digest: string;
}

/**
 * The signed checkpoints that a chain has to agree with, from inside and
 * outside the database, and what operators have declared in signed rows.
 */
export class Anchors {
  readonly #keys: PublicKeys;
  readonly #logId: string;
  readonly #bySeq = new Map<number, Anchor[]>();
  readonly #byNumber = new Map<number, Anchor>();
  readonly #foreign: Anchor[] = [];
  /** Contradictions; a recovery that is declared later may explain them. */
  readonly #conflicts: { between: Anchor[]; problem: Problem }[] = [];
  readonly #notes: string[] = [];
  readonly #prunes: PruneStatement[] = [];
  readonly #lost: LostBranch[] = [];
  #good: Checkpoint | undefined;

  constructor(options: { keys: PublicKeys; logId: string }) {
    this.#keys = options.keys;
    this.#logId = options.logId;
  }

  /** The last checkpoint that the rows so far agree with. */
  get good(): Checkpoint | undefined {
    return this.#good;
  }
  get notes(): string[] {
    return this.#notes;
  }

  /**
   * Adds a checkpoint, in any order.
   *
   * @returns false when no key at hand has signed it
   */
  add(signed: SignedCheckpoint): boolean {
    if (!isSigned(signed, this.#keys)) {
      return false;
    }
    const { checkpoint } = signed;
    const anchor = { checkpoint, digest: checkpointDigest(signed) };
    if (checkpoint.logId !== this.#logId) {
      this.#foreign.push(anchor);
      return true;
    }
    const sameSeq = this.#bySeq.get(checkpoint.seq) ?? [];
    if (sameSeq.some(other => other.digest === anchor.digest)) {
      return true;
    }
    const twin =
      this.#byNumber.get(checkpoint.number) ??
      sameSeq.find(other => other.checkpoint.hash !== checkpoint.hash);
    if (twin) {
      const [older, newer] = [twin.checkpoint, checkpoint].sort(
        (a, b) => a.seq - b.seq,
      );
      this.#conflicts.push({
        between: [twin, anchor],
        problem: {
          code: 'fork',
          seq: Math.min(older.seq, newer.seq),
          toSeq: newer.seq,
          message: `Row ${older.seq}: two checkpoints contradict each other (number ${older.number} for row ${older.seq}, number ${newer.number} for row ${newer.seq}), so there are two histories`,
        },
      });
    }
    this.#byNumber.set(checkpoint.number, anchor);
    this.#bySeq.set(checkpoint.seq, [...sameSeq, anchor]);
    return true;
  }

  /** Takes note of what a row declares. `before` is the chain before it. */
  declare(row: AuditRow, before: ChainPoint): Problem | undefined {
    const { statement } = row;
    if (!statement || this.#keys.size === 0) {
      return undefined;
    }
    const { content } = statement;
    const { seq } = row;
    const sound =
      isSignedStatement(statement, this.#keys) &&
      content.logId === this.#logId &&
      content.head.seq === before.seq &&
      content.head.hash === before.hash;
    if (!sound) {
      return {
        code: 'statement-forged',
        seq,
        message: `Row ${seq}: what it declares is not signed for this place by a key at hand`,
      };
    }
    this.#lost.push(...lostBy(content));
    if (content.type === 'prune') {
      this.#prunes.push(content);
      this.#notes.push(
        `Row ${seq}: rows up to ${content.through.seq} were pruned by an operator`,
      );
    } else {
      this.#notes.push(
        `Row ${seq}: an operator declared that the trail was at row ${content.head.seq} when checkpoint ${content.outside.number} outside of it covered row ${content.outside.seq}`,
      );
    }
    return undefined;
  }

  /** Compares the chain with the checkpoints for the row it has reached. */
  reach(point: ChainPoint): void {
    for (const anchor of this.#bySeq.get(point.seq) ?? []) {
      const { checkpoint } = anchor;
      if (checkpoint.hash === point.hash) {
        this.#good = checkpoint;
      } else {
        const seq = (this.#good?.seq ?? 0) + 1;
        this.#conflicts.push({
          between: [anchor],
          problem: {
            code: 'checkpoint-mismatch',
            seq,
            toSeq: point.seq,
            message: `Row ${seq}: this row or one up to ${point.seq} is not what checkpoint ${checkpoint.number} was signed for; the hashes were made anew`,
          },
        });
      }
    }
  }

  /** What the checkpoints still have to say when the chain has ended. */
  finish(options: {
    start: ChainPoint;
    end: ChainPoint;
    /** Whether checkpoints beyond the end mean that rows are missing. */
    beyondEnd: (checkpoint: Checkpoint) => boolean;
    /** The rows before the start are not claimed to be part of this. */
    partial?: boolean;
    /** Numbers of the checkpoints in the database, to find the missing ones. */
    numbers?: number[];
  }): Problem | undefined {
    const { start, end } = options;
    const problems: Problem[] = this.#conflicts
      .filter(({ between }) => !between.some(one => this.#isExcused(one)))
      .map(({ problem }) => problem);
    for (const anchor of this.#foreign) {
      if (!this.#isExcused(anchor)) {
        problems.push({
          code: 'other-trail',
          seq: 1,
          message: `Row 1: checkpoint ${anchor.checkpoint.number} is of another trail (${anchor.checkpoint.logId}); the database was replaced`,
        });
      }
    }
    for (const anchors of this.#bySeq.values()) {
      for (const anchor of anchors) {
        const { checkpoint } = anchor;
        if (
          checkpoint.seq > end.seq &&
          options.beyondEnd(checkpoint) &&
          !this.#isExcused(anchor)
        ) {
          problems.push({
            code: 'tail-missing',
            seq: end.seq + 1,
            toSeq: checkpoint.seq,
            message: `Row ${end.seq + 1}: it and those up to ${
              checkpoint.seq
            } are missing; checkpoint ${checkpoint.number} was signed for them`,
          });
        }
      }
    }
    const gap = this.#missingNumber(options.numbers);
    if (gap) {
      problems.push(gap);
    }
    const unsound = options.partial ? undefined : this.#checkStart(start);
    if (unsound) {
      problems.push(unsound);
    }
    return problems.sort((a, b) => a.seq - b.seq)[0];
  }

  /** A trail that begins later than row 1 needs somebody who vouches for it. */
  #checkStart(start: ChainPoint): Problem | undefined {
    if (start.seq === 0) {
      return undefined;
    }
    const signed = (this.#bySeq.get(start.seq) ?? []).some(
      ({ checkpoint }) => checkpoint.hash === start.hash,
    );
    const declared = this.#prunes.some(
      ({ through }) => through.seq === start.seq && through.hash === start.hash,
    );
    return signed && declared
      ? undefined
      : {
          code: 'beginning-missing',
          seq: 1,
          toSeq: start.seq,
          message: `Row 1: it and those up to ${start.seq} are missing, and no signed row says that they were pruned`,
        };
  }

  #missingNumber(numbers: number[] | undefined): Problem | undefined {
    if (!numbers) {
      return undefined;
    }
    const stored = new Set(numbers);
    const known = Array.from(this.#byNumber.keys());
    const highest = Math.max(0, ...known);
    for (let number = 1; number <= highest; number += 1) {
      const recovered = this.#lost.some(lost => number <= lost.number);
      if (!stored.has(number) && !recovered) {
        const seq = (this.#byNumber.get(number)?.checkpoint.seq ??
          this.#good?.seq ??
          0) as number;
        return {
          code: 'checkpoint-missing',
          seq: Math.max(1, seq),
          message: `Row ${Math.max(
            1,
            seq,
          )}: checkpoint ${number}, which covered it, is missing from the database`,
        };
      }
    }
    return undefined;
  }

  /** On a branch that an operator has declared lost. */
  #isExcused({ checkpoint }: Anchor): boolean {
    return this.#lost.some(
      ({ number, common }) =>
        checkpoint.number <= number &&
        (checkpoint.logId !== this.#logId || checkpoint.seq > common),
    );
  }
}
