// SPDX-License-Identifier: Apache-2.0
import type { Knex } from 'knex';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Clock } from '../../database/Clock';
import { canonicalJson } from '../canonicalJson';
import type { DatabaseAuditTrail } from '../DatabaseAuditTrail';
import type { AuditFacts, AuditRow, AuditRowInput } from '../types';

const TABLE = 'audit_watched';

/** A change within this time after an operation of ours is taken for its doing, ms. */
const OURS_MS = 60_000;

/** A snapshot that the portal made, as last seen. */
export interface Watched {
  uid: string;
  vm: VmRef;
  vmUid: string;
  name: string;
  /** Absent until it was seen in the cluster. */
  look?: AuditFacts;
  resourceVersion?: string;
}

/** What operations of ours say about a snapshot that has changed. */
export type Explanation = 'ours' | 'under-way' | 'none';

const fromRow = (row: any): Watched => ({
  uid: row.snapshot_uid,
  vm: { cluster: row.cluster, namespace: row.namespace, name: row.vm_name },
  vmUid: row.vm_uid,
  name: row.snapshot_name,
  look: row.look ? JSON.parse(row.look) : undefined,
  resourceVersion: row.resource_version,
});

const toRow = (watched: Watched) => ({
  snapshot_uid: watched.uid,
  cluster: watched.vm.cluster,
  namespace: watched.vm.namespace,
  vm_name: watched.vm.name,
  vm_uid: watched.vmUid,
  snapshot_name: watched.name,
  look: canonicalJson(watched.look ?? {}),
  resource_version: watched.resourceVersion ?? '0',
});

/** What replicas share about the snapshots that the portal made. */
export class WatchedSnapshots {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #trail: DatabaseAuditTrail;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#trail = options.trail;
  }

  /** Snapshots that takes have made since a revision, and the latest one. */
  async madeSince(
    revision: number,
  ): Promise<{ made: Watched[]; revision: number }> {
    const rows = await this.#knex('operations')
      .where({ type: 'take' })
      .whereNotNull('snapshot_uid')
      .andWhere('revision', '>', revision)
      .whereNotExists(
        this.#knex(TABLE)
          .whereRaw('audit_watched.snapshot_uid = operations.snapshot_uid')
          .andWhere({ gone: true }),
      )
      .orderBy('revision');
    return {
      made: rows.map(row => fromRow({ ...row, look: undefined })),
      revision: rows.length ? Number(rows[rows.length - 1].revision) : revision,
    };
  }

  /** What is shared about one; another replica may know more. */
  async read(uid: string): Promise<(Watched & { gone: boolean }) | undefined> {
    const row = await this.#knex(TABLE).where({ snapshot_uid: uid }).first();
    return row && { ...fromRow(row), gone: Boolean(row.gone) };
  }

  /** Takes down how one looks for the first time. */
  async begin(watched: Watched): Promise<void> {
    await this.#knex(TABLE)
      .insert(toRow(watched))
      .onConflict('snapshot_uid')
      .ignore();
  }

  /** Whether an operation of ours is the reason. */
  async explanation(uid: string, gone: boolean): Promise<Explanation> {
    const operations = await this.#knex('operations')
      .where({ snapshot_uid: uid })
      .whereNot({ type: 'take' });
    if (operations.some(operation => operation.finished_at === null)) {
      return 'under-way';
    }
    const now = await this.#clock.now();
    return operations.some(operation =>
      gone
        ? operation.attempts > 0
        : now - Number(operation.finished_at) < OURS_MS,
    )
      ? 'ours'
      : 'none';
  }

  /**
   * Moves from one look to the next and, unless it was our doing, writes the
   * row: in one transaction, so that it is done by one replica only.
   */
  async change(
    from: Watched,
    to: { look: AuditFacts; resourceVersion: string },
    row: Omit<AuditRowInput, 'kind'> | undefined,
  ): Promise<void> {
    await this.#knex.transaction(async tx => {
      const moved = await tx(TABLE)
        .where({
          snapshot_uid: from.uid,
          resource_version: from.resourceVersion,
          gone: false,
        })
        .update({
          look: canonicalJson(to.look),
          resource_version: to.resourceVersion,
        });
      if (moved === 1 && row) {
        await this.#trail.append(tx, 'observed', {
          ...row,
          once: `changed:${from.uid}:${to.resourceVersion}`,
        });
      }
    });
  }

  /** The same for one that is no longer there. */
  async end(
    watched: Watched,
    row: Omit<AuditRowInput, 'kind'> | undefined,
  ): Promise<void> {
    await this.begin(watched);
    await this.#knex.transaction(async tx => {
      const ended = await tx(TABLE)
        .where({ snapshot_uid: watched.uid, gone: false })
        .update({ gone: true });
      if (ended === 1 && row) {
        await this.#trail.append(tx, 'observed', {
          ...row,
          once: `gone:${watched.uid}`,
        });
      }
    });
  }

  /** What was known of the VM when the snapshot was asked for. */
  async facts(
    watched: Watched,
  ): Promise<Pick<AuditRow, 'vm' | 'snapshot' | 'operationId'>> {
    const row = await this.#knex('audit_events as e')
      .join('operations as o', 'o.id', 'e.operation_id')
      .where({
        'o.snapshot_uid': watched.uid,
        'o.type': 'take',
        'e.kind': 'intent',
      })
      .first('e.body');
    const intent: AuditRow | undefined = row && JSON.parse(row.body);
    return {
      vm: intent?.vm ?? { ...watched.vm, uid: watched.vmUid },
      snapshot: { name: watched.name, uid: watched.uid },
    };
  }
}
