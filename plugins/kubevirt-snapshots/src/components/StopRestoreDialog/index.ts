// SPDX-License-Identifier: Apache-2.0
export { StopRestoreDialog } from './StopRestoreDialog';
