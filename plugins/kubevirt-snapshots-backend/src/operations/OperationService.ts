// SPDX-License-Identifier: Apache-2.0
import {
  DEADLINE_SECONDS,
  isUnfinished,
  snapshotCreatePermission,
  snapshotDeletePermission,
  snapshotState,
  type DeleteSnapshotRequest,
  type StopSnapshotRequest,
  type TakeSnapshotRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { fromCluster } from '../authorization/fromCluster';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import { badInput, conflict, notFound, refused } from '../errors';
import type { SnapshotLimits } from '../scheduling/SnapshotLimits';
import type { SnapshotViews } from '../views/SnapshotViews';
import { busyOf, busyReason } from '../views/vmView';
import type { Acceptor, RequestOrigin } from './Acceptor';
import type { DatabaseOperationStore } from './DatabaseOperationStore';
import type { OperationIndex } from './OperationIndex';
import { snapshotLock, vmLock } from './locks';
import type { Operation } from './types';

/**
 * Accepts what people ask for. Each method decides on the VM and the snapshot
 * as the cluster has them right now, and returns once the operation, its locks
 * and its audit intent are committed; the worker does the rest.
 *
 * Errors: InputError 400, NotAllowedError 403, NotFoundError 404,
 * ConflictError 409, ServiceUnavailableError 503; each with `details.code`.
 */
export class OperationService {
  readonly #store: DatabaseOperationStore;
  readonly #index: OperationIndex;
  readonly #cluster: ClusterService;
  readonly #views: SnapshotViews;
  readonly #acceptor: Acceptor;
  readonly #limits: SnapshotLimits;

  constructor(options: {
    store: DatabaseOperationStore;
    index: OperationIndex;
    cluster: ClusterService;
    views: SnapshotViews;
    acceptor: Acceptor;
    limits: SnapshotLimits;
  }) {
    this.#store = options.store;
    this.#index = options.index;
    this.#cluster = options.cluster;
    this.#views = options.views;
    this.#acceptor = options.acceptor;
    this.#limits = options.limits;
  }

  /** Takes a snapshot. */
  async take(
    access: VmAccess,
    request: TakeSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    if (!access.can(snapshotCreatePermission)) {
      throw refused(
        `You may not take snapshots of ${access.ref.name}. ${askWhom(
          access.owners,
        )}`,
        { code: 'permission', owners: access.owners },
      );
    }
    const options = this.#acceptor.describe(access, 'take', request, origin, {
      snapshotName: request.name,
      wanted: {
        description: request.description,
        deadlineSeconds: request.deadlineSeconds ?? DEADLINE_SECONDS.default,
        configurationOnly: request.configurationOnly,
      },
    });
    return this.#acceptor.once(options, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      this.#refuseBusy(access);
      if (
        !request.configurationOnly &&
        !access.vm.disks.some(disk => disk.captured)
      ) {
        throw badInput(
          `No disk of ${access.ref.name} can be captured. Say that the configuration alone is wanted, or give it a disk whose storage class can make snapshots.`,
          'configurationOnly',
          'no-disk',
        );
      }
      const full = this.#limits.refusal(access.ref);
      if (full) {
        throw conflict(`${full}. Delete one that is not needed.`, {
          code: 'snapshot-limit',
        });
      }
      await this.#refuseTakenName(access, request.name);
      return this.#acceptor.accept({
        ...options,
        locks: [vmLock(access.ref), snapshotLock(access.ref, request.name)],
      });
    });
  }

  /** Whether a name is free in the VM's namespace, asked of the cache. */
  isNameFree(access: VmAccess, name: string): boolean {
    return (
      this.#cluster.snapshot({
        cluster: access.ref.cluster,
        namespace: access.ref.namespace,
        name,
      }) === undefined
    );
  }

  /** Stops a snapshot that is being taken. */
  async stop(
    access: VmAccess,
    snapshotName: string,
    request: StopSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    const open = await this.#store.openOnSnapshot(access.ref, snapshotName);
    const take = open.find(
      operation =>
        operation.type === 'take' && operation.vmUid === access.vm.uid,
    );
    const options = this.#acceptor.describe(access, 'stop', request, origin, {
      snapshotName,
      snapshotUid: request.snapshotUid,
      wanted: {},
    });
    const record = await this.#live(access, snapshotName);
    const author =
      take?.actor ?? (record && (await this.#store.takeOf(record.uid))?.actor);
    const permission =
      author === access.actor
        ? snapshotCreatePermission
        : snapshotDeletePermission;
    if (!access.can(permission)) {
      throw refused(
        `You may not stop this snapshot of ${access.ref.name}. ${askWhom(
          access.owners,
        )}`,
        { code: 'permission', owners: access.owners },
      );
    }
    return this.#acceptor.once(options, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      // Without a right on a former VM of this name its snapshots aren't there.
      const visible = this.#views.find(access, snapshotName) !== undefined;
      if (!take && !(record && visible)) {
        throw notFound(
          `VM ${access.ref.name} has no snapshot ${snapshotName}`,
          'snapshot-not-found',
        );
      }
      if (record) {
        this.#refuseOther(record, request.snapshotUid);
        if (!isUnfinished(snapshotState(record.facts))) {
          throw conflict(
            `Snapshot ${snapshotName} is finished already, so there is nothing to stop. It was kept.`,
            { code: 'snapshot-finished' },
          );
        }
      }
      return this.#acceptor.accept({
        ...options,
        operation: {
          ...options.operation,
          snapshotUid: record?.uid ?? take?.snapshotUid,
        },
        cancels: take?.id,
        locks: [`stop-${snapshotLock(access.ref, snapshotName)}`],
      });
    });
  }

  /** Deletes a finished snapshot. */
  async delete(
    access: VmAccess,
    snapshotName: string,
    request: DeleteSnapshotRequest,
    origin: RequestOrigin,
  ): Promise<Operation> {
    const options = this.#acceptor.describe(access, 'delete', request, origin, {
      snapshotName,
      snapshotUid: request.snapshotUid,
      wanted: {},
      reason: request.reason,
    });
    const found = this.#views.find(access, snapshotName);
    const verdict = found?.item.allowed.delete;
    if (
      verdict
        ? !verdict.allowed && verdict.code === 'permission'
        : !access.can(snapshotDeletePermission)
    ) {
      throw refused(
        `You may not delete snapshots of ${access.ref.name}. ${askWhom(
          access.owners,
        )}`,
        { code: 'permission', owners: access.owners },
      );
    }
    return this.#acceptor.once(options, async () => {
      this.#acceptor.refuseGeneral(access, request.vmUid);
      const record = await this.#live(access, snapshotName);
      if (!record || !found) {
        throw notFound(
          `VM ${access.ref.name} has no snapshot ${snapshotName}`,
          'snapshot-not-found',
        );
      }
      this.#refuseOther(record, request.snapshotUid);
      const state = snapshotState(record.facts);
      if (isUnfinished(state)) {
        throw conflict(
          `Snapshot ${snapshotName} is still being taken. Stop it instead.`,
          { code: 'snapshot-unfinished' },
        );
      }
      if (
        found.item.deleteConfirmation === 'name' &&
        request.typedName !== snapshotName
      ) {
        throw badInput(
          `${snapshotName} is the last snapshot of ${access.ref.name} that can be restored. Type its name to delete it.`,
          'typedName',
          'name-not-typed',
        );
      }
      if (found.item.deleteNeedsReason && !request.reason?.trim()) {
        throw badInput(
          `${snapshotName} is the last snapshot of ${access.ref.name} that can be restored. Say why it has to go.`,
          'reason',
          'reason-missing',
        );
      }
      this.#refuseBusy(access);
      const blockers = await fromCluster(access.ref.cluster, () =>
        this.#cluster.getBlockers(record),
      );
      if (blockers.length > 0) {
        throw conflict(
          `Snapshot ${snapshotName} is in use. ${blockers.join(' ')}`,
          { code: 'snapshot-in-use' },
        );
      }
      return this.#acceptor.accept({
        ...options,
        locks: [snapshotLock(access.ref, snapshotName)],
        unlessProtected: record.uid,
        mustBeFree: [vmLock(access.ref)],
      });
    });
  }

  #refuseOther(record: SnapshotRecord, uid: string | undefined): void {
    if (uid !== undefined && record.uid !== uid) {
      throw conflict(
        `Another snapshot bears the name ${record.name} now. Look at it again before you do this.`,
        { code: 'snapshot-changed' },
      );
    }
  }

  #refuseBusy({ vm, ref }: VmAccess): void {
    const busy = busyOf(vm, this.#index.ofVm(ref), this.#cluster);
    if (busy) {
      throw conflict(busyReason(busy), { code: 'vm-busy', holder: busy.name });
    }
  }

  async #refuseTakenName(access: VmAccess, name: string): Promise<void> {
    const address = {
      cluster: access.ref.cluster,
      namespace: access.ref.namespace,
      name,
    };
    const taken = await fromCluster(address.cluster, () =>
      this.#cluster.getSnapshot(address),
    );
    if (taken) {
      throw conflict(
        `The name ${name} is taken in namespace ${address.namespace}.`,
        { code: 'name-taken', field: 'name' },
      );
    }
  }

  /** The snapshot as the cluster has it, if it is one of this VM. */
  async #live(
    access: VmAccess,
    name: string,
  ): Promise<SnapshotRecord | undefined> {
    const { cluster, namespace } = access.ref;
    const record = await fromCluster(cluster, () =>
      this.#cluster.getSnapshot({ cluster, namespace, name }),
    );
    return record?.vmName === access.ref.name ? record : undefined;
  }
}
