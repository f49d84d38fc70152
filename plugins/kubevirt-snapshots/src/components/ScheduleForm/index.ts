// SPDX-License-Identifier: Apache-2.0
export { EditScheduleDialog } from './EditScheduleDialog';
export { KindField } from './KindField';
export { formatRun } from './NextRuns';
export { PlanLists } from './PlanLists';
export type { RuleKind } from './ruleDraft';
export { ScheduleFields } from './ScheduleFields';
export { useScheduleForm } from './useScheduleForm';
