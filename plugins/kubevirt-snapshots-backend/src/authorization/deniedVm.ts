// SPDX-License-Identifier: Apache-2.0
import type { AuditRow } from '../audit/types';

type Vm = NonNullable<AuditRow['vm']>;

/**
 * Which VM a refusal was about, kept beside the error: its own properties are
 * sent to the client, who may not learn that.
 */
const vms = new WeakMap<Error, Vm>();

/** Notes the VM that an error denies access to. */
export function denyingVm<T extends Error>(error: T, vm: Vm): T {
  vms.set(error, vm);
  return error;
}

/** The VM that an error denies access to, for the trail. */
export function deniedVmOf(error: unknown): Vm | undefined {
  return vms.get(error as Error);
}
