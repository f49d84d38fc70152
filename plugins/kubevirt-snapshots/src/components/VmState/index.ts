// SPDX-License-Identifier: Apache-2.0
export { BUSY_TEXTS, POWER_LOOKS, vmLook } from './looks';
export { PowerBadge } from './PowerBadge';
