// SPDX-License-Identifier: Apache-2.0
export { StopCopyDialog } from './StopCopyDialog';
export { stopVerdict } from './stopVerdict';
