// SPDX-License-Identifier: Apache-2.0
export * from './conditions';
export * from './resource';
export * from './rules';
export * from './VmFilter';
