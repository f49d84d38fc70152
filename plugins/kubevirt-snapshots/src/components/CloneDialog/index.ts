// SPDX-License-Identifier: Apache-2.0
export { CloneDialog, type CreateDialogProps } from './CloneDialog';
