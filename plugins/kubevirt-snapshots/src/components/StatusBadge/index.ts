// SPDX-License-Identifier: Apache-2.0
export { StatusBadge, ToneBadge } from './StatusBadge';
export { STATUS_LOOKS, statusLook, type Tone } from './statusMap';
