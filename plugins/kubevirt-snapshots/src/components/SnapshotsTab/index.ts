// SPDX-License-Identifier: Apache-2.0
export { SnapshotsTab, type SnapshotsTabProps } from './SnapshotsTab';
