// SPDX-License-Identifier: Apache-2.0
export { powerText } from './parts';
export { RestoreDialog, type RestoreDialogProps } from './RestoreDialog';
