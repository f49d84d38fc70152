// SPDX-License-Identifier: Apache-2.0
import type { Verdict, VmBusy } from './api';
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
export type VmSort = 'name' | 'owner' | 'lastSnapshot';

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
  sort?: VmSort;
  order?: 'asc' | 'desc';
  offset?: number;
  /** 1 to 100, 20 by default. */
  limit?: number;
}

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
  /** Off as well where no entity stands for the VM: it is the door to it. */
  takeSnapshot: Verdict;
}

/**
 * Answer of `GET /vms`.
 *
 * @public
 */
export interface VmList {
  items: VmListItem[];
  /** VMs that match the query. */
  totalItems: number;
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
