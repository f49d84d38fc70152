// SPDX-License-Identifier: Apache-2.0
export { DeleteClaimDialog } from './DeleteClaimDialog';
export { LeftOverClaims } from './LeftOverClaims';
