// SPDX-License-Identifier: Apache-2.0
export { Maker, Person, PersonName } from './Person';
