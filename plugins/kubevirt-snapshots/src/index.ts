// SPDX-License-Identifier: Apache-2.0
/**
 * Frontend of the KubeVirt snapshots plugin: a tab with a VM's snapshots on
 * entity pages, and a page on the clusters for operators.
 *
 * @packageDocumentation
 */
export { kubevirtSnapshotsPlugin as default } from './plugin';
export {
  apiFailure,
  kubevirtSnapshotsApiRef,
  KubevirtSnapshotsClient,
  type ApiFailure,
  type EntityKey,
  type KubevirtSnapshotsApi,
  type ReadOptions,
  type WatchOptions,
} from './api';
export { kubevirtSnapshotsTranslationRef } from './translations';
