// SPDX-License-Identifier: Apache-2.0
export { ChoiceGroup, type Choice } from './ChoiceGroup';
