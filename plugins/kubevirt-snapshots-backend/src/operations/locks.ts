// SPDX-License-Identifier: Apache-2.0
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Knex } from 'knex';
import { conflict } from '../errors';
import { doing } from './words';

/** Something that an operation holds until it is finished. */
export interface Lock {
  resource: string;
  /** Others may hold it as well, if they share it too. */
  shared?: boolean;
}

/** A lock, or the resource of an exclusive one. */
export type LockWanted = string | Lock;

/** Lock on everything that changes a VM. */
export const vmLock = (vm: VmRef) =>
  `vm:${vm.cluster}/${vm.namespace}/${vm.name}`;

/** Lock on one snapshot by its name, which is also the lock on the name. */
export const snapshotLock = (vm: VmRef, snapshotName: string) =>
  `snapshot:${vm.cluster}/${vm.namespace}/${snapshotName}`;

/**
 * Lock on a name that is about to be taken in the namespace of a VM.
 *
 * @param plural - as Kubernetes has it, e.g. `virtualmachines`
 */
export const nameLock = (vm: VmRef, plural: string, name: string) =>
  `name:${plural}:${vm.cluster}/${vm.namespace}/${name}`;

/** Holds a resource together with others that only use it. */
export const shared = (resource: string): Lock => ({ resource, shared: true });

/** A wanted lock in its full form. */
export const lockOf = (wanted: LockWanted): Lock =>
  typeof wanted === 'string' ? { resource: wanted } : wanted;

/**
 * Refuses when an unfinished operation holds one of the resources in a way
 * that excludes this one.
 *
 * @throws ConflictError that names the holder
 */
export async function refuseHeldLocks(
  tx: Knex.Transaction,
  wanted: LockWanted[],
): Promise<void> {
  const locks = wanted.map(lockOf);
  const all = locks.map(lock => lock.resource);
  if (all.length === 0) {
    return;
  }
  const exclusive = locks
    .filter(lock => !lock.shared)
    .map(lock => lock.resource);
  const holder = await tx('locks')
    .join('operations', 'operations.id', 'locks.operation_id')
    .whereIn('locks.resource', all)
    .andWhere(excludes =>
      excludes
        .where('locks.shared', false)
        .orWhereIn('locks.resource', exclusive),
    )
    .first('operations.*');
  if (holder) {
    throw conflict(
      `${doing({
        type: holder.type,
        vmName: holder.vm_name,
        snapshotName: holder.snapshot_name,
        target: holder.target ?? undefined,
      })}, asked for by ${holder.actor}. Wait until that is finished.`,
      { code: 'vm-busy', holder: holder.id },
    );
  }
}
