// SPDX-License-Identifier: Apache-2.0
import type { RestoreRecord } from '../cluster/types';
import { eventually, newIntent, untilGone } from './helpers';
import type { ContractContext, MadeVm } from './types';

/** Waits for a state of a restore in the cache. */
export function restored(
  { service, cluster, namespace, patience }: ContractContext,
  name: string,
  state: RestoreRecord['state'],
): Promise<RestoreRecord> {
  const read = () => service.restore({ cluster, namespace, name });
  return eventually(
    `restore ${name} is ${state}`,
    () => {
      const record = read();
      return record?.state === state && record;
    },
    patience,
    () => read()?.message,
  );
}

/** Deletes a restore as it is now, until that succeeds. */
export async function clearRestore(
  context: ContractContext,
  name: string,
): Promise<void> {
  const { service, cluster, namespace } = context;
  const address = { cluster, namespace, name };
  await untilGone(context, `restore ${name}`, {
    read: () => service.getRestore(address),
    isGoing: ({ deleting }) => deleting,
    remove: record => service.deleteRestore(newIntent(), address, record),
  });
}

/** Starts or stops a VM, and waits until it is so. */
export async function power(
  { service, patience }: ContractContext,
  { ref }: MadeVm,
  action: 'start' | 'stop',
): Promise<void> {
  await service.setPower(newIntent(), ref, action);
  await eventually(
    `VM ${ref.name} is ${action === 'start' ? 'on' : 'off'}`,
    () => service.vm(ref)?.running === (action === 'start'),
    patience,
  );
}
