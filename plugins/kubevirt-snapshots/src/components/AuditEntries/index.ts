// SPDX-License-Identifier: Apache-2.0
export { Actor } from './Actor';
export { AuditTable } from './AuditTable';
export { OutcomeText } from './OutcomeText';
export { Paging } from './Paging';
export { actionText, KNOWN_ACTIONS, outcomeHint, outcomeLook } from './looks';
