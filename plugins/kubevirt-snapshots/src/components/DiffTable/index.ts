// SPDX-License-Identifier: Apache-2.0
export { DiffTable, type DiffLine } from './DiffTable';
