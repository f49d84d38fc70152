// SPDX-License-Identifier: Apache-2.0
export { RelatedVmsCard, type RelatedVmsCardProps } from './RelatedVmsCard';
