// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  SNAPSHOT_STATES,
  snapshotCreatePermission,
  snapshotDeletePermission,
  stringifyVmRef,
  vmReadPermission,
  type SnapshotItem,
  type SnapshotList,
  type SnapshotListQuery,
  type Verdict,
  type VmBusy,
  type VmRef,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  VmResource,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import type { CaptureRecorder } from './CaptureRecorder';
import { rowOfOperation, rowOfRecord, type SnapshotRow } from './snapshotRow';
import { allowed, busyOf, busyReason, off, toVmView } from './vmView';

/** Rows of how many VMs are kept ready. */
const MAX_PREPARED = 500;

const collator = new Intl.Collator('en', { numeric: true });

interface Prepared {
  /** Of cluster, operations and captures; other ones mean that it is stale. */
  version: string;
  vmUid: string;
  /** By name, as people count. */
  byName: SnapshotRow[];
  /** Newest first. */
  byDate: SnapshotRow[];
}

/**
 * What people see of a VM and its snapshots, made from the live cache and the
 * open operations. No method here calls the cluster.
 */
export class SnapshotViews {
  readonly #cluster: ClusterService;
  readonly #index: OperationIndex;
  readonly #captures: CaptureRecorder;
  readonly #mutations: MutationSwitch;
  readonly #prepared = new Map<string, Prepared>();

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    captures: CaptureRecorder;
    mutations: MutationSwitch;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#captures = options.captures;
    this.#mutations = options.mutations;
  }

  /** Grows with each change of what the tab shows of a VM. */
  revision(ref: VmRef): number {
    return (
      this.#cluster.revision(ref) +
      this.#index.revisionOf(ref) +
      this.#captures.revision
    );
  }

  /** The VM with the person's verdicts. */
  vm(access: VmAccess): VmView {
    const busy = this.#busy(access);
    return toVmView({
      vm: access.vm,
      owners: access.owners,
      busy,
      takeSnapshot: this.#mayTake(access, busy),
    });
  }

  /** A page of the list. */
  list(access: VmAccess, query: SnapshotListQuery): SnapshotList {
    const { offset = 0, limit = 20 } = query;
    const order = query.order ?? (query.sort === 'created' ? 'desc' : 'asc');
    const prepared = this.#prepare(access);
    let rows = this.#visible(
      access,
      query.sort === 'created' ? prepared.byDate : prepared.byName,
    );
    const allItems = rows.length;
    const ascending = query.sort !== 'created';
    if ((order === 'asc') !== ascending) {
      rows = [...rows].reverse();
    }
    if (query.show === 'scheduled') {
      rows = [];
    }
    const search = query.search?.trim().toLowerCase();
    if (search) {
      rows = rows.filter(
        ({ item }) =>
          item.name.toLowerCase().includes(search) ||
          item.description?.toLowerCase().includes(search),
      );
    }
    const stateCounts: SnapshotList['stateCounts'] = {};
    for (const state of SNAPSHOT_STATES) {
      const count = rows.filter(row => row.item.state === state).length;
      if (count > 0) {
        stateCounts[state] = count;
      }
    }
    if (query.states?.length) {
      const wanted = new Set(query.states);
      rows = rows.filter(row => wanted.has(row.item.state));
    }
    const ordered = [
      ...rows
        .filter(row => isUnfinished(row.item.state))
        .sort((a, b) => b.item.requestedAt.localeCompare(a.item.requestedAt)),
      ...rows.filter(row => !isUnfinished(row.item.state)),
    ];
    const busy = this.#busy(access);
    return {
      vm: this.vm(access),
      scheduled: [],
      items: ordered
        .slice(offset, offset + limit)
        .map(row => this.#toItem(row, access, busy, prepared)),
      totalItems: ordered.length,
      allItems,
      stateCounts,
      offset,
      limit,
      revision: this.revision(access.ref),
      freshness: this.#cluster.freshness(access.ref.cluster),
    };
  }

  /** One row by its name, undefined when there is none that the person may see. */
  find(
    access: VmAccess,
    name: string,
  ): { item: SnapshotItem; row: SnapshotRow } | undefined {
    const prepared = this.#prepare(access);
    const row = this.#visible(
      access,
      prepared.byName.filter(({ item }) => item.name === name),
    ).pop();
    return (
      row && {
        row,
        item: this.#toItem(row, access, this.#busy(access), prepared),
      }
    );
  }

  #busy(access: VmAccess): VmBusy | undefined {
    return busyOf(access.vm, this.#index.ofVm(access.ref), this.#cluster);
  }

  #prepare({ ref, vm }: VmAccess): Prepared {
    const key = stringifyVmRef(ref);
    const version = `${this.#cluster.revision(ref)} ${this.#index.revisionOf(
      ref,
    )} ${this.#captures.revision}`;
    const known = this.#prepared.get(key);
    if (known?.version === version && known.vmUid === vm.uid) {
      return known;
    }
    const operations = this.#index.ofVm(ref);
    const records = this.#cluster.snapshots(ref);
    const rows = records.map(record =>
      rowOfRecord({
        record,
        vm,
        operations,
        author: this.#index.authorOf(record.uid),
        capture: this.#captures.of(record),
      }),
    );
    const names = new Set(records.map(record => record.name));
    const uids = new Set(records.map(record => record.uid));
    for (const operation of operations) {
      const inCluster =
        operation.snapshotUid === undefined
          ? operation.finishedAt === undefined &&
            names.has(operation.snapshotName)
          : uids.has(operation.snapshotUid);
      if (
        operation.type === 'take' &&
        !inCluster &&
        (operation.finishedAt === undefined ||
          (operation.state !== 'succeeded' &&
            operation.error?.code !== 'stopped' &&
            !names.has(operation.snapshotName)))
      ) {
        rows.push(rowOfOperation(operation));
      }
    }
    const prepared: Prepared = {
      version,
      vmUid: vm.uid,
      byName: rows.sort((a, b) => collator.compare(a.item.name, b.item.name)),
      byDate: [...rows].sort((a, b) =>
        b.item.createdAt.localeCompare(a.item.createdAt),
      ),
    };
    this.#prepared.delete(key);
    this.#prepared.set(key, prepared);
    if (this.#prepared.size > MAX_PREPARED) {
      this.#prepared.delete(this.#prepared.keys().next().value!);
    }
    return prepared;
  }

  /**
   * Without the permission on a former VM of this name neither its snapshots
   * nor their number show.
   */
  #visible(access: VmAccess, rows: SnapshotRow[]): SnapshotRow[] {
    if (!rows.some(row => row.item.formerVm)) {
      return rows;
    }
    return rows.filter(
      row =>
        !row.item.formerVm ||
        access.can(vmReadPermission, formerResource(access.ref, row)),
    );
  }

  #mayTake(access: VmAccess, busy: VmBusy | undefined): Verdict {
    const { ref, owners } = access;
    if (!access.can(snapshotCreatePermission)) {
      return off(
        'permission',
        `You may not take snapshots of ${ref.name}. ${askWhom(owners)}`,
      );
    }
    const general = this.#mayChange(access);
    if (!general.allowed) {
      return general;
    }
    if (access.vm.deleting) {
      return off('vm-gone', `VM ${ref.name} is being deleted.`);
    }
    return busy ? off('vm-busy', busyReason(busy)) : allowed;
  }

  /** What stands against any change of this VM, whoever wants it. */
  #mayChange({ ref, actor }: VmAccess): Verdict {
    const verdict = this.#mutations.verdict(ref.cluster, actor);
    if (!verdict.allowed) {
      return verdict;
    }
    return this.#cluster.freshness(ref.cluster).state === 'stale'
      ? off('cluster-away', `Cluster ${ref.cluster} is not answering.`)
      : allowed;
  }

  #toItem(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
    prepared: Prepared,
  ): SnapshotItem {
    return {
      ...row.item,
      deleteConfirmation: confirmationOf(row, prepared.byName),
      allowed: {
        stop: this.#mayStop(row, access),
        delete: this.#mayDelete(row, access, busy),
      },
    };
  }

  #mayStop({ item, author }: SnapshotRow, access: VmAccess): Verdict {
    if (item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being stopped already.');
    }
    if (!isUnfinished(item.state)) {
      return off('snapshot-finished', 'It is finished.');
    }
    const own = author === access.actor;
    if (
      !access.can(own ? snapshotCreatePermission : snapshotDeletePermission)
    ) {
      return off(
        'permission',
        `You may not stop ${
          own ? 'snapshots' : 'snapshots that others take'
        } of ${access.ref.name}. ${askWhom(access.owners)}`,
      );
    }
    return this.#mayChange(access);
  }

  #mayDelete(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
  ): Verdict {
    const { item, record } = row;
    const former = item.formerVm ? formerResource(access.ref, row) : undefined;
    if (!access.can(snapshotDeletePermission, former)) {
      return off(
        'permission',
        `You may not delete snapshots of ${access.ref.name}. ${askWhom(
          former?.owners ?? access.owners,
        )}`,
      );
    }
    const general = this.#mayChange(access);
    if (!general.allowed) {
      return general;
    }
    if (item.state === 'deleting' || item.state === 'stopping') {
      return off('snapshot-deleting', 'It is being removed already.');
    }
    if (isUnfinished(item.state)) {
      return off(
        'snapshot-unfinished',
        'It is still being taken. Stop it instead.',
      );
    }
    if (!record) {
      return off('snapshot-finished', 'It never was in the cluster.');
    }
    const use = this.#cluster
      .uses(record)
      .find(candidate => candidate.state === 'running');
    if (use) {
      return off(
        'snapshot-in-use',
        `${use.kind === 'restore' ? 'Restore' : 'Clone'} ${
          use.name
        } is using it.`,
      );
    }
    return busy ? off('vm-busy', busyReason(busy)) : allowed;
  }
}

/** The former VM behind a row, with the facts recorded then. */
function formerResource(ref: VmRef, row: SnapshotRow): VmResource {
  return {
    ref,
    uid: row.capture?.vmUid,
    // Where nobody recorded them, nobody owned it.
    owners: row.capture?.owners ?? [],
    labels: {},
  };
}

/**
 * The weight of a delete: the last snapshot that can be restored wants its
 * name typed, one that is of no use just a yes.
 */
function confirmationOf(
  { item }: SnapshotRow,
  all: SnapshotRow[],
): SnapshotItem['deleteConfirmation'] {
  if (item.state === 'failed' || item.state === 'broken') {
    return 'plain';
  }
  const good = all.filter(
    row => row.item.state === 'ready' && row.item.formerVm === item.formerVm,
  );
  return item.state === 'ready' && good.length === 1 ? 'name' : 'standard';
}
