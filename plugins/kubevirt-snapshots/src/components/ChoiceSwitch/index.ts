// SPDX-License-Identifier: Apache-2.0
export { ChoiceSwitch } from './ChoiceSwitch';
