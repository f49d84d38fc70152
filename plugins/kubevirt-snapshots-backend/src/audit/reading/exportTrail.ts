// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import type { Clock } from '../../database/Clock';
import { CheckpointStore } from '../CheckpointStore';
import type { ChainPoint } from '../chain';
import type { ExportLine } from '../export';
import { readHead, type AuditHead } from '../head';
import { checkpointLine } from '../signing/checkpoints';
import type { AuditRow } from '../types';
import { matchesFilters, type AuditFilters } from './AuditReader';
import { csvHeader, csvLine } from './csv';
import type { VmScope } from '../../authorization/vmScope';
import { inScope } from './scope';
import { toEntry } from './toEntry';

const TABLE = 'audit_events';

/** Rows that are in memory at one time. */
const PAGE = 500;

/** Rows that say what an operator did to the trail; a verifier needs them. */
const EVIDENCE = ['audit.prune', 'audit.recover'];

export interface ExportOptions {
  knex: Knex;
  clock: Clock;
  scope: VmScope;
  filters: AuditFilters;
  /** Go on after this row. */
  after?: number;
}

/** A row with the one that makes an act of it. */
interface Exported {
  seq: number;
  row: AuditRow;
  columns: any;
  wanted: boolean;
  /** The act, when this is its first row. */
  settled?: AuditRow;
}

/** Rows in their order, each with whether it is to be shown. */
async function* readRows(
  options: ExportOptions,
  from: number,
  to: number,
): AsyncGenerator<Exported> {
  const { knex, scope, filters } = options;
  let last = from;
  while (last < to) {
    const rows = await knex({ e: TABLE })
      // The other row of the same act.
      .leftJoin({ o: TABLE }, join =>
        join
          .on('o.operation_id', 'e.operation_id')
          .andOn('o.kind', '<>', 'e.kind'),
      )
      .where('e.seq', '>', last)
      .andWhere('e.seq', '<=', to)
      .orderBy('e.seq')
      .limit(PAGE)
      .select('e.*', { other: 'o.body' });
    for (const columns of rows) {
      const row: AuditRow = JSON.parse(columns.body);
      const other: AuditRow | undefined =
        columns.other && JSON.parse(columns.other);
      const act =
        row.kind === 'settled' && other
          ? { row: other, settled: row }
          : { row, settled: row.kind === 'intent' ? other : undefined };
      yield {
        seq: Number(columns.seq),
        row,
        columns,
        settled: act.settled === row ? undefined : act.settled,
        wanted: inScope(scope, act.row) && matchesFilters(act, filters),
      };
    }
    if (rows.length === 0) {
      return;
    }
    last = Number(rows[rows.length - 1].seq);
  }
}

async function pointAt(
  knex: Knex,
  head: AuditHead,
  after: number | undefined,
): Promise<ChainPoint> {
  if (after === undefined || after <= head.base.seq) {
    return head.base;
  }
  const row = await knex(TABLE).where({ seq: after }).first('row_hash');
  return row
    ? { seq: after, hash: row.row_hash }
    : { seq: head.seq, hash: head.hash };
}

const line = (value: ExportLine) => `${JSON.stringify(value)}\n`;

/**
 * Rows as NDJSON that can be verified without the database. Of rows outside of
 * the scope or the filters only the digest is given. The rows are those that
 * are there when it begins, so that it ends.
 */
export async function* exportNdjson(
  options: ExportOptions,
): AsyncGenerator<string> {
  const { knex, clock } = options;
  // Taken before the head: no later checkpoint can claim to be earlier.
  const exportedAt = new Date(await clock.now()).toISOString();
  const head = await readHead(knex);
  const after = await pointAt(knex, head, options.after);
  yield line({
    format: 'kubevirt-snapshots-audit',
    version: 1,
    logId: head.logId,
    after,
    exportedAt,
  });
  yield* checkpointLines(knex, after.seq, head.seq);
  let rows = 0;
  let stubs = 0;
  for await (const { seq, row, columns, wanted } of readRows(
    options,
    after.seq,
    head.seq,
  )) {
    const rowHash = columns.row_hash;
    if (wanted || EVIDENCE.includes(row.action)) {
      rows += 1;
      yield line({ seq, salt: columns.salt, body: columns.body, rowHash });
    } else {
      stubs += 1;
      yield line({ seq, contentDigest: columns.content_digest, rowHash });
    }
  }
  yield line({ end: { seq: head.seq, hash: head.hash }, rows, stubs });
}

async function* checkpointLines(
  knex: Knex,
  after: number,
  to: number,
): AsyncGenerator<string> {
  const store = new CheckpointStore({ knex });
  for (let from = 0; ; ) {
    const page = await store.after(from, PAGE);
    if (page.length === 0) {
      return;
    }
    for (const { seq, signed } of page) {
      if (signed && seq >= after && seq <= to) {
        yield `${checkpointLine(signed)}\n`;
      }
    }
    from = page[page.length - 1].number;
  }
}

/** Acts as CSV for spreadsheets. It can't be verified. */
export async function* exportCsv(
  options: ExportOptions,
): AsyncGenerator<string> {
  const head = await readHead(options.knex);
  yield csvHeader();
  const from = Math.max(options.after ?? 0, head.base.seq);
  for await (const { row, settled, wanted } of readRows(
    options,
    from,
    head.seq,
  )) {
    if (wanted && row.kind !== 'settled') {
      yield csvLine(toEntry(row, settled));
    }
  }
}
