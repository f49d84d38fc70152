// SPDX-License-Identifier: Apache-2.0
import type {
  Protection,
  ProtectionAnswer,
  ProtectSnapshotRequest,
  UnprotectSnapshotRequest,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { AuditFacts } from '../audit/types';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { badInput, conflict, notFound, refused, unavailable } from '../errors';
import type { RequestOrigin } from '../operations/Acceptor';
import type { SnapshotViews } from '../views/SnapshotViews';
import type { ProtectionStore } from './ProtectionStore';

const facts = (protection: Protection | undefined): AuditFacts =>
  protection
    ? {
        protected: true,
        reason: protection.reason,
        ...(protection.until && { until: protection.until }),
      }
    : { protected: false };

/**
 * Protects snapshots from deletion and releases them. It changes nothing in
 * the cluster, so it is done when it answers.
 */
export class ProtectionService {
  readonly #store: ProtectionStore;
  readonly #views: SnapshotViews;
  readonly #trail: DatabaseAuditTrail;

  constructor(options: {
    store: ProtectionStore;
    views: SnapshotViews;
    trail: DatabaseAuditTrail;
  }) {
    this.#store = options.store;
    this.#views = options.views;
    this.#trail = options.trail;
  }

  /** Protects a snapshot, or changes why and how long. */
  async protect(
    access: VmAccess,
    snapshotName: string,
    request: ProtectSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<ProtectionAnswer> {
    const untilMs =
      request.until === undefined ? undefined : Date.parse(request.until);
    if (untilMs !== undefined && untilMs <= Date.now()) {
      throw badInput(
        'The end of a protection has to be in the future',
        'until',
      );
    }
    return this.#act('protect', access, snapshotName, request, origin, {
      after: {
        protected: true,
        reason: request.reason,
        ...(request.until && { until: request.until }),
      },
      change: (target, intent) =>
        this.#store.protect(target, {
          operationId: request.operationId,
          actor: access.actor,
          reason: request.reason,
          untilMs,
          intent,
        }),
    });
  }

  /** Releases a snapshot. */
  async unprotect(
    access: VmAccess,
    snapshotName: string,
    request: UnprotectSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<ProtectionAnswer> {
    return this.#act('unprotect', access, snapshotName, request, origin, {
      after: { protected: false },
      change: (target, intent) =>
        this.#store.unprotect(target, {
          operationId: request.operationId,
          intent,
        }),
    });
  }

  async #act(
    action: 'protect' | 'unprotect',
    access: VmAccess,
    snapshotName: string,
    request: UnprotectSnapshotRequest,
    origin: RequestOrigin,
    how: {
      after: AuditFacts;
      change: (
        target: Parameters<ProtectionStore['protect']>[0],
        intent: Parameters<ProtectionStore['protect']>[1]['intent'],
      ) => Promise<number>;
    },
  ): Promise<ProtectionAnswer> {
    const found = this.#views.find(access, snapshotName);
    if (!found) {
      throw notFound(
        `VM ${access.ref.name} has no snapshot ${snapshotName}`,
        'snapshot-not-found',
      );
    }
    const { item } = found;
    if (await this.#repeated(action, access, request)) {
      return { protection: item.protection, revision: 0 };
    }
    refuse(item.allowed[action], access);
    if (access.vm.uid !== request.vmUid || item.uid !== request.snapshotUid) {
      throw conflict(
        `Another VM or snapshot bears this name now. Look at it again before you do this.`,
        { code: 'snapshot-changed' },
      );
    }
    const revision = await how.change(
      { vm: access.ref, snapshotName, snapshotUid: request.snapshotUid },
      {
        action: `snapshot.${action}`,
        actor: access.actor,
        onBehalfOf: access.onBehalfOf,
        origin: 'portal',
        requestId: origin.requestId,
        entityRef: access.entityRef,
        vm: { ...access.ref, uid: access.vm.uid, owners: access.owners },
        snapshot: { name: snapshotName, uid: request.snapshotUid },
        before: facts(item.protection),
        after: how.after,
        reason: request.reason,
        decision: 'allow',
      },
    );
    return { protection: this.#store.of(request.snapshotUid), revision };
  }

  /** The same request again: it is done already. */
  async #repeated(
    action: string,
    access: VmAccess,
    request: UnprotectSnapshotRequest,
  ): Promise<boolean> {
    const [known] = await this.#trail.rowsOf(request.operationId);
    if (!known) {
      return false;
    }
    if (
      known.action !== `snapshot.${action}` ||
      known.actor !== access.actor ||
      known.snapshot?.uid !== request.snapshotUid
    ) {
      throw conflict('This operation id was used for something else already', {
        code: 'operation-id-used',
        field: 'operationId',
      });
    }
    return true;
  }
}

function refuse(verdict: Verdict, access: VmAccess): void {
  if (verdict.allowed) {
    return;
  }
  switch (verdict.code) {
    case 'permission':
      throw refused(
        `You may not protect or release snapshots of ${
          access.ref.name
        }. ${askWhom(access.owners)}`,
        { code: 'permission', owners: access.owners },
      );
    case 'mutations-off':
      throw unavailable(verdict.reason, verdict.code);
    default:
      throw conflict(verdict.reason, { code: verdict.code });
  }
}
