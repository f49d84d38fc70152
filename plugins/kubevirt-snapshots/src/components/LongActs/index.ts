// SPDX-License-Identifier: Apache-2.0
export { useLongAct, type LongAct } from './context';
export { LongActs } from './LongActs';
