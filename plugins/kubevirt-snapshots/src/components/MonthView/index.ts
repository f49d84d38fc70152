// SPDX-License-Identifier: Apache-2.0
export { MonthView } from './MonthView';
