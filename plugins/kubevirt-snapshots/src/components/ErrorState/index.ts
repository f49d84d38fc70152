// SPDX-License-Identifier: Apache-2.0
export { ErrorState } from './ErrorState';
export { failureTexts } from './failureTexts';
