// SPDX-License-Identifier: Apache-2.0
import type {
  AuditEntry,
  AuditEntryOutcome,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { AuditRow } from '../types';

const iso = (ms: number) => new Date(ms).toISOString();

function outcomeOf(
  row: AuditRow,
  settled: AuditRow | undefined,
): AuditEntryOutcome {
  switch (row.kind) {
    case 'intent':
      return settled?.outcome ?? 'pending';
    case 'settled':
      return row.outcome ?? 'unknown';
    case 'denied':
      return 'denied';
    case 'observed':
      return 'observed';
    default:
      return 'recorded';
  }
}

/** An act as people get to see it, from its row and the one that settled it. */
export function toEntry(row: AuditRow, settled?: AuditRow): AuditEntry {
  return {
    seq: row.seq,
    at: iso(row.at),
    action: row.action,
    actor: row.actor,
    onBehalfOf: row.onBehalfOf,
    origin: row.origin,
    outcome: outcomeOf(row, settled),
    requestId: row.requestId,
    operationId: row.operationId,
    entityRef: row.entityRef,
    vm: row.vm,
    snapshot: settled?.snapshot ?? row.snapshot,
    options: row.options,
    before: row.before,
    after: row.after,
    reason: row.reason,
    error: settled?.error ?? row.error,
    count: (row.count ?? 1) > 1 ? row.count : undefined,
    settledSeq: settled?.seq,
    settledAt: settled && iso(settled.at),
    durationMs: settled?.durationMs,
  };
}
