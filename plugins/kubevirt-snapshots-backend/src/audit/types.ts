// SPDX-License-Identifier: Apache-2.0
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';

/**
 * Kinds of rows. `intent`: committed before anything is sent to a cluster.
 * `settled`: how it ended, exactly one for each intent. `denied`: refused for
 * want of permission. `system`: the trail about itself.
 */
export type AuditKind = 'intent' | 'settled' | 'denied' | 'system';

/** How an intent ended. `unknown` is for good. */
export type AuditOutcome = 'success' | 'failure' | 'unknown';

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
  origin: 'portal' | 'system';
  requestId?: string;
  operationId?: string;
  entityRef?: string;
  vm?: VmRef & { uid?: string; owners?: string[] };
  snapshot?: { name?: string; uid?: string };
  /** What was asked for. */
  options?: Record<string, string | number | boolean>;
  decision?: 'allow' | 'deny';
  outcome?: AuditOutcome;
  error?: { code: string; message: string };
  /** From intent to settlement, ms. */
  durationMs?: number;
  /** How many refusals a `denied` row stands for. */
  count?: number;
}

/** A row before it has a number and a time. */
export type AuditRowInput = Omit<AuditRow, 'seq' | 'at'>;
