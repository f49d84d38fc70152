// SPDX-License-Identifier: Apache-2.0
export { SearchBox } from './SearchBox';
