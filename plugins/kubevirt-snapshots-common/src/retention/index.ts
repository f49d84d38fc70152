// SPDX-License-Identifier: Apache-2.0
export { planRetention } from './planRetention';
export * from './retentionRule';
export * from './simulateYear';
export * from './types';
