// SPDX-License-Identifier: Apache-2.0
export {
  CreateDialog,
  NewNameFields,
  type CreateDialogProps,
} from './CreateDialog';
export {
  useNewFromSnapshot,
  type NewEntries,
  type NewOptions,
} from './useNewFromSnapshot';
