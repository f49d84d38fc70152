// SPDX-License-Identifier: Apache-2.0
export { EditScheduleDialog } from './EditScheduleDialog';
export { KindField } from './KindField';
export { formatRun, NextRuns } from './NextRuns';
export { OptionFields } from './OptionFields';
export { PlanLists } from './PlanLists';
export { RetentionFields } from './RetentionFields';
export type { RuleKind } from './ruleDraft';
export { RuleFields } from './RuleFields';
export { ScheduleFields } from './ScheduleFields';
export { useScheduleForm } from './useScheduleForm';
