// SPDX-License-Identifier: Apache-2.0
export { DeleteSnapshotDialog } from './DeleteSnapshotDialog';
