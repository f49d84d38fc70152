// SPDX-License-Identifier: Apache-2.0
import type { AuditRow } from './types';

/** Columns that repeat what the body says, for searching. */
export interface Projections {
  seq: number;
  kind: string;
  at: number;
  operation_id: string | null;
  action: string;
  actor: string;
  origin: string;
  outcome: string | null;
  cluster: string | null;
  namespace: string | null;
  vm_name: string | null;
  vm_uid: string | null;
  owners: string | null;
  snapshot_name: string | null;
  snapshot_uid: string | null;
  once: string | null;
  act_seq: number;
}

/** What the columns of a row have to be. */
export function projectionsOf(row: AuditRow): Projections {
  return {
    seq: row.seq,
    kind: row.kind,
    at: row.at,
    operation_id: row.operationId ?? null,
    action: row.action,
    actor: row.actor,
    origin: row.origin,
    outcome: row.outcome ?? null,
    cluster: row.vm?.cluster ?? null,
    namespace: row.vm?.namespace ?? null,
    vm_name: row.vm?.name ?? null,
    vm_uid: row.vm?.uid ?? null,
    owners: row.vm ? JSON.stringify(row.vm.owners ?? []) : null,
    snapshot_name: row.snapshot?.name ?? null,
    snapshot_uid: row.snapshot?.uid ?? null,
    once: row.once ?? null,
    act_seq: row.intent ?? row.seq,
  };
}

/**
 * Compares the columns that a database gave with what the body says.
 *
 * @returns the name of the first column that differs
 */
export function differingColumn(
  row: AuditRow,
  columns: Record<string, unknown>,
): string | undefined {
  const wanted = projectionsOf(row);
  for (const name of Object.keys(wanted) as (keyof Projections)[]) {
    const is = columns[name] ?? null;
    const should = wanted[name];
    // PostgreSQL's driver gives big integers as text.
    const same =
      typeof should === 'number' ? Number(is) === should : is === should;
    if (!same) {
      return name;
    }
  }
  return undefined;
}
