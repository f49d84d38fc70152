// SPDX-License-Identifier: Apache-2.0
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { SignedStatement } from './signing/statements';

/**
 * Kinds of rows. `intent`: committed before anything is sent to a cluster.
 * `settled`: how it ended, exactly one for each intent. `denied`: refused for
 * want of permission. `observed`: somebody else changed a thing of ours.
 * `system`: the trail about itself.
 */
export type AuditKind = 'intent' | 'settled' | 'denied' | 'observed' | 'system';

/** All kinds; a row of another kind is no row of ours. */
export const AUDIT_KINDS: readonly AuditKind[] = [
  'intent',
  'settled',
  'denied',
  'observed',
  'system',
];

/** How an intent ended. `unknown` is for good. */
export type AuditOutcome = 'success' | 'failure' | 'unknown';

/** What a row tells of something that was edited, or asked for. */
export type AuditFacts = Record<string, string | number | boolean>;

/**
 * A row as it is written. Tokens and configurations of VMs never go in here.
 */
export interface AuditRow {
  seq: number;
  kind: AuditKind;
  /** ms since 1970, database clock, never before an earlier row. */
  at: number;
  /** What was done or tried, e.g. `snapshot.take`. */
  action: string;
  /** Entity ref of the person, or the plugin for `system`. */
  actor: string;
  /** Service through which the person acted. */
  onBehalfOf?: string;
  origin: 'portal' | 'schedule' | 'action' | 'system' | 'operator' | 'cluster';
  requestId?: string;
  operationId?: string;
  entityRef?: string;
  vm?: VmRef & { uid?: string; owners?: string[] };
  snapshot?: { name?: string; uid?: string };
  /** What was asked for. */
  options?: AuditFacts;
  /** Where something is edited: what it was. */
  before?: AuditFacts;
  /** Where something is edited: what it is now. */
  after?: AuditFacts;
  /** Why, in the person's words. */
  reason?: string;
  decision?: 'allow' | 'deny';
  outcome?: AuditOutcome;
  /** Number of the intent that a settlement is about. */
  intent?: number;
  error?: { code: string; message: string };
  /** From intent to settlement, ms. */
  durationMs?: number;
  /** How many events a coalesced row stands for. */
  count?: number;
  /** Key of what several replicas see and only one may write. */
  once?: string;
  /** What the holder of the signing key vouches for: a pruning, a recovery. */
  statement?: SignedStatement;
}

/** A row before it has a number and a time. */
export type AuditRowInput = Omit<AuditRow, 'seq' | 'at'>;
