// SPDX-License-Identifier: Apache-2.0
import {
  diskDeletePermission,
  restoreNameOf,
  snapshotRestorePermission,
  vmPowerPermission,
  type ClearRestoreRequest,
  type DeleteClaimRequest,
  type PowerRequest,
  type RestorePlan,
  type RestoreSnapshotRequest,
  type StopRestoreRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  RestoreRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { badInput, conflict, notFound, refused } from '../errors';
import type { Acceptor, RequestOrigin } from '../operations/Acceptor';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import { nameLock, shared, snapshotLock, vmLock } from '../operations/locks';
import type { OperationIndex } from '../operations/OperationIndex';
import { safetyNameOf } from '../operations/restore/notes';
import type { RestoreWanted } from '../operations/restore/types';
import { viewOfRestore } from '../operations/restore/view';
import type { Operation } from '../operations/types';
import { powerVerdict } from '../views/powerVerdict';
import { busyOf, busyReason } from '../views/vmView';
import type { LeftOverClaims } from './LeftOverClaims';
import type { RestoreReviewer } from './RestoreReviewer';

/**
 * Accepts restores, what is done about them, and power. As in
 * {@link OperationService} each method decides on the cluster as it is now and
 * returns once operation, locks and intent are committed.
 */
export class RestoreService {
  readonly #acceptor: Acceptor;
  readonly #reviewer: RestoreReviewer;
  readonly #store: DatabaseOperationStore;
  readonly #index: OperationIndex;
  readonly #cluster: ClusterService;
  readonly #leftOver: LeftOverClaims;

  constructor(options: {
    acceptor: Acceptor;
    reviewer: RestoreReviewer;
    store: DatabaseOperationStore;
    index: OperationIndex;
    cluster: ClusterService;
    leftOver: LeftOverClaims;
  }) {
    this.#acceptor = options.acceptor;
    this.#reviewer = options.reviewer;
    this.#store = options.store;
    this.#index = options.index;
    this.#cluster = options.cluster;
    this.#leftOver = options.leftOver;
  }

  /** Brings a VM back to a snapshot. */
  async restore(
    access: VmAccess,
    snapshotName: string,
    request: RestoreSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#need(access, snapshotRestorePermission, 'restore');
    // What is wanted is completed by the plan; a repeat is told before that.
    const described = this.#acceptor.describe(
      access,
      'restore',
      request,
      origin,
      {
        snapshotName,
        snapshotUid: request.snapshotUid,
        target: restoreNameOf(request.operationId),
        wanted: {},
        facts: {
          power: request.power,
          startAfterwards: request.startAfterwards,
          safetySnapshot: request.safetySnapshot,
          volumes: request.volumes,
          plan: request.planHash,
        },
        reason: request.reason,
      },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      const { plan, facts } = await this.#reviewer.review(
        access,
        snapshotName,
        request.volumes,
      );
      refusePlan(plan, request, access);
      const { ref, vm } = access;
      const wanted: RestoreWanted = {
        power: request.power,
        startAfterwards: request.startAfterwards,
        safetySnapshot: request.safetySnapshot,
        volumes: request.volumes,
        ownership: plan.volumes.ownership,
        names: plan.gitOps?.names,
        replaces: plan.safety.volumes,
        clears: plan.clears.map(({ name, uid }) => ({ name, uid })),
        wasRunning: facts.comparison.vm.running,
        runStrategy: facts.comparison.vm.runStrategy,
      };
      return this.#acceptor.accept({
        ...described,
        operation: { ...described.operation, request: { restore: wanted } },
        locks: [
          vmLock(ref),
          shared(snapshotLock(ref, snapshotName)),
          ...(request.safetySnapshot
            ? [
                snapshotLock(
                  ref,
                  safetyNameOf(vm.ref.name, request.operationId),
                ),
              ]
            : []),
          ...(wanted.names ?? []).map(({ claim }) =>
            nameLock(ref, 'persistentvolumeclaims', claim),
          ),
        ],
      });
    });
  }

  /** Stops a restore, the portal's or another's. */
  async stop(
    access: VmAccess,
    restoreName: string,
    request: StopRestoreRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#need(access, snapshotRestorePermission, 'stop restores of');
    const described = this.#acceptor.describe(
      access,
      'stop-restore',
      request,
      origin,
      {
        target: restoreName,
        wanted: { targetUid: request.restoreUid },
      },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      const own = await this.#own(access, restoreName);
      if (own) {
        if (own.finishedAt !== undefined) {
          throw conflict(`Restore ${restoreName} is finished already.`, {
            code: 'restore-finished',
          });
        }
        const { stop } = viewOfRestore(own).restore ?? {};
        if (stop?.effect === 'too-late') {
          throw conflict(stop.message, { code: 'too-late' });
        }
      } else {
        const record = await this.#live(
          access,
          restoreName,
          request.restoreUid,
        );
        if (record.state !== 'running') {
          throw conflict(`Restore ${restoreName} is finished already.`, {
            code: 'restore-finished',
          });
        }
        if (record.step === 'switch') {
          throw conflict(
            'The VM is being switched to the restored disks, which can not be taken back.',
            { code: 'too-late' },
          );
        }
      }
      return this.#acceptor.accept({
        ...described,
        cancels: own?.id,
        locks: [
          `stop-restore:${access.ref.cluster}/${access.ref.namespace}/${restoreName}`,
        ],
      });
    });
  }

  /** Removes a restore that has failed. */
  async clear(
    access: VmAccess,
    restoreName: string,
    request: ClearRestoreRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#need(access, snapshotRestorePermission, 'clear restores of');
    const described = this.#acceptor.describe(
      access,
      'clear-restore',
      request,
      origin,
      { target: restoreName, wanted: { targetUid: request.restoreUid } },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      this.#refuseBusy(access);
      const record = await this.#live(access, restoreName, request.restoreUid);
      if (record.state !== 'failed') {
        // A finished one stays: a late repeat of the request that made it would
        // else roll the VM back once more.
        throw conflict(
          record.state === 'running'
            ? `Restore ${restoreName} is under way. Stop it instead.`
            : `Restore ${restoreName} has not failed and stands in nobody's way.`,
          {
            code:
              record.state === 'running'
                ? 'restore-running'
                : 'restore-finished',
          },
        );
      }
      return this.#acceptor.accept({
        ...described,
        locks: [vmLock(access.ref)],
      });
    });
  }

  /** Starts or stops a VM. */
  async power(
    access: VmAccess,
    request: PowerRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#need(access, vmPowerPermission, request.action);
    const described = this.#acceptor.describe(
      access,
      'power',
      request,
      origin,
      {
        target: request.action,
        wanted: { power: request.action },
      },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      this.#refuseBusy(access);
      const verdict = powerVerdict(access.vm, request.action);
      if (!verdict.allowed) {
        throw conflict(verdict.reason, { code: verdict.code });
      }
      return this.#acceptor.accept({
        ...described,
        locks: [vmLock(access.ref)],
      });
    });
  }

  /** Deletes a claim that a restore left behind. */
  async deleteClaim(
    access: VmAccess,
    claimName: string,
    request: DeleteClaimRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    this.#need(access, diskDeletePermission, 'delete disks of');
    const described = this.#acceptor.describe(
      access,
      'delete-disk',
      request,
      origin,
      {
        target: claimName,
        wanted: { targetUid: request.claimUid },
        facts: { claim: claimName, uid: request.claimUid },
      },
    );
    return this.#acceptor.once(described, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      this.#refuseBusy(access);
      const claim = (await this.#leftOver.list(access)).items.find(
        ({ name, uid }) => name === claimName && uid === request.claimUid,
      );
      if (!claim) {
        throw notFound(
          `No restore of ${access.ref.name} has left a claim ${claimName}`,
          'claim-not-found',
        );
      }
      if (!claim.delete.allowed) {
        throw conflict(claim.delete.reason, { code: claim.delete.code });
      }
      if (request.typedName !== claimName) {
        throw badInput(
          'Type the name of the claim to delete it.',
          'typedName',
          'name-not-typed',
        );
      }
      return this.#acceptor.accept({
        ...described,
        locks: [nameLock(access.ref, 'persistentvolumeclaims', claimName)],
        mustBeFree: [vmLock(access.ref)],
      });
    });
  }

  #need(
    access: VmAccess,
    permission: Parameters<VmAccess['can']>[0],
    verb: string,
  ): void {
    if (!access.can(permission)) {
      throw refused(
        `You may not ${verb} ${access.ref.name}. ${askWhom(access.owners)}`,
        { code: 'permission', owners: access.owners },
      );
    }
  }

  #refuseBusy(access: VmAccess): void {
    const busy = busyOf(access.vm, this.#index.ofVm(access.ref), this.#cluster);
    if (busy) {
      throw conflict(busyReason(busy), { code: 'vm-busy', holder: busy.name });
    }
  }

  /** The operation behind a restore of the portal's, if it is of this VM. */
  async #own(
    { ref, vm }: VmAccess,
    restoreName: string,
  ): Promise<Operation | undefined> {
    const operation = await this.#store.get(
      restoreName.replace(/^restore-/, ''),
    );
    return operation?.type === 'restore' &&
      operation.vm.cluster === ref.cluster &&
      operation.vm.namespace === ref.namespace &&
      operation.vm.name === ref.name &&
      operation.vmUid === vm.uid
      ? operation
      : undefined;
  }

  async #live(
    access: VmAccess,
    name: string,
    uid: string | undefined,
  ): Promise<RestoreRecord> {
    const { cluster, namespace } = access.ref;
    const record = await fromCluster(cluster, () =>
      this.#cluster.getRestore({ cluster, namespace, name }),
    );
    if (record?.targetVm !== access.ref.name) {
      throw notFound(
        `VM ${access.ref.name} has no restore ${name}`,
        'restore-not-found',
      );
    }
    if (record.uid !== uid) {
      throw conflict(
        `Another restore bears the name ${name} now. Look at it again before you do this.`,
        { code: 'restore-changed' },
      );
    }
    return record;
  }
}

