// SPDX-License-Identifier: Apache-2.0
import type { ChainPoint } from '../chain';

/** A row as it comes from a database or an export. */
export interface RowToVerify {
  seq: unknown;
  /** Absent in a digest stub. */
  body?: unknown;
  salt?: unknown;
  /** Given for stubs, and by the database. */
  contentDigest?: unknown;
  /** Given by the database. */
  rowHash?: unknown;
  /** Columns of the database, to be compared with the body. */
  columns?: Record<string, unknown>;
}

/** What is wrong, and where. */
export interface Problem {
  /** Stable word. */
  code: string;
  /** First bad row. */
  seq: number;
  /** Where the bad row can't be told exactly: it is one up to this. */
  toSeq?: number;
  /** In words, with the row's number. */
  message: string;
}

/** What a verification came to. */
export interface VerificationResult {
  /**
   * `ok`: whole, and signed up to a checkpoint. `unsigned`: whole, but nothing
   * signed says that it is the trail that was written. `broken`: it isn't.
   */
  status: 'ok' | 'unsigned' | 'broken';
  /** One sentence. */
  message: string;
  logId: string;
  /** Rows that were read, without stubs. */
  rows: number;
  /** Rows of which only the digest was there. */
  stubs: number;
  /** First and last row. */
  from: number;
  to: number;
  /** The last checkpoint that the rows agree with. */
  checkpoint?: { number: number; seq: number; at: number };
  /** Rows after that checkpoint. */
  notAnchored: number;
  /** What an operator has declared: gaps that are no surprise. */
  notes: string[];
  problem?: Problem;
  durationMs: number;
}

/** Where a chain begins and what it is called. */
export interface ChainStart extends ChainPoint {
  logId: string;
}
