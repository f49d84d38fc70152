// SPDX-License-Identifier: Apache-2.0
import type { AuditEntry } from 'backstage-plugin-kubevirt-snapshots-common';
import { canonicalJson } from '../canonicalJson';

/** Columns of a CSV export. */
const COLUMNS: [string, (entry: AuditEntry) => unknown][] = [
  ['seq', e => e.seq],
  ['time', e => e.at],
  ['actor', e => e.actor],
  ['on_behalf_of', e => e.onBehalfOf],
  ['origin', e => e.origin],
  ['action', e => e.action],
  ['outcome', e => e.outcome],
  ['cluster', e => e.vm?.cluster],
  ['namespace', e => e.vm?.namespace],
  ['vm', e => e.vm?.name],
  ['vm_uid', e => e.vm?.uid],
  ['owners', e => e.vm?.owners?.join(' ')],
  ['snapshot', e => e.snapshot?.name],
  ['snapshot_uid', e => e.snapshot?.uid],
  ['reason', e => e.reason],
  ['options', e => e.options && canonicalJson(e.options)],
  ['before', e => e.before && canonicalJson(e.before)],
  ['after', e => e.after && canonicalJson(e.after)],
  ['error', e => e.error && `${e.error.code}: ${e.error.message}`],
  ['count', e => e.count],
  ['settled', e => e.settledAt],
  ['duration_ms', e => e.durationMs],
  ['operation', e => e.operationId],
  ['request', e => e.requestId],
];

/**
 * One cell. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front (OWASP, CSV injection); numbers of ours don't.
 */
function cell(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (typeof value === 'number') {
    return String(value);
  }
  const text = String(value);
  const safe = /^\s*[=+\-@|\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replace(/"/g, '""')}"`;
}

/** First line of a CSV export. */
export const csvHeader = () => `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One act as a line. */
export const csvLine = (entry: AuditEntry) =>
  `${COLUMNS.map(([, read]) => cell(read(entry))).join(',')}\r\n`;
