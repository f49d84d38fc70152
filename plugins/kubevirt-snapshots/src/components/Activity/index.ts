// SPDX-License-Identifier: Apache-2.0
export { BusyRestoreButton, OperationButton } from './ActivityButton';
export { OperationDetails, RestoreDetails } from './ActivityDetails';
export { activityText, LongProgress } from './LongProgress';
