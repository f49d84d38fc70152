// SPDX-License-Identifier: Apache-2.0
export * from './ClusterError';
export * from './clusterServiceRef';
export * from './CommittedIntent';
export * from './DefaultClusterService';
export * from './types';
export type { ReflectorTimings } from '../watch/backoff';
