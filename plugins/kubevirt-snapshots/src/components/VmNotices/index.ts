// SPDX-License-Identifier: Apache-2.0
export { VmNotices } from './VmNotices';
