// SPDX-License-Identifier: Apache-2.0
import type { Anchors } from './Anchors';
import type { ChainVerifier } from './ChainVerifier';
import type { ChainStart, Problem, VerificationResult } from './types';

/** Puts together what a verification came to. */
export function describeResult(options: {
  start: ChainStart;
  chain: ChainVerifier;
  anchors: Anchors;
  problem?: Problem;
  begunAt: number;
}): VerificationResult {
  const { start, chain, anchors, problem } = options;
  const { good } = anchors;
  const newer = chain.seq - (good?.seq ?? start.seq);
  const base = {
    logId: start.logId,
    rows: chain.rows,
    stubs: chain.stubs,
    from: start.seq + 1,
    to: chain.seq,
    checkpoint: good && { number: good.number, seq: good.seq, at: good.at },
    notAnchored: newer,
    notes: anchors.notes,
    durationMs: Math.round(performance.now() - options.begunAt),
  };
  if (problem) {
    return { ...base, status: 'broken', message: problem.message, problem };
  }
  const span = chain.seq - start.seq;
  return good
    ? {
        ...base,
        status: 'ok',
        message: `ok to checkpoint ${good.number} (row ${good.seq}), ${newer} newer rows not anchored`,
      }
    : {
        ...base,
        status: 'unsigned',
        message:
          span === 0
            ? 'ok: there is no row yet'
            : `ok but unsigned: ${span} rows follow from each other, and no checkpoint says that they are the ones that were written`,
      };
}
