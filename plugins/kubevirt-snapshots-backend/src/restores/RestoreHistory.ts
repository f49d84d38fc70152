// SPDX-License-Identifier: Apache-2.0
import {
  snapshotRestorePermission,
  type RestoreHistoryItem,
  type RestoreList,
  type Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  RestoreRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { toOperationView } from '../operations/operationView';
import type { Operation } from '../operations/types';
import { allowed, off } from '../views/vmView';

/** So many are told; older ones are in the audit trail. */
const MAX_ITEMS = 50;

/**
 * Restores of a VM: the portal's own from its database, others' from the live
 * cache while they are in the cluster.
 */
export class RestoreHistory {
  readonly #store: DatabaseOperationStore;
  readonly #cluster: ClusterService;
  readonly #trail: DatabaseAuditTrail;

  constructor(options: {
    store: DatabaseOperationStore;
    cluster: ClusterService;
    trail: DatabaseAuditTrail;
  }) {
    this.#store = options.store;
    this.#cluster = options.cluster;
    this.#trail = options.trail;
  }

  async list(access: VmAccess, snapshot?: string): Promise<RestoreList> {
    const own = await this.#store.restoresOf(
      access.ref,
      access.vm.uid,
      MAX_ITEMS + 1,
      snapshot,
    );
    const records = this.#cluster
      .restores(access.ref)
      .filter(r => snapshot === undefined || r.snapshotName === snapshot);
    const names = new Set(own.map(operation => operation.target));
    const items = [
      ...(await Promise.all(
        own.map(operation =>
          this.#ofOperation(
            operation,
            records.find(({ name }) => name === operation.target),
            access,
          ),
        ),
      )),
      ...records
        .filter(
          ({ name, createdAt }) =>
            !names.has(name) &&
            // One of a former VM would be gone with it.
            Date.parse(createdAt) >= Date.parse(access.vm.createdAt),
        )
        .map(record => ofRecord(record, access)),
    ].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    return {
      items: items.slice(0, MAX_ITEMS),
      truncated: items.length > MAX_ITEMS,
    };
  }

  async #ofOperation(
    operation: Operation,
    record: RestoreRecord | undefined,
    access: VmAccess,
  ): Promise<RestoreHistoryItem> {
    const view = toOperationView(operation);
    const [intent] = await this.#trail.rowsOf(operation.id);
    const finished = operation.finishedAt !== undefined;
    const states = {
      succeeded: 'succeeded',
      failed: 'failed',
      unknown: 'unknown',
    } as const;
    const { stop } = view.restore ?? {};
    return {
      name: operation.target!,
      uid: record?.uid,
      origin: 'portal',
      snapshotName: operation.snapshotName,
      state: finished
        ? states[operation.state as keyof typeof states]
        : 'running',
      startedAt: view.createdAt,
      finishedAt: view.finishedAt,
      actor: operation.actor,
      reason: intent?.reason,
      message: view.error?.message,
      operation: view,
      allowed: {
        stop:
          permission(access) ??
          (stop
            ? stopVerdict(stop.effect === 'too-late', stop.message)
            : off('restore-finished', 'It is finished.')),
        clear: permission(access) ?? clearVerdict(record, finished),
      },
    };
  }
}

function permission(access: VmAccess): Verdict | undefined {
  return access.can(snapshotRestorePermission)
    ? undefined
    : off(
        'permission',
        `You may not restore ${access.ref.name}. ${askWhom(access.owners)}`,
      );
}

function stopVerdict(tooLate: boolean, message: string): Verdict {
  return tooLate ? off('too-late', message) : allowed;
}

function clearVerdict(
  record: RestoreRecord | undefined,
  finished: boolean,
): Verdict {
  if (!finished) {
    return off('restore-running', 'It is under way.');
  }
  return record?.state === 'failed'
    ? allowed
    : off('restore-finished', 'Nothing of it stands in the way.');
}

function ofRecord(record: RestoreRecord, access: VmAccess): RestoreHistoryItem {
  const running = record.state === 'running';
  return {
    name: record.name,
    uid: record.uid,
    origin: 'external',
    snapshotName: record.snapshotName,
    state: record.state,
    startedAt: record.createdAt,
    finishedAt: record.finishedAt,
    message: record.state === 'failed' ? record.message : undefined,
    allowed: {
      stop:
        permission(access) ??
        (running
          ? stopVerdict(
              record.step === 'switch',
              'The VM is being switched to the restored disks, which can not be taken back.',
            )
          : off('restore-finished', 'It is finished.')),
      clear: permission(access) ?? clearVerdict(record, !running),
    },
  };
}
