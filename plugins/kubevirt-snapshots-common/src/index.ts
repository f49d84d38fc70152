// SPDX-License-Identifier: Apache-2.0
/**
 * What the frontend and the backend of the KubeVirt snapshots plugin share.
 *
 * @packageDocumentation
 */
export * from './api';
export * from './audit';
export * from './clones';
export * from './duration';
export * from './fleet';
export * from './keys';
export * from './names';
export * from './newNames';
export * from './permissions';
export * from './reservedKeys';
export * from './retention';
export * from './schedule';
export * from './schedules';
export * from './power';
export * from './restores';
export * from './snapshotState';
export * from './templates';
export * from './vmRef';
export * from './stateVolumes';
