// SPDX-License-Identifier: Apache-2.0
export { Providers } from './Providers';
