// SPDX-License-Identifier: Apache-2.0
export { ScheduleDialog } from './ScheduleDialogs';
