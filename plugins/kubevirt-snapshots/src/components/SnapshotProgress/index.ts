// SPDX-License-Identifier: Apache-2.0
export { isInProgress, SnapshotProgress } from './SnapshotProgress';
