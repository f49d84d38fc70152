// SPDX-License-Identifier: Apache-2.0
import type { ExpectedConsistency, VmBusy, VmVerdicts } from './api';
import type { ScheduleLimits } from './schedules';
import type { VmRef } from './vmRef';

/**
 * Power states that a list of VMs is filtered by.
 *
 * @public
 */
export type VmPower = 'running' | 'stopped' | 'paused';

/**
 * Sort keys of the list of VMs.
 *
 * @public
 */
export type VmSort =
  | 'name'
  | 'owner'
  | 'place'
  | 'state'
  | 'lastSnapshot'
  | 'nextRun';

/**
 * Most VMs that one question for named VMs may name; more would make its
 * address too long.
 *
 * @public
 */
export const MAX_NAMED_VMS = 25;

/**
 * Most VMs that a list shows as being under way.
 *
 * @public
 */
export const MAX_UNDER_WAY = 5;

/**
 * Query of `GET /vms`. Without a filter: every VM that the person may read.
 *
 * @public
 */
export interface VmListQuery {
  /** Part of a name, namespace or cluster, any case. */
  search?: string;
  cluster?: string;
  /** `<cluster>/<namespace>` or a namespace in any cluster. */
  namespace?: string;
  /** Entity ref. */
  owner?: string;
  /** Only VMs that the person or one of their groups owns. */
  mine?: boolean;
  power?: VmPower;
  /** Only VMs without a snapshot of the last 30 days that can be restored. */
  unprotected?: boolean;
  /** Only VMs without an active schedule. */
  unscheduled?: boolean;
  /**
   * Ref of a group, a user, a system, a component or any other entity: only
   * VMs that belong to it. Those of a group are its own and those of the groups
   * below it; those of a user are theirs and those of their groups; those of a
   * system are its parts; those of anything else are what it depends on.
   */
  belongsTo?: string;
  /**
   * Only these, each `<cluster>/<namespace>/<name>`; at most
   * {@link MAX_NAMED_VMS}.
   */
  vms?: string[];
  sort?: VmSort;
  order?: 'asc' | 'desc';
  offset?: number;
  /** 1 to 100, 20 by default. */
  limit?: number;
  /** {@link OperationView.revision} of the person's last act on any VM. */
  minRevision?: number;
}

/**
 * Verbs on a VM in the list.
 *
 * @public
 */
export type VmListVerdicts = Pick<
  VmVerdicts,
  'takeSnapshot' | 'createSchedule' | 'start' | 'stop'
> &
  Pick<ScheduleLimits, 'retention'>;

/**
 * A VM in the list.
 *
 * @public
 */
export interface VmListItem {
  ref: VmRef;
  uid: string;
  /** The entity that stands for it, where the person may read one. */
  entityRef?: string;
  /** Entity refs, as the cluster tells them. */
  owners: string[];
  printableStatus: string;
  power: VmPower;
  busy?: VmBusy;
  snapshots: {
    /** Of this VM; those of a former one don't count. */
    total: number;
    /** RFC 3339, the newest one that can be restored. */
    lastGoodAt?: string;
    lastGoodName?: string;
  };
  /** No snapshot of the last 30 days can be restored. */
  unprotected: boolean;
  /** Of its active schedules; absent where it has none. */
  schedule?: {
    /** RFC 3339 */
    nextRunAt?: string;
  };
  /** Names of its schedules, whatever their state. */
  scheduleNames: string[];
  /** What a snapshot taken now would be worth. */
  expectedConsistency: ExpectedConsistency;
  /** Off as well where no entity stands for the VM: it is the door to it. */
  allowed: VmListVerdicts;
}

/**
 * Answer of `GET /vms`.
 *
 * @public
 */
export interface VmList {
  items: VmListItem[];
  /**
   * Those that match the query and something is being done with, wherever in
   * the list they are: the one that it began with last comes first, and no more
   * than {@link MAX_UNDER_WAY} of them.
   */
  underWay: VmListItem[];
  /** How many there are with which something is being done. */
  underWayItems: number;
  /** VMs that match the query. */
  totalItems: number;
  /** VMs that match the query and are unprotected. */
  unprotectedItems: number;
  /** VMs that the person may read, whatever the query. */
  allItems: number;
  /** What there is to filter by, with the number of VMs the person may read. */
  facets: {
    clusters: Record<string, number>;
    /** Keys are `<cluster>/<namespace>`. */
    namespaces: Record<string, number>;
    owners: Record<string, number>;
  };
  /** Clusters that are away; their VMs are shown as last known. */
  staleClusters: string[];
  offset: number;
  limit: number;
}
