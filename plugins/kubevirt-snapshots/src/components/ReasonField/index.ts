// SPDX-License-Identifier: Apache-2.0
export { ReasonField, reasonProblem } from './ReasonField';
