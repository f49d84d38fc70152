// SPDX-License-Identifier: Apache-2.0
import {
  AUDIT_ORIGINS,
  AUDIT_OUTCOMES,
  type AuditEntryOutcome,
  type AuditListQuery,
  type AuditOrigin,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** What of the audit page's view is kept in the address. */
export interface AuditUrlState {
  vm: string;
  actor: string;
  actions: string[];
  outcomes: AuditEntryOutcome[];
  origins: AuditOrigin[];
  /** RFC 3339 */
  from: string;
  /** RFC 3339 */
  to: string;
  /** Page: what is older than this entry. */
  before?: number;
  /** Number of the entry whose details are open. */
  entry?: number;
}

/** The view when the address says nothing. */
export const DEFAULT_AUDIT_URL_STATE: AuditUrlState = {
  vm: '',
  actor: '',
  actions: [],
  outcomes: [],
  origins: [],
  from: '',
  to: '',
  before: undefined,
  entry: undefined,
};

/** Filters that let everything through. */
export const NO_AUDIT_FILTER: Partial<AuditUrlState> = {
  vm: '',
  actor: '',
  actions: [],
  outcomes: [],
  origins: [],
  from: '',
  to: '',
};

/** As far as the backend reads. */
const ACTION = /^[a-z][a-z.-]{0,63}$/;
const MAX_ACTIONS = 20;
const MAX_VM = 600;
const MAX_ACTOR = 512;
const KEYS = [
  'vm',
  'actor',
  'action',
  'outcome',
  'origin',
  'from',
  'to',
  'before',
  'entry',
];

/** Reads the number of a row of the audit trail. */
export function rowNumber(value: string | null): number | undefined {
  const row = Number(value ?? NaN);
  return Number.isSafeInteger(row) && row >= 1 ? row : undefined;
}

function time(value: string | null): string {
  const date = new Date(value ?? '');
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function listed(value: string | null): string[] {
  return (value ?? '').split(',').filter(Boolean);
}

/** Reads the view from a query string; what makes no sense is passed over. */
export function readAuditUrlState(params: URLSearchParams): AuditUrlState {
  const outcomes = listed(params.get('outcome'));
  const origins = listed(params.get('origin'));
  return {
    vm: (params.get('vm') ?? '').slice(0, MAX_VM),
    actor: (params.get('actor') ?? '').slice(0, MAX_ACTOR),
    actions: listed(params.get('action'))
      .filter(action => ACTION.test(action))
      .slice(0, MAX_ACTIONS),
    outcomes: AUDIT_OUTCOMES.filter(one => outcomes.includes(one)),
    origins: AUDIT_ORIGINS.filter(one => origins.includes(one)),
    from: time(params.get('from')),
    to: time(params.get('to')),
    before: rowNumber(params.get('before')),
    entry: rowNumber(params.get('entry')),
  };
}

/** Writes the view into a query string, leaving other parameters alone. */
export function writeAuditUrlState(
  params: URLSearchParams,
  state: AuditUrlState,
): URLSearchParams {
  const next = new URLSearchParams(params);
  KEYS.forEach(key => next.delete(key));
  const values: [string, string | number | undefined][] = [
    ['vm', state.vm],
    ['actor', state.actor],
    ['action', state.actions.join(',')],
    ['outcome', state.outcomes.join(',')],
    ['origin', state.origins.join(',')],
    ['from', state.from],
    ['to', state.to],
    ['before', state.before],
    ['entry', state.entry],
  ];
  values.forEach(([key, value]) => value && next.set(key, String(value)));
  return next;
}

/** The view with some of it changed; another filter begins at the newest. */
export function patchedAudit(
  state: AuditUrlState,
  patch: Partial<AuditUrlState>,
): AuditUrlState {
  const sameList = Object.keys(patch).every(
    key => key === 'before' || key === 'entry',
  );
  return { ...state, ...(sameList ? {} : { before: undefined }), ...patch };
}

/** The filters as the backend reads them. */
export function auditFilters(
  state: AuditUrlState,
): Omit<AuditListQuery, 'before' | 'limit'> {
  return {
    vm: state.vm || undefined,
    actor: state.actor || undefined,
    actions: state.actions,
    outcomes: state.outcomes,
    origins: state.origins,
    from: state.from || undefined,
    to: state.to || undefined,
  };
}
