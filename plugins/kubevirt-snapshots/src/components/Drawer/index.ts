// SPDX-License-Identifier: Apache-2.0
export { Fact, Facts, Section } from './parts';
