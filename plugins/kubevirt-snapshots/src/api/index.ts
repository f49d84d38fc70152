// SPDX-License-Identifier: Apache-2.0
export * from './apiFailure';
export * from './KubevirtSnapshotsApi';
export { KubevirtSnapshotsClient } from './KubevirtSnapshotsClient';