/** What of the plan stands against what was asked for. */
function refusePlan(
  plan: RestorePlan,
  request: RestoreSnapshotRequest,
  access: VmAccess,
): void {
  const refusal = plan.checks.find(check => check.state === 'refused');
  if (refusal) {
    throw conflict(refusal.message ?? 'It can not be restored.', {
      code: refusal.code,
    });
  }
  if (plan.snapshot.uid !== request.snapshotUid) {
    throw conflict(
      `Another snapshot bears the name ${plan.snapshot.name} now. Look at it again before you do this.`,
      { code: 'snapshot-changed' },
    );
  }
  const option = [...plan.power.options, ...plan.volumes.options].filter(
    ({ value }) => value === request.power || value === request.volumes,
  );
  for (const { verdict } of option) {
    if (!verdict.allowed) {
      throw conflict(verdict.reason, { code: verdict.code });
    }
  }
  if (request.startAfterwards && !plan.power.start.allowed) {
    throw conflict(plan.power.start.reason, { code: plan.power.start.code });
  }
  if (request.safetySnapshot && !plan.safety.verdict.allowed) {
    throw conflict(plan.safety.verdict.reason, {
      code: plan.safety.verdict.code,
    });
  }
  if (plan.hash !== request.planHash) {
    throw conflict(
      'The VM or the snapshot has changed since you reviewed the restore. Review it again.',
      { code: 'plan-changed' },
    );
  }
  if (plan.typedNameRequired && request.typedName !== access.ref.name) {
    throw badInput(
      `Type the name of the VM, ${access.ref.name}, to restore it.`,
      'typedName',
      'name-not-typed',
    );
  }
  if (plan.reasonRequired && !request.reason?.trim()) {
    throw badInput(
      `Say why ${access.ref.name} has to be restored.`,
      'reason',
      'reason-missing',
    );
  }
  const names = plan.gitOps?.names.map(({ claim }) => claim).sort() ?? [];
  const given = [...(request.acknowledgedNames ?? [])].sort();
  if (plan.gitOps && names.join(' ') !== given.join(' ')) {
    throw badInput(
      `${plan.gitOps.managers.join(
        ' and ',
      )} keeps the manifest of this VM. Confirm that you commit the new names: ${names.join(
        ', ',
      )}.`,
      'acknowledgedNames',
      'names-not-acknowledged',
    );
  }
}
