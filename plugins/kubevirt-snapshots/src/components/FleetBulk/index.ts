// SPDX-License-Identifier: Apache-2.0
export { BulkPanel } from './BulkPanel';
export { ScheduleManyDialog } from './ScheduleManyDialog';
export { SelectionBar } from './SelectionBar';
export { TakeManyDialog } from './TakeManyDialog';
export { useBulk, type BulkKind } from './useBulk';
export { useSelection, type Selection } from './useSelection';
