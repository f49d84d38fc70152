// SPDX-License-Identifier: Apache-2.0
export { ScheduleDrawer } from './ScheduleDrawer';
