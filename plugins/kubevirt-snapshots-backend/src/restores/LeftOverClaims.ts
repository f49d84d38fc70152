// SPDX-License-Identifier: Apache-2.0
import {
  diskDeletePermission,
  restoreNameOf,
  type LeftOverClaim,
  type LeftOverClaimList,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClaimRecord,
  ClusterService,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { notesOf } from '../operations/restore/notes';
import type { Operation } from '../operations/types';
import { allowed, off } from '../views/vmView';

/** A claim is kept so long after the last restore of its VM, ms. */
export const KEEP_MS = 7 * 24 * 3_600_000;

/**
 * Claims that restores of the portal have made and that nothing uses any more.
 * What was there before the first restore is never among them.
 */
export class LeftOverClaims {
  readonly #store: DatabaseOperationStore;
  readonly #cluster: ClusterService;
  readonly #clock: Clock;

  constructor(options: {
    store: DatabaseOperationStore;
    cluster: ClusterService;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#cluster = options.cluster;
    this.#clock = options.clock;
  }

  /** Reads the claims live: they are few, and only asked for on their own page. */
  async list(access: VmAccess): Promise<LeftOverClaimList> {
    const { ref, vm } = access;
    const restores = await this.#store.restoresOf(ref, vm.uid, 1000);
    const made = new Map<string, { volume: string; operation: Operation }>();
    for (const operation of restores) {
      for (const { volume, uid } of notesOf(operation).made ?? []) {
        made.set(uid, { volume, operation });
      }
    }
    const used = new Set(
      this.#cluster
        .vms(ref.cluster)
        .filter(other => other.ref.namespace === ref.namespace)
        .flatMap(other => other.claims.map(({ claim }) => claim)),
    );
    const names = restores
      .flatMap(operation => notesOf(operation).made ?? [])
      .map(({ claim }) => claim)
      .filter(claim => !used.has(claim));
    const claims = (
      await fromCluster(ref.cluster, () =>
        this.#cluster.getClaims(ref, Array.from(new Set(names))),
      )
    ).filter(
      ({ uid, deleting, stateOf }) => made.has(uid) && !deleting && !stateOf,
    );
    const lastAt = Math.max(
      0,
      ...restores.map(operation => operation.finishedAt ?? operation.updatedAt),
    );
    const now = await this.#clock.now();
    const items = claims.map((claim): LeftOverClaim => {
      const { volume, operation } = made.get(claim.uid)!;
      const deletableAt = lastAt + KEEP_MS;
      return {
        name: claim.name,
        uid: claim.uid,
        volume,
        bytes: claim.bytes,
        storageClass: claim.storageClass,
        createdAt: claim.createdAt,
        restoreName: restoreNameOf(operation.id),
        deletableAt: new Date(deletableAt).toISOString(),
        delete: verdictOf(access, claim, now, deletableAt),
      };
    });
    return {
      items,
      totalBytes: items.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    };
  }
}

function verdictOf(
  access: VmAccess,
  claim: ClaimRecord,
  now: number,
  deletableAt: number,
): Verdict {
  if (!access.can(diskDeletePermission)) {
    return off(
      'permission',
      `You may not delete disks of ${access.ref.name}. ${askWhom(
        access.owners,
      )}`,
    );
  }
  if (now < deletableAt) {
    return off(
      'too-early',
      `It is kept until ${new Date(
        deletableAt,
      ).toISOString()}, 7 days after the last restore.`,
    );
  }
  const owner = claim.owners.find(({ kind }) => kind === 'DataVolume');
  return owner
    ? off('claim-in-use', `DataVolume ${owner.name} would make it anew.`)
    : allowed;
}
