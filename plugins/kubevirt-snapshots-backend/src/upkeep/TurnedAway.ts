// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  ownersOf,
  type BindingConfig,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Knex } from 'knex';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { OperationIndex } from '../operations/OperationIndex';
import { markOf, notesOf } from '../operations/restore/notes';
import { strayedVolumes } from '../views/notices';
import type { Task } from './Upkeep';

/**
 * Writes down that somebody has turned a VM away from the claims that a restore
 * gave it: the restored disks are left over then, and the VM may boot others or
 * empty ones. Once for each set of claims, over all replicas.
 */
export class TurnedAway implements Task {
  readonly #knex: Knex;
  readonly #trail: DatabaseAuditTrail;
  readonly #index: Pick<OperationIndex, 'lastRestoreOf'>;
  readonly #binding: BindingConfig;
  readonly #known = new Set<string>();

  constructor(options: {
    knex: Knex;
    trail: DatabaseAuditTrail;
    index: Pick<OperationIndex, 'lastRestoreOf'>;
    binding: BindingConfig;
  }) {
    this.#knex = options.knex;
    this.#trail = options.trail;
    this.#index = options.index;
    this.#binding = options.binding;
  }

  async look(vm: VmRecord): Promise<void> {
    const restore = this.#index.lastRestoreOf(vm.ref);
    // A later restore by somebody else is a reason of its own to have others.
    if (
      !restore?.target ||
      restore.vmUid !== vm.uid ||
      vm.restoreInProgress ||
      vm.lastRestore !==
        markOf(restore.target, notesOf(restore).restoreUid ?? '')
    ) {
      return;
    }
    const strayed = strayedVolumes(vm, restore);
    if (strayed.length === 0) {
      return;
    }
    const claims = (which: 'restored' | 'current') =>
      Object.fromEntries(
        strayed.map(each => [each.volume, each[which] ?? 'none']),
      );
    const after = claims('current');
    const digest = createHash('sha256').update(JSON.stringify(after));
    const once = `turned-away:${restore.id}:${digest.digest('hex')}`;
    if (this.#known.has(once)) {
      return;
    }
    await this.#knex.transaction(async tx => {
      if (!(await tx('audit_events').where({ once }).first('seq'))) {
        await this.#trail.append(tx, 'observed', {
          action: 'vm.claims-changed',
          actor: `cluster:${vm.ref.cluster}`,
          origin: 'cluster',
          vm: { ...vm.ref, uid: vm.uid, owners: ownersOf(vm, this.#binding) },
          options: { restore: restore.target! },
          before: claims('restored'),
          after,
          once,
        });
      }
    });
    this.#known.add(once);
  }
}
