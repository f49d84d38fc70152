// SPDX-License-Identifier: Apache-2.0
export { Moment } from './Moment';
