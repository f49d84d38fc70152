// SPDX-License-Identifier: Apache-2.0
export * from './describeRule';
export { checkRule, nextRun, nextRuns } from './nextRun';
export * from './shortestInterval';
export * from './types';
