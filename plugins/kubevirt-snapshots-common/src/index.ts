// SPDX-License-Identifier: Apache-2.0
/**
 * What the frontend and the backend of the KubeVirt snapshots plugin share.
 *
 * @packageDocumentation
 */
export * from './api';
export * from './audit';
export * from './duration';
export * from './fleet';
export * from './keys';
export * from './names';
export * from './permissions';
export * from './snapshotState';
export * from './vmRef';
