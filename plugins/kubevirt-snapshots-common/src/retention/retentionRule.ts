// SPDX-License-Identifier: Apache-2.0
import { RETENTION_FIELDS } from './types';
import type { RetentionField, RetentionRule } from './types';

/**
 * The largest number that each part of a rule takes. The platform's own limits
 * are lower ones.
 *
 * @public
 */
export const MAX_RETENTION: Record<RetentionField, number> = {
  keepLast: 1000,
  maxAgeDays: 3660,
  daily: 1000,
  weekly: 520,
  monthly: 120,
  yearly: 30,
};

/**
 * @public
 */
export type RetentionCheck =
  | { ok: true }
  | { ok: false; field?: RetentionField; reason: string };

/**
 * Whether a retention rule can be used. Never throws.
 *
 * @public
 */
export function checkRetention(rule: unknown): RetentionCheck {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    return { ok: false, reason: 'Give a retention rule; {} keeps everything.' };
  }
  for (const [field, value] of Object.entries(rule)) {
    if (!(RETENTION_FIELDS as readonly string[]).includes(field)) {
      return {
        ok: false,
        reason: `Leave out ${field.slice(
          0,
          40,
        )}. There are ${RETENTION_FIELDS.join(', ')}.`,
      };
    }
    const max = MAX_RETENTION[field as RetentionField];
    if (
      value !== undefined &&
      !(Number.isInteger(value) && value >= 1 && value <= max)
    ) {
      return {
        ok: false,
        field: field as RetentionField,
        reason: `Give a whole number from 1 to ${max}, or leave ${field} out.`,
      };
    }
  }
  return { ok: true };
}

/**
 * Whether a rule can ever remove anything. One that can needs the right to
 * delete snapshots.
 *
 * @public
 */
export function removesSnapshots(rule: RetentionRule): boolean {
  return RETENTION_FIELDS.some(field => (rule[field] ?? 0) > 0);
}

/**
 * A rule in one line, such as `keepLast=5 daily=7`, for the trail.
 *
 * @public
 */
export function formatRetention(rule: RetentionRule): string {
  return RETENTION_FIELDS.filter(field => (rule[field] ?? 0) > 0)
    .map(field => `${field}=${rule[field]}`)
    .join(' ');
}
