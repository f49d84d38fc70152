// SPDX-License-Identifier: Apache-2.0
export * from './readConfig';
export * from './types';
