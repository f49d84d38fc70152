// SPDX-License-Identifier: Apache-2.0
import type { ChainPoint } from './chain';
import type { SignedCheckpoint } from './signing/checkpoints';

/** First line of an NDJSON export. */
export interface ExportHeader {
  format: 'kubevirt-snapshots-audit';
  version: 1;
  logId: string;
  /** The row before the first one of this file. */
  after: ChainPoint;
  /** RFC 3339, database clock. */
  exportedAt: string;
}

/** A row, with the very bytes that were hashed. */
export interface ExportRow {
  seq: number;
  salt: string;
  /** The row as canonical JSON, as a text so that it stays as it is. */
  body: string;
  /** Tells which row is the first bad one; what it is worth the end tells. */
  rowHash: string;
}

/** Stands for a row that was left out, so that the chain can be followed. */
export interface ExportStub {
  seq: number;
  contentDigest: string;
  rowHash: string;
}

/** Last line; without it the file was cut off. */
export interface ExportEnd {
  end: ChainPoint;
  rows: number;
  stubs: number;
}

/** A line of an NDJSON export. */
export type ExportLine =
  | ExportHeader
  | ExportRow
  | ExportStub
  | SignedCheckpoint
  | ExportEnd;
