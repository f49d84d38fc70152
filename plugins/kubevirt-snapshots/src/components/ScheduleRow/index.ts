// SPDX-License-Identifier: Apache-2.0
export { scheduledCell, type ScheduleRowContext } from './scheduleCells';
export { runLook } from './scheduleLooks';
export type { ScheduleAction } from './ScheduleRowMenu';
export { RunBadge, ScheduleStatus } from './ScheduleStatus';
