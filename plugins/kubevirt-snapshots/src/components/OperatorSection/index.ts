// SPDX-License-Identifier: Apache-2.0
export { OperatorSection } from './OperatorSection';
