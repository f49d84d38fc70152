// SPDX-License-Identifier: Apache-2.0
export { SnapshotToolbar, type SnapshotToolbarProps } from './SnapshotToolbar';
