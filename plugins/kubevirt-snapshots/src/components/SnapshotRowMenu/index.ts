// SPDX-License-Identifier: Apache-2.0
export { ActionItem, SnapshotRowMenu, type RowAction } from './SnapshotRowMenu';
