// SPDX-License-Identifier: Apache-2.0
export { ProtectionBadge } from './ProtectionBadge';
