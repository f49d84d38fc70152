// SPDX-License-Identifier: Apache-2.0
export { HistoryView } from './HistoryView';
