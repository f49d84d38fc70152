// SPDX-License-Identifier: Apache-2.0
export { SnapshotsView } from './SnapshotsView';
