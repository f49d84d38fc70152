// SPDX-License-Identifier: Apache-2.0
import { isDigest } from '../chain';
import type { ExportEnd, ExportHeader } from '../export';
import {
  asSignedCheckpoint,
  type SignedCheckpoint,
} from '../signing/checkpoints';
import type { PublicKeys } from '../signing/keys';
import { Anchors } from './Anchors';
import { ChainVerifier } from './ChainVerifier';
import { describeResult } from './describe';
import type {
  ChainStart,
  Problem,
  RowToVerify,
  VerificationResult,
} from './types';

/** Longest line that a file of ours has; rows are capped at a few KB. */
const MAX_LINE = 1024 * 1024;

interface Run {
  start: ChainStart;
  chain: ChainVerifier;
  anchors: Anchors;
  exportedAt: number;
  ended: boolean;
}

/** What is wrong at a place in the file. */
class BadFile extends Error {
  readonly problem: Problem;
  constructor(code: string, seq: number, message: string) {
    super(message);
    this.problem = { code, seq, message: `Row ${seq}: ${message}` };
  }
}

function headerOf(value: any): ExportHeader | undefined {
  return value?.format === 'kubevirt-snapshots-audit' &&
    value.version === 1 &&
    typeof value.logId === 'string' &&
    Number.isSafeInteger(value.after?.seq) &&
    value.after.seq >= 0 &&
    isDigest(value.after?.hash) &&
    Number.isFinite(Date.parse(value.exportedAt))
    ? value
    : undefined;
}

function begin(header: ExportHeader, options: ExportOptions): Run {
  const start = { ...header.after, logId: header.logId };
  const run: Run = {
    start,
    chain: new ChainVerifier(start),
    anchors: new Anchors({ keys: options.keys, logId: header.logId }),
    exportedAt: Date.parse(header.exportedAt),
    ended: false,
  };
  const outside = options.outside ?? [];
  const sound = outside.filter(signed => run.anchors.add(signed));
  if (outside.length > 0 && sound.length === 0 && options.keys.size > 0) {
    throw new BadFile(
      'outside-forged',
      start.seq + 1,
      'no checkpoint that is kept outside is signed by a key at hand',
    );
  }
  run.anchors.reach(start);
  return run;
}

/** A file may be several exports one after the other, each going on. */
function goOn(run: Run, header: ExportHeader): void {
  const { chain } = run;
  const fits =
    header.logId === run.start.logId &&
    header.after.seq === chain.seq &&
    header.after.hash === chain.hash;
  if (!fits) {
    throw new BadFile(
      'row-missing',
      chain.seq + 1,
      `the next part of the file begins after row ${header.after.seq} and does not go on from here`,
    );
  }
  run.exportedAt = Date.parse(header.exportedAt);
  run.ended = false;
}

function takeEnd(run: Run, { end }: ExportEnd): void {
  const { chain } = run;
  if (end?.seq !== chain.seq || end.hash !== chain.hash) {
    throw new BadFile(
      'tail-missing',
      chain.seq + 1,
      `the file says that it ends with row ${end?.seq}, but its rows end before or differ`,
    );
  }
  run.ended = true;
}

/** What a line of a row consists of; anything else was put there by hand. */
const SHAPES = ['body,rowHash,salt,seq', 'contentDigest,rowHash,seq'];

function takeRow(run: Run, value: RowToVerify): void {
  if (!SHAPES.includes(Object.keys(value).sort().join())) {
    throw new BadFile(
      'malformed',
      run.chain.seq + 1,
      'its line in the file is garbled',
    );
  }
  const before = { seq: run.chain.seq, hash: run.chain.hash };
  const taken = run.chain.add({
    seq: value.seq,
    body: value.body,
    salt: value.salt,
    contentDigest: value.contentDigest,
    rowHash: value.rowHash,
  });
  const problem =
    'problem' in taken
      ? taken.problem
      : taken.row && run.anchors.declare(taken.row, before);
  if (problem) {
    throw Object.assign(new BadFile('', 0, ''), { problem });
  }
  run.anchors.reach(run.chain);
}

/** What an export is verified with. */
export interface ExportOptions {
  keys: PublicKeys;
  /** Checkpoints kept outside, which the file has to agree with too. */
  outside?: SignedCheckpoint[];
}

function takeLine(
  run: Run | undefined,
  line: string,
  options: ExportOptions,
): Run {
  const next = (run?.chain.seq ?? 0) + 1;
  let value: any;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadFile('malformed', next, 'its line in the file is garbled');
  }
  const header = headerOf(value);
  if (!run) {
    if (!header) {
      throw new BadFile('malformed', 1, 'the file is no export of the trail');
    }
    return begin(header, options);
  }
  if (header) {
    goOn(run, header);
  } else if (typeof value !== 'object' || value === null) {
    throw new BadFile('malformed', next, 'its line in the file is garbled');
  } else if ('checkpoint' in value) {
    const signed = asSignedCheckpoint(value);
    const known =
      options.keys.size === 0 || (signed && run.anchors.add(signed));
    if (!signed || !known) {
      throw new BadFile(
        'checkpoint-forged',
        next,
        'a checkpoint in the file is not signed by a key at hand',
      );
    }
  } else if ('end' in value) {
    takeEnd(run, value);
  } else if (run.ended) {
    throw new BadFile('row-out-of-place', next, 'it stands behind the end');
  } else {
    takeRow(run, value);
  }
  return run;
}

/**
 * Verifies an NDJSON export, whole or filtered, without a database. Checkpoints
 * in the file come before the rows that they cover.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  options: ExportOptions,
): Promise<VerificationResult> {
  const begunAt = performance.now();
  let run: Run | undefined;
  let problem: Problem | undefined;
  try {
    for await (const line of lines) {
      if (line.length > MAX_LINE) {
        throw new BadFile(
          'malformed',
          (run?.chain.seq ?? 0) + 1,
          'its line in the file is too long',
        );
      }
      run = takeLine(run, line, options);
    }
    problem = finish(run);
  } catch (error) {
    if (!(error instanceof BadFile)) {
      throw error;
    }
    ({ problem } = error);
  }
  if (!run) {
    const logId = '';
    const start = { seq: 0, hash: '0'.repeat(64), logId };
    const anchors = new Anchors({ keys: options.keys, logId });
    const chain = new ChainVerifier(start);
    return describeResult({ start, chain, anchors, problem, begunAt });
  }
  return describeResult({ ...run, problem, begunAt });
}

function finish(run: Run | undefined): Problem | undefined {
  if (!run) {
    return {
      code: 'malformed',
      seq: 1,
      message: 'Row 1: the file is empty',
    };
  }
  const { start, chain, anchors, exportedAt } = run;
  if (!run.ended) {
    const seq = chain.seq + 1;
    return {
      code: 'tail-missing',
      seq,
      message: `Row ${seq}: the file was cut off before its end. Go on with an export after row ${chain.seq}.`,
    };
  }
  return anchors.finish({
    start,
    end: chain,
    // A checkpoint from later than the export covers rows it couldn't have.
    beyondEnd: checkpoint => checkpoint.at <= exportedAt,
    partial: true,
  });
}
