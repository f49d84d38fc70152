// SPDX-License-Identifier: Apache-2.0
export { StepList, type ListedStep } from './StepList';
export { Elapsed, useTimeLeft } from './clocks';
