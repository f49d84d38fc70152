// SPDX-License-Identifier: Apache-2.0
export { AuditPage } from './AuditPage';
