// SPDX-License-Identifier: Apache-2.0
export { WarningList, type Warning } from './WarningList';
