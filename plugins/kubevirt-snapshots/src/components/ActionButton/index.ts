// SPDX-License-Identifier: Apache-2.0
export { ActionButton, type ActionButtonProps } from './ActionButton';
export { FormButtons } from './FormButtons';
