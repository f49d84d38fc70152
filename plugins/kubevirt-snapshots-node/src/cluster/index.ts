// SPDX-License-Identifier: Apache-2.0
export * from './ClusterError';
export * from './clusterServiceRef';
export * from './CommittedIntent';
export * from './copyTypes';
export * from './DefaultClusterService';
export { templateDiskName } from './templateCalls';
export * from './types';
export type { ReflectorTimings } from '../watch/backoff';
