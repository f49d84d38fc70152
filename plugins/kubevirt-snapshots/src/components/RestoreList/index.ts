// SPDX-License-Identifier: Apache-2.0
export { ClearButton } from './ClearButton';
export { RestoreList } from './RestoreList';
