// SPDX-License-Identifier: Apache-2.0
import { isCanonical } from '../canonicalJson';
import { contentDigest, isDigest, isSalt, rowHash } from '../chain';
import { differingColumn } from '../projections';
import { AUDIT_KINDS, type AuditRow } from '../types';
import type { ChainStart, Problem, RowToVerify } from './types';

/**
 * Follows a chain row by row. Keeps no rows: memory doesn't grow with the
 * length of the trail, but for the intents that are open at one time.
 */
export class ChainVerifier {
  readonly #start: ChainStart;
  #seq: number;
  #hash: string;
  #at = 0;
  #rows = 0;
  #stubs = 0;
  /** Operations whose intent was read and whose settlement was not. */
  readonly #open = new Set<string>();

  constructor(start: ChainStart) {
    this.#start = start;
    this.#seq = start.seq;
    this.#hash = start.hash;
  }

  get seq(): number {
    return this.#seq;
  }
  get hash(): string {
    return this.#hash;
  }
  get rows(): number {
    return this.#rows;
  }
  get stubs(): number {
    return this.#stubs;
  }

  /**
   * Takes the next row.
   *
   * @returns the row's content, or what is wrong with it
   */
  add(row: RowToVerify): { row?: AuditRow } | { problem: Problem } {
    const wanted = this.#seq + 1;
    const bad = (code: string, message: string, seq = wanted) => ({
      problem: { code, seq, message: `Row ${seq}: ${message}` },
    });
    if (Number(row.seq) !== wanted) {
      return Number(row.seq) > wanted
        ? bad('row-missing', 'is missing')
        : bad('row-out-of-place', `row ${row.seq} stands in its place`);
    }
    const stub = row.body === undefined && row.columns === undefined;
    let digest: string;
    let content: AuditRow | undefined;
    if (stub) {
      if (!isDigest(row.contentDigest)) {
        return bad('malformed', 'has neither content nor a digest');
      }
      digest = row.contentDigest;
      this.#stubs += 1;
    } else {
      const { body, salt } = row;
      if (typeof body !== 'string' || !isSalt(salt)) {
        return bad('malformed', 'has no content or no salt');
      }
      digest = contentDigest(salt, body);
      if (row.contentDigest !== undefined && row.contentDigest !== digest) {
        return bad(
          'content-changed',
          'its content is not what its digest was made of',
        );
      }
      const read = this.#read(body, wanted);
      if ('message' in read) {
        return bad(read.code, read.message);
      }
      content = read.row;
      const column = row.columns && differingColumn(content, row.columns);
      if (column) {
        return bad(
          'column-changed',
          `column ${column} says something else than the row itself`,
        );
      }
      this.#rows += 1;
    }
    const hash = rowHash({
      seq: wanted,
      prev: this.#hash,
      contentDigest: digest,
    });
    if (row.rowHash !== undefined && row.rowHash !== hash) {
      return bad(
        'chain-broken',
        'its hash does not follow from the row before and its content',
      );
    }
    this.#seq = wanted;
    this.#hash = hash;
    return { row: content };
  }

  #read(
    body: string,
    seq: number,
  ): { row: AuditRow } | { code: string; message: string } {
    let row: AuditRow;
    try {
      row = JSON.parse(body);
      if (!isCanonical(row, body)) {
        return {
          code: 'not-canonical',
          message: 'its content is not in canonical form',
        };
      }
    } catch {
      return { code: 'malformed', message: 'its content cannot be read' };
    }
    if (row?.seq !== seq) {
      return {
        code: 'row-out-of-place',
        message: `it holds row ${row?.seq}`,
      };
    }
    if (!AUDIT_KINDS.includes(row.kind) || !Number.isSafeInteger(row.at)) {
      return { code: 'malformed', message: 'it is no row of an audit trail' };
    }
    if (row.at < this.#at) {
      return {
        code: 'time-reversed',
        message: 'it is older than the one before',
      };
    }
    this.#at = row.at;
    return this.#pair(row) ?? { row };
  }

  /** One settlement for each intent. */
  #pair(row: AuditRow): { code: string; message: string } | undefined {
    const id = row.operationId;
    if (row.kind === 'intent' && id) {
      this.#open.add(id);
    }
    if (row.kind === 'settled' && id && !this.#open.delete(id)) {
      // Its intent may have been pruned, or be one of the rows left out.
      if (this.#start.seq === 0 && this.#stubs === 0) {
        return {
          code: 'no-intent',
          message:
            'it settles an intent that is not there or was settled before',
        };
      }
    }
    return undefined;
  }
}
