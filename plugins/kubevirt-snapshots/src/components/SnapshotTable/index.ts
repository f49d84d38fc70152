// SPDX-License-Identifier: Apache-2.0
export { SnapshotTable, type SnapshotTableProps } from './SnapshotTable';
