// SPDX-License-Identifier: Apache-2.0
import type { ClusterName, Vm } from './sandbox';

/** Virtual machines of the demo that have an entity of the same name. */
export type VmName =
  | 'web-01'
  | 'web-02'
  | 'cache-01'
  | 'batch-01'
  | 'legacy-01'
  | 'kiosk-01'
  | 'db-01'
  | 'search-01'
  | 'ledger-01'
  | 'invoice-01';

const IN_DATA: VmName[] = ['db-01', 'search-01'];
const IN_BILLING: VmName[] = ['ledger-01', 'invoice-01'];

/** Where a demo VM is. */
export function vm(name: VmName): Vm & { cluster: ClusterName } {
  if (IN_BILLING.includes(name)) {
    return { cluster: 'demo-west', namespace: 'billing', name };
  }
  const namespace = IN_DATA.includes(name) ? 'data' : 'shop';
  return { cluster: 'demo-east', namespace, name };
}

let count = 0;

/** A name that no other test uses; it sorts behind those of the demo. */
export function newName(vmName: string): string {
  count += 1;
  return `${vmName}-x${Date.now().toString(36)}${count}`;
}
