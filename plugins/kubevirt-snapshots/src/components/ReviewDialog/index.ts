// SPDX-License-Identifier: Apache-2.0
export { CapturedConfiguration, CapturedDisks, Notes } from './parts';
export {
  REVIEW_PARTS,
  ReviewDialog,
  type ReviewDialogProps,
  type ReviewPart,
} from './ReviewDialog';
