// SPDX-License-Identifier: Apache-2.0
import type {
  VmListQuery,
  VmPower,
  VmSort,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** Rows of a page. */
export const FLEET_PAGE_SIZE = 20;

/** Whose VMs are listed. */
export type FleetScope = 'mine' | 'all';

/** What of the view of all VMs is kept in the address. */
export interface FleetUrlState {
  /** Undefined until it is known whether the person owns any VM. */
  scope?: FleetScope;
  search: string;
  /** Entity ref. */
  owner: string;
  cluster: string;
  /** `<cluster>/<namespace>` or a namespace in any cluster. */
  namespace: string;
  power?: VmPower;
  unprotected: boolean;
  unscheduled: boolean;
  /** Ref of the entity that they belong to. */
  belongsTo: string;
  sort: VmSort;
  order: 'asc' | 'desc';
  /** Counted from 1. */
  page: number;
}

/** The view when the address says nothing. */
export const DEFAULT_FLEET_URL_STATE: FleetUrlState = {
  scope: undefined,
  search: '',
  owner: '',
  cluster: '',
  namespace: '',
  power: undefined,
  unprotected: false,
  unscheduled: false,
  belongsTo: '',
  sort: 'name',
  order: 'asc',
  page: 1,
};

/** Filters that let everything through; whose VMs are shown stays. */
export const NO_FLEET_FILTER: Partial<FleetUrlState> = {
  search: '',
  owner: '',
  cluster: '',
  namespace: '',
  power: undefined,
  unprotected: false,
  unscheduled: false,
  belongsTo: '',
};

/** The power states in the order in which the filter offers them. */
export const VM_POWERS: readonly VmPower[] = ['running', 'stopped', 'paused'];

const SCOPES: readonly FleetScope[] = ['mine', 'all'];
const SORTS: readonly VmSort[] = [
  'name',
  'owner',
  'place',
  'state',
  'lastSnapshot',
  'nextRun',
];
const ORDERS = ['asc', 'desc'] as const;
const KEYS = [
  'scope',
  'search',
  'owner',
  'cluster',
  'namespace',
  'power',
  'unprotected',
  'unscheduled',
  'belongsTo',
  'sort',
  'order',
  'page',
];
/** As far as the backend reads. */
const MAX_PAGE = 50_000;
const MAX_NAME = 253;
const MAX_NAMESPACE = 320;
const MAX_OWNER = 512;

function oneOf<T extends string>(
  value: string | null,
  allowed: readonly T[],
): T | undefined {
  return allowed.find(item => item === value);
}

/** Reads the view from a query string; what makes no sense is passed over. */
export function readFleetUrlState(params: URLSearchParams): FleetUrlState {
  const text = (key: string, max: number) =>
    (params.get(key) ?? '').slice(0, max);
  const page = Number(params.get('page') ?? 1);
  return {
    scope: oneOf(params.get('scope'), SCOPES),
    search: text('search', MAX_NAME),
    owner: text('owner', MAX_OWNER),
    cluster: text('cluster', MAX_NAME),
    namespace: text('namespace', MAX_NAMESPACE),
    power: oneOf(params.get('power'), VM_POWERS),
    unprotected: params.get('unprotected') === 'true',
    unscheduled: params.get('unscheduled') === 'true',
    belongsTo: text('belongsTo', MAX_OWNER),
    sort: oneOf(params.get('sort'), SORTS) ?? DEFAULT_FLEET_URL_STATE.sort,
    order: oneOf(params.get('order'), ORDERS) ?? DEFAULT_FLEET_URL_STATE.order,
    page: Number.isInteger(page) && page >= 1 && page <= MAX_PAGE ? page : 1,
  };
}

/** Writes the view into a query string, leaving other parameters alone. */
export function writeFleetUrlState(
  params: URLSearchParams,
  state: FleetUrlState,
): URLSearchParams {
  const next = new URLSearchParams(params);
  KEYS.forEach(key => next.delete(key));
  const set = (key: string, value: string | undefined, fallback = '') => {
    if (value && value !== fallback) {
      next.set(key, value);
    }
  };
  set('scope', state.scope);
  set('search', state.search);
  set('owner', state.owner);
  set('cluster', state.cluster);
  set('namespace', state.namespace);
  set('power', state.power);
  set('unprotected', state.unprotected ? 'true' : '');
  set('unscheduled', state.unscheduled ? 'true' : '');
  set('belongsTo', state.belongsTo);
  set('sort', state.sort, DEFAULT_FLEET_URL_STATE.sort);
  set('order', state.order, DEFAULT_FLEET_URL_STATE.order);
  set('page', String(state.page), '1');
  return next;
}

/**
 * The view with some of it changed. Another filter or order begins at the
 * first page, and another cluster has other namespaces.
 */
export function patchedFleet(
  state: FleetUrlState,
  patch: Partial<FleetUrlState>,
): FleetUrlState {
  const sameList = Object.keys(patch).every(key => key === 'page');
  const next = { ...state, ...(sameList ? {} : { page: 1 }), ...patch };
  const [cluster, name] = next.namespace.split('/');
  return name !== undefined && next.cluster && next.cluster !== cluster
    ? { ...next, namespace: '' }
    : next;
}

/** Whether the view leaves out VMs beyond those of others. */
export function isFleetFiltered(state: FleetUrlState): boolean {
  return Boolean(
    state.search ||
      state.owner ||
      state.cluster ||
      state.namespace ||
      state.power ||
      state.unprotected ||
      state.unscheduled ||
      state.belongsTo,
  );
}

/** The view as the backend is asked for it. */
export function fleetQuery(state: FleetUrlState): VmListQuery {
  return {
    mine: state.scope === 'mine' || undefined,
    search: state.search || undefined,
    owner: state.owner || undefined,
    cluster: state.cluster || undefined,
    namespace: state.namespace || undefined,
    power: state.power,
    unprotected: state.unprotected || undefined,
    unscheduled: state.unscheduled || undefined,
    belongsTo: state.belongsTo || undefined,
    sort: state.sort,
    order: state.order,
    offset: (state.page - 1) * FLEET_PAGE_SIZE,
    limit: FLEET_PAGE_SIZE,
  };
}
