// SPDX-License-Identifier: Apache-2.0
export {
  TakeSnapshotDialog,
  type TakeSnapshotDialogProps,
} from './TakeSnapshotDialog';
