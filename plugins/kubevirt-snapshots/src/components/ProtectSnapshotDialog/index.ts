// SPDX-License-Identifier: Apache-2.0
export { ProtectSnapshotDialog } from './ProtectSnapshotDialog';
export { ReleaseSnapshotDialog } from './ReleaseSnapshotDialog';
