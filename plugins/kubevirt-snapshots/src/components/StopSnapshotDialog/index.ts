// SPDX-License-Identifier: Apache-2.0
export {
  StopSnapshotDialog,
  type SnapshotDialogProps,
} from './StopSnapshotDialog';
