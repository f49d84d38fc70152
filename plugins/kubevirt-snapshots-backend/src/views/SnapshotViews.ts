// SPDX-License-Identifier: Apache-2.0
import {
  isUnfinished,
  SNAPSHOT_STATES,
  stringifyVmRef,
  vmReadPermission,
  type OperationType,
  type OperationView,
  type SnapshotItem,
  type SnapshotList,
  type SnapshotListQuery,
  type VmBusy,
  type VmRef,
  type VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterService } from 'backstage-plugin-kubevirt-snapshots-node';
import type { VmAccess } from '../authorization/VmGate';
import type { OperationIndex } from '../operations/OperationIndex';
import { toOperationView } from '../operations/operationView';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { ScheduleChanges } from '../scheduling/ScheduleChanges';
import type { CaptureRecorder } from './CaptureRecorder';
import {
  formerResource,
  rowOfOperation,
  rowOfRecord,
  type SnapshotRow,
} from './snapshotRow';
import type { Verdicts } from './Verdicts';
import { noticesOf } from './notices';
import { busyOf, toVmView } from './vmView';

/** Operations that take long enough to be watched on the tab. */
const LONG_TYPES: readonly OperationType[] = [
  'restore',
  'clone',
  'template',
  'power',
];

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
  readonly #protections: ProtectionStore;
  readonly #schedules: ScheduleChanges;
  readonly #reasonForLastGood: boolean;
  readonly #verdicts: Verdicts;
  readonly #prepared = new Map<string, Prepared>();

  constructor(options: {
    cluster: ClusterService;
    index: OperationIndex;
    captures: CaptureRecorder;
    verdicts: Verdicts;
    protections: ProtectionStore;
    schedules: ScheduleChanges;
    /** Deleting the last snapshot that can be restored needs a reason. */
    reasonForLastGood: boolean;
  }) {
    this.#cluster = options.cluster;
    this.#index = options.index;
    this.#captures = options.captures;
    this.#protections = options.protections;
    this.#schedules = options.schedules;
    this.#reasonForLastGood = options.reasonForLastGood;
    this.#verdicts = options.verdicts;
  }

  /** Grows with each change of what the tab shows of a VM. */
  revision(ref: VmRef): number {
    return (
      this.#cluster.revision(ref) +
      this.#index.revisionOf(ref) +
      this.#protections.revisionOf(ref) +
      this.#schedules.revisionOf(ref) +
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
      allowed: this.#verdicts.ofVm(access, busy),
      notices: noticesOf(access.vm, {
        restores: this.#cluster.restores(access.ref),
        operations: this.#index.ofVm(access.ref),
        last: this.#index.lastRestoreOf(access.ref),
      }),
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
      operations: this.#longOperations(access),
      totalItems: ordered.length,
      allItems,
      stateCounts,
      offset,
      limit,
      revision: this.revision(access.ref),
      freshness: this.#cluster.freshness(access.ref.cluster),
    };
  }

  /** Snapshots of a time, ms since 1970, oldest first. */
  between(access: VmAccess, from: number, to: number): SnapshotRow['item'][] {
    return this.#visible(access, this.#prepare(access).byDate)
      .map(({ item }) => item)
      .filter(({ createdAt }) => {
        const at = Date.parse(createdAt);
        return at >= from && at < to;
      })
      .reverse();
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

  /** What takes long and isn't finished, newest first. */
  #longOperations({ ref, vm }: VmAccess): OperationView[] {
    return this.#index
      .ofVm(ref)
      .filter(
        ({ type, finishedAt, vmUid }) =>
          LONG_TYPES.includes(type) &&
          finishedAt === undefined &&
          // Those of a former VM of this name are no business of this one.
          vmUid === vm.uid,
      )
      .sort((a, b) => b.createdAt - a.createdAt)
      .map(toOperationView);
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
        scheduled: this.#index.isScheduled(record.uid),
        safety: this.#index.isSafety(record.uid),
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
        // One of a former VM of this name is not the present one's.
        operation.vmUid === vm.uid &&
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

  #toItem(
    row: SnapshotRow,
    access: VmAccess,
    busy: VmBusy | undefined,
    prepared: Prepared,
  ): SnapshotItem {
    const deleteConfirmation = confirmationOf(row, prepared.byName);
    const protection =
      row.item.uid === undefined
        ? undefined
        : this.#protections.of(row.item.uid);
    return {
      ...row.item,
      protection,
      deleteConfirmation,
      deleteNeedsReason:
        this.#reasonForLastGood && deleteConfirmation === 'name',
      allowed: this.#verdicts.ofSnapshot(row, access, busy, protection),
    };
  }
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
