// SPDX-License-Identifier: Apache-2.0
export { NewNameField, newNameProblem } from './NewNameField';
