// SPDX-License-Identifier: Apache-2.0
export { CloneDialog } from './CloneDialog';
