// SPDX-License-Identifier: Apache-2.0
export { Announcer, useAnnounce } from './Announcer';
