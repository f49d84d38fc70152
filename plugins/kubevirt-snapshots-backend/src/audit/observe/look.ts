// SPDX-License-Identifier: Apache-2.0
import type { SnapshotRecord } from 'backstage-plugin-kubevirt-snapshots-node';
import type { AuditFacts } from '../types';

/** Longest value that is told. */
const MAX_VALUE = 500;

const told = (value: string) =>
  value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;

/**
 * What of a snapshot nobody but us should change: what it is of, its marks and
 * what decides how long it lives. Its status changes by itself.
 */
export function lookOf(record: SnapshotRecord): AuditFacts {
  const marks = (kind: string, values: Record<string, string>) =>
    Object.entries(values).map(([key, value]) => [
      `${kind} ${key}`,
      told(value),
    ]);
  return Object.fromEntries([
    ['source', record.vmName],
    ['deadlineMs', record.deadlineMs],
    ['deletionPolicy', record.deletionPolicy ?? ''],
    ...marks('label', record.labels),
    ...marks('annotation', record.annotations),
  ]);
}

/** The fields that differ, as they were and as they are. */
export function difference(
  before: AuditFacts,
  after: AuditFacts,
): { before: AuditFacts; after: AuditFacts } {
  const keys = Array.from(
    new Set([...Object.keys(before), ...Object.keys(after)]),
  ).filter(key => before[key] !== after[key]);
  const pick = (facts: AuditFacts) =>
    Object.fromEntries(
      keys.filter(key => key in facts).map(key => [key, facts[key]]),
    );
  return { before: pick(before), after: pick(after) };
}

/**
 * Whether one resource version is later than another. They are numbers on
 * every cluster that keeps its objects in etcd; where they aren't nothing can
 * be told.
 */
export function isLater(version: string, than: string): boolean {
  const numbers = /^\d+$/;
  return (
    numbers.test(version) &&
    numbers.test(than) &&
    BigInt(version) > BigInt(than)
  );
}
