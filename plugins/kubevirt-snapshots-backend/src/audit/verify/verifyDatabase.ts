// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { CheckpointStore } from '../CheckpointStore';
import { readHead, type AuditHead } from '../head';
import type { SignedCheckpoint } from '../signing/checkpoints';
import type { PublicKeys } from '../signing/keys';
import { Anchors } from './Anchors';
import { ChainVerifier } from './ChainVerifier';
import { describeResult } from './describe';
import type { Problem, VerificationResult } from './types';

/** Rows that are in memory at one time. */
const PAGE = 4000;

/** What a database is verified with. */
export interface VerifyOptions {
  knex: Knex;
  /** Without any, nothing that is signed can be checked. */
  keys: PublicKeys;
  /** Checkpoints kept outside the database. */
  outside?: SignedCheckpoint[];
  /** Called after each page. */
  onProgress?: (seq: number) => void;
}

/**
 * Verifies the trail in a database: content against digests, columns against
 * content, each link of the chain, and the chain against the checkpoints.
 */
export async function verifyDatabase(
  options: VerifyOptions,
): Promise<VerificationResult> {
  for (;;) {
    const { base } = await readHead(options.knex);
    const result = await verifyOnce(options);
    const now = await readHead(options.knex);
    // Pruned meanwhile: what was missing was taken away on purpose.
    if (result.status !== 'broken' || now.base.seq === base.seq) {
      return result;
    }
  }
}

const earlier = (a: Problem | undefined, b: Problem | undefined) =>
  a && b && b.seq < a.seq ? b : a ?? b;

async function verifyOnce(options: VerifyOptions): Promise<VerificationResult> {
  const { knex, keys } = options;
  const begunAt = performance.now();
  const { logId } = await readHead(knex);
  const anchors = new Anchors({ keys, logId });
  const numbers: number[] = [];
  let problem = await addCheckpoints(options, anchors, numbers);
  // Read after the checkpoints, so that none of them is beyond it.
  const head = await readHead(knex);
  const start = { ...head.base, logId };
  const chain = new ChainVerifier(start);
  const done = (found?: Problem) =>
    describeResult({ start, chain, anchors, problem: found, begunAt });

  anchors.reach(start);
  const fetchPage = (after: number) =>
    Promise.resolve(
      knex('audit_events')
        .where('seq', '>', after)
        .andWhere('seq', '<=', head.seq)
        .orderBy('seq')
        .limit(PAGE),
    );
  let page = fetchPage(chain.seq);
  while (chain.seq < head.seq) {
    const rows = await page;
    // The database reads the next page while this one is looked at.
    page = fetchPage(Number(rows[rows.length - 1]?.seq ?? head.seq));
    page.catch(() => {});
    for (const columns of rows) {
      const before = chain.hash;
      const taken = chain.add({
        seq: columns.seq,
        body: columns.body,
        salt: columns.salt,
        contentDigest: columns.content_digest,
        rowHash: columns.row_hash,
        columns,
      });
      if ('problem' in taken) {
        return done(taken.problem);
      }
      if (taken.row?.statement) {
        problem ??= anchors.declare(taken.row, {
          seq: chain.seq - 1,
          hash: before,
        });
      }
      anchors.reach(chain);
    }
    if (rows.length === 0) {
      const seq = chain.seq + 1;
      return done({
        code: 'tail-missing',
        seq,
        toSeq: head.seq,
        message: `Row ${seq}: it and those up to ${head.seq} are missing`,
      });
    }
    options.onProgress?.(chain.seq);
  }
  problem ??= await checkEnd(knex, head, chain);
  const found = anchors.finish({
    start,
    end: chain,
    beyondEnd: () => true,
    numbers: keys.size > 0 ? numbers : undefined,
  });
  return done(earlier(problem, found));
}

/** The head has to name the last row; a row beyond it was put there by hand. */
async function checkEnd(
  knex: Knex,
  head: AuditHead,
  chain: ChainVerifier,
): Promise<Problem | undefined> {
  if (head.hash !== chain.hash) {
    return {
      code: 'head-mismatch',
      seq: head.seq,
      message: `Row ${head.seq}: it is not the one that the head of the trail names`,
    };
  }
  const now = await readHead(knex);
  const beyond = await knex('audit_events')
    .where('seq', '>', now.seq)
    .orderBy('seq')
    .first('seq');
  const early = await knex('audit_events')
    .where('seq', '<=', head.base.seq)
    .orderBy('seq')
    .first('seq');
  const odd = early ?? beyond;
  if (odd) {
    // Written between the two looks, if the head has come that far.
    const latest = await readHead(knex);
    const seq = Number(odd.seq);
    if (seq > latest.seq || seq <= latest.base.seq) {
      return {
        code: 'row-out-of-place',
        seq,
        message: `Row ${seq}: it lies outside of what the head of the trail spans`,
      };
    }
  }
  return undefined;
}

async function addCheckpoints(
  options: VerifyOptions,
  anchors: Anchors,
  numbers: number[],
): Promise<Problem | undefined> {
  if (options.keys.size === 0) {
    return undefined;
  }
  const store = new CheckpointStore(options);
  let problem: Problem | undefined;
  for (let from = 0; ; ) {
    const page = await store.after(from, PAGE);
    if (page.length === 0) {
      break;
    }
    for (const { number, seq, signed } of page) {
      numbers.push(number);
      if (!signed || !anchors.add(signed)) {
        problem ??= {
          code: 'checkpoint-forged',
          seq: Math.max(1, seq),
          message: `Row ${seq}: checkpoint ${number} for it is not signed by a key at hand. If the key was changed, name the former public key.`,
        };
      }
    }
    from = page[page.length - 1].number;
  }
  const { outside = [] } = options;
  const sound = outside.filter(signed => anchors.add(signed));
  if (outside.length > 0 && sound.length === 0) {
    problem ??= {
      code: 'outside-forged',
      seq: 1,
      message:
        'Row 1: no checkpoint that is kept outside is signed by a key at hand',
    };
  }
  return problem;
}
