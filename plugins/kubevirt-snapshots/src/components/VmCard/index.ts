// SPDX-License-Identifier: Apache-2.0
export { VmCard, type VmCardProps } from './VmCard';
