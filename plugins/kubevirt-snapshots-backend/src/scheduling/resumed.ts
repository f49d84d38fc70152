// SPDX-License-Identifier: Apache-2.0
import { nextDue } from './dues';
import { ACTIVE, type ScheduleColumns } from './ScheduleStore';
import type { Schedule } from './types';

/** Columns of a schedule that goes on from now. */
export function resumed(schedule: Schedule, now: number): ScheduleColumns {
  const next = nextDue(schedule.settings, now);
  return {
    ...ACTIVE,
    ...(next === undefined && { state: 'ended' as const }),
    next_due_at: next ?? null,
    effective_from: now,
    failures: 0,
    unbound_since: null,
    retain_at: now,
    author_due_at: now,
  };
}
