// SPDX-License-Identifier: Apache-2.0
export { EmptyState } from './EmptyState';
