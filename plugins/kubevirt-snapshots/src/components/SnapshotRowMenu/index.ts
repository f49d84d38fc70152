// SPDX-License-Identifier: Apache-2.0
export { SnapshotRowMenu, type RowAction } from './SnapshotRowMenu';
