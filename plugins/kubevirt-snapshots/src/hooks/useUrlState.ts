// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'react-router-dom';
import {
  SNAPSHOT_STATES,
  type SnapshotKindFilter,
  type SnapshotSort,
  type SnapshotState,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  patchedAudit,
  readAuditUrlState,
  rowNumber,
  writeAuditUrlState,
  type AuditUrlState,
} from './auditUrlState';
import {
  patchedFleet,
  readFleetUrlState,
  writeFleetUrlState,
  type FleetUrlState,
} from './fleetUrlState';

/** Rows of a page. */
export const PAGE_SIZE = 20;

/** What the tab can show. */
export type TabView = 'snapshots' | 'month' | 'restores' | 'history';

/** What of the tab's view is kept in the address. */
export interface UrlState {
  view: TabView;
  /** Page of the history: what is older than this entry. */
  before?: number;
  show: SnapshotKindFilter;
  sort: SnapshotSort;
  order: 'asc' | 'desc';
  states: SnapshotState[];
  search: string;
  /** Counted from 1. */
  page: number;
  /** Name of the snapshot in the drawer. */
  snapshot?: string;
  /** Id of the schedule in the drawer. */
  schedule?: string;
  /** Page of its runs, counted from 1. */
  runs: number;
  /** Month that is looked at, `2026-11`; this one when absent. */
  month?: string;
}

/** The view when the address says nothing. */
export const DEFAULT_URL_STATE: UrlState = {
  view: 'snapshots',
  before: undefined,
  show: 'all',
  sort: 'name',
  order: 'asc',
  states: [],
  search: '',
  page: 1,
  snapshot: undefined,
  schedule: undefined,
  runs: 1,
  month: undefined,
};

const SHOWS: readonly SnapshotKindFilter[] = ['all', 'taken', 'scheduled'];
const SORTS: readonly SnapshotSort[] = ['name', 'created'];
const ORDERS = ['asc', 'desc'] as const;
const VIEWS: readonly TabView[] = ['snapshots', 'month', 'restores', 'history'];
const KEYS = [
  'view',
  'before',
  'show',
  'sort',
  'order',
  'state',
  'search',
  'page',
  'snapshot',
  'schedule',
  'runs',
  'month',
];
/** As far as the backend reads. */
const MAX_PAGE = 50_000;
const MAX_SEARCH = 253;

function oneOf<T extends string>(
  value: string | null,
  allowed: readonly T[],
  fallback: T,
): T {
  return allowed.find(item => item === value) ?? fallback;
}

function pageOf(text: string | null): number {
  const page = Number(text ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= MAX_PAGE ? page : 1;
}

const MONTH = /^(19[7-9]\d|[2-8]\d{3})-(0[1-9]|1[0-2])$/;

/** Reads the view from a query string; what makes no sense is passed over. */
export function readUrlState(params: URLSearchParams): UrlState {
  const wanted = (params.get('state') ?? '').split(',');
  const month = params.get('month') ?? '';
  return {
    view: oneOf(params.get('view'), VIEWS, DEFAULT_URL_STATE.view),
    before: rowNumber(params.get('before')),
    show: oneOf(params.get('show'), SHOWS, DEFAULT_URL_STATE.show),
    sort: oneOf(params.get('sort'), SORTS, DEFAULT_URL_STATE.sort),
    order: oneOf(params.get('order'), ORDERS, DEFAULT_URL_STATE.order),
    states: SNAPSHOT_STATES.filter(state => wanted.includes(state)),
    search: (params.get('search') ?? '').slice(0, MAX_SEARCH),
    page: pageOf(params.get('page')),
    snapshot: params.get('snapshot') || undefined,
    schedule: params.get('schedule') || undefined,
    runs: pageOf(params.get('runs')),
    month: MONTH.test(month) ? month : undefined,
  };
}

/** Writes the view into a query string, leaving other parameters alone. */
export function writeUrlState(
  params: URLSearchParams,
  state: UrlState,
): URLSearchParams {
  const next = new URLSearchParams(params);
  KEYS.forEach(key => next.delete(key));
  const set = (key: string, value: string, fallback: string) => {
    if (value !== fallback) {
      next.set(key, value);
    }
  };
  set('view', state.view, DEFAULT_URL_STATE.view);
  set('before', String(state.before ?? ''), '');
  set('show', state.show, DEFAULT_URL_STATE.show);
  set('sort', state.sort, DEFAULT_URL_STATE.sort);
  set('order', state.order, DEFAULT_URL_STATE.order);
  set('state', state.states.join(','), '');
  set('search', state.search, '');
  set('page', String(state.page), '1');
  set('snapshot', state.snapshot ?? '', '');
  set('schedule', state.schedule ?? '', '');
  set('runs', String(state.runs), '1');
  set('month', state.month ?? '', '');
  return next;
}

/** What can change without asking for another list of snapshots. */
const SAME_LIST = [
  'page',
  'snapshot',
  'view',
  'before',
  'schedule',
  'runs',
  'month',
];

function patched(state: UrlState, patch: Partial<UrlState>): UrlState {
  // Another filter or order is another list, so its first page is wanted.
  const sameList = Object.keys(patch).every(key => SAME_LIST.includes(key));
  return { ...state, ...(sameList ? {} : { page: 1 }), ...patch };
}

/** How a view is kept in the address. */
interface Codec<State> {
  read: (params: URLSearchParams) => State;
  write: (params: URLSearchParams, state: State) => URLSearchParams;
  patched: (state: State, patch: Partial<State>) => State;
}

function useAddress<State>(codec: Codec<State>) {
  const [params, setParams] = useSearchParams();
  const { pathname } = useLocation();
  const text = params.toString();
  const state = useMemo(
    () => codec.read(new URLSearchParams(text)),
    [codec, text],
  );

  const update = useCallback(
    (patch: Partial<State>, options?: { push?: boolean }) =>
      setParams(
        current =>
          codec.write(current, codec.patched(codec.read(current), patch)),
        { replace: !options?.push },
      ),
    [codec, setParams],
  );

  const href = useCallback(
    (patch: Partial<State>) => {
      const current = new URLSearchParams(text);
      const query = codec
        .write(current, codec.patched(codec.read(current), patch))
        .toString();
      return query ? `${pathname}?${query}` : pathname;
    },
    [codec, text, pathname],
  );

  return { state, update, href };
}

const TAB: Codec<UrlState> = {
  read: readUrlState,
  write: writeUrlState,
  patched,
};

/**
 * The view of the tab, kept in the address so that a reload, a link and the
 * back button give the same view. The only file that uses the router.
 */
export function useUrlState() {
  return useAddress(TAB);
}

const AUDIT: Codec<AuditUrlState> = {
  read: readAuditUrlState,
  write: writeAuditUrlState,
  patched: patchedAudit,
};

/** The same for the audit page. */
export function useAuditUrlState() {
  return useAddress(AUDIT);
}

const FLEET: Codec<FleetUrlState> = {
  read: readFleetUrlState,
  write: writeFleetUrlState,
  patched: patchedFleet,
};

/** The same for the page with all VMs. */
export function useFleetUrlState() {
  return useAddress(FLEET);
}
