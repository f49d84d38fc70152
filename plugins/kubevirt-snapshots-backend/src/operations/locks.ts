// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import { conflict } from '../errors';

const WORDS: Record<string, string> = {
  take: 'taken',
  stop: 'stopped',
  delete: 'deleted',
};

/**
 * Refuses when an unfinished operation holds one of the resources.
 *
 * @throws ConflictError that names the holder
 */
export async function refuseHeldLocks(
  tx: Knex.Transaction,
  resources: string[],
): Promise<void> {
  if (resources.length === 0) {
    return;
  }
  const holder = await tx('locks')
    .join('operations', 'operations.id', 'locks.operation_id')
    .whereIn('locks.resource', resources)
    .first('operations.*');
  if (holder) {
    throw conflict(
      `Snapshot ${holder.snapshot_name} is being ${
        WORDS[holder.type]
      }, asked for by ${holder.actor}. Wait until that is finished.`,
      { code: 'vm-busy', holder: holder.id },
    );
  }
}
