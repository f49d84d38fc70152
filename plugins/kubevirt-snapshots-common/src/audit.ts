// SPDX-License-Identifier: Apache-2.0
import type { OperationType } from './api';
import type { VmRef } from './vmRef';

/**
 * How something in the audit trail came out.
 *
 * - `pending`: asked for, not settled yet
 * - `success`, `failure`: the cluster showed it
 * - `unknown`: nobody could tell for 24 hours, and it is left at that
 * - `denied`: refused for want of permission, nothing was sent
 * - `observed`: somebody changed a thing of ours past the portal
 * - `recorded`: about the trail itself, or a setting
 *
 * @public
 */
export type AuditEntryOutcome =
  | 'pending'
  | 'success'
  | 'failure'
  | 'unknown'
  | 'denied'
  | 'observed'
  | 'recorded';

/**
 * All outcomes, in the order in which a filter offers them.
 *
 * @public
 */
export const AUDIT_OUTCOMES: readonly AuditEntryOutcome[] = [
  'pending',
  'success',
  'failure',
  'unknown',
  'denied',
  'observed',
  'recorded',
];

/**
 * Where an act came from. `cluster`: seen in the cluster, done by somebody
 * else. `operator`: a command on the portal's own machine.
 *
 * @public
 */
export type AuditOrigin =
  | 'portal'
  | 'schedule'
  | 'action'
  | 'system'
  | 'operator'
  | 'cluster';

/**
 * All origins.
 *
 * @public
 */
export const AUDIT_ORIGINS: readonly AuditOrigin[] = [
  'portal',
  'schedule',
  'action',
  'system',
  'operator',
  'cluster',
];

/**
 * Something that was done, tried or seen. An act is two rows of the trail,
 * what was asked for and how it ended; here they are one.
 *
 * @public
 */
export interface AuditEntry {
  /** Number of the (first) row. Newer entries have higher ones. */
  seq: number;
  /** RFC 3339, database clock. */
  at: string;
  /** E.g. `snapshot.take`, `snapshot.delete`, `audit.export`. */
  action: string;
  /** Entity ref of the person, or what acted by itself, e.g. `plugin:…`. */
  actor: string;
  /** Service through which the person acted. */
  onBehalfOf?: string;
  origin: AuditOrigin;
  outcome: AuditEntryOutcome;
  requestId?: string;
  operationId?: string;
  /** Entity through which the VM was reached. */
  entityRef?: string;
  /** The VM with its owners at that time. */
  vm?: VmRef & { uid?: string; owners?: string[] };
  /** It is about a former VM of that name. Only in a VM's history. */
  formerVm?: boolean;
  snapshot?: { name?: string; uid?: string };
  /** What was asked for. */
  options?: Record<string, string | number | boolean>;
  before?: Record<string, string | number | boolean>;
  after?: Record<string, string | number | boolean>;
  /** Why, in the person's words. */
  reason?: string;
  error?: { code: string; message: string };
  /** How many events the entry stands for; absent: one. */
  count?: number;
  /** Number of the row that says how it ended. */
  settledSeq?: number;
  /** RFC 3339 */
  settledAt?: string;
  durationMs?: number;
}

/**
 * Query of `GET /audit`, and of `GET …/history` without `vm`.
 *
 * @public
 */
export interface AuditListQuery {
  /** `<cluster>/<namespace>/<name>` */
  vm?: string;
  /** Entity ref, exactly. */
  actor?: string;
  /** One or more actions. */
  actions?: string[];
  outcomes?: AuditEntryOutcome[];
  origins?: AuditOrigin[];
  /** RFC 3339, inclusive. */
  from?: string;
  /** RFC 3339, exclusive. */
  to?: string;
  /** {@link AuditList.next} of the page before. */
  before?: number;
  /** 1 to 200, 50 by default. */
  limit?: number;
}

/**
 * Answer of `GET /audit` and `GET …/history`, newest first. There is no total:
 * counting what a person may see would cost as much as reading it.
 *
 * @public
 */
export interface AuditList {
  items: AuditEntry[];
  /** `before` for the next page; absent on the last one. */
  next?: number;
  /**
   * Whether the person may see all of the trail, and so whether it is whole.
   * Not in a VM's history.
   */
  everything?: boolean;
}

/**
 * A row of the trail as it was hashed.
 *
 * @public
 */
export interface AuditRowView {
  seq: number;
  kind: 'intent' | 'settled' | 'denied' | 'observed' | 'system';
  /** Canonical JSON. */
  body: string;
  /** SHA-256, hexadecimal. */
  rowHash: string;
  contentDigest: string;
}

/**
 * Answer of `GET /audit/rows/{seq}`.
 *
 * @public
 */
export interface AuditDetails {
  entry: AuditEntry;
  /** The rows behind the entry, in their order. */
  rows: AuditRowView[];
}

/**
 * What a verification came to.
 *
 * @public
 */
export interface AuditVerificationResult {
  /**
   * `ok`: whole, and signed up to `checkpoint`. `unsigned`: whole, but nothing
   * signed says that it is the trail that was written. `broken`: it isn't.
   */
  status: 'ok' | 'unsigned' | 'broken';
  /** One sentence in English. */
  message: string;
  /** RFC 3339, when it was finished. */
  at: string;
  /** Entity ref of who asked for it, or the plugin. */
  by: string;
  rows: number;
  from: number;
  to: number;
  /** The last signed checkpoint that the rows agree with. */
  checkpoint?: { number: number; seq: number; at: string };
  /** Rows after that checkpoint. */
  notAnchored: number;
  /** What operators have declared: prunings and recoveries. */
  notes: string[];
  problem?: { code: string; seq: number; toSeq?: number; message: string };
  durationMs: number;
}

/**
 * Answer of `GET /audit/verification` and `POST /audit/verify`.
 *
 * @public
 */
export interface AuditVerification {
  /** Whether checkpoints are signed at all. */
  signed: boolean;
  /** Why nothing can be changed at present, if the trail is the reason. */
  refusal?: string;
  /** Places outside the database that checkpoints go to. */
  outside: { name: string; error?: string }[];
  /** First and last row that are there. */
  firstRow: number;
  lastRow: number;
  /** A verification that is under way, and how far it is. */
  running?: { since: string; row: number };
  last?: AuditVerificationResult;
}

/**
 * Query of `GET /audit/export`.
 *
 * @public
 */
export interface AuditExportQuery
  extends Omit<AuditListQuery, 'before' | 'limit'> {
  /** `ndjson` can be verified, `csv` is for spreadsheets. */
  format: 'ndjson' | 'csv';
  /** Go on after this row. */
  after?: number;
}

/**
 * Names of operations in the audit trail.
 *
 * @public
 */
export const OPERATION_ACTIONS: Record<OperationType, string> = {
  take: 'snapshot.take',
  stop: 'snapshot.stop',
  delete: 'snapshot.delete',
  restore: 'snapshot.restore',
  'stop-restore': 'restore.stop',
  'clear-restore': 'restore.clear',
  clone: 'snapshot.clone',
  template: 'snapshot.template',
  'stop-clone': 'clone.stop',
  'stop-template': 'template.stop',
  power: 'vm.power',
  'delete-disk': 'disk.delete',
};
