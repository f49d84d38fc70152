// SPDX-License-Identifier: Apache-2.0
export { SnapshotDrawer, type SnapshotDrawerProps } from './SnapshotDrawer';
