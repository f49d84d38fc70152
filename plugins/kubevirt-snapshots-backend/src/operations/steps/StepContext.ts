// SPDX-License-Identifier: Apache-2.0
import type {
  ClusterService,
  CommittedIntent,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { DatabaseOperationStore } from '../DatabaseOperationStore';
import type { Operation, OperationPatch, StepResult } from '../types';

/** What a step works with. */
export interface StepContext {
  cluster: ClusterService;
  store: DatabaseOperationStore;
  /** ms since 1970, database clock. */
  now: number;
  /** Since when this replica has been working on it, by the same clock. */
  heldSince: number;
  /** Changes the operation's row. Throws when the lease is lost. */
  update(patch: OperationPatch): Promise<Operation>;
  /**
   * Goes on to a step of an operation that has several. Attempts are counted
   * anew, and what the steps note for each other is kept.
   */
  enter(step: string, notes?: Record<string, unknown>): Promise<Operation>;
  /** Notes something without leaving the step. */
  note(notes: Record<string, unknown>): Promise<Operation>;
  /**
   * Runs one write to the cluster: makes sure that the lease lasts longer than
   * the request can, notes the attempt, fetches the committed intent.
   */
  write<T>(call: (intent: CommittedIntent) => Promise<T>): Promise<T>;
  /**
   * Whether a write may be sent (again). After another replica's attempt one
   * waits until that can't arrive any more.
   */
  mayWrite(operation: Operation): boolean;
}

/**
 * Ensures a state of the cluster, looking before it acts, so that it may be
 * run at any time, any number of times, by any replica.
 *
 * ClusterErrors that it throws are handled by the worker: what may pass is
 * tried again, the rest fails the operation.
 */
export type Step = (
  operation: Operation,
  context: StepContext,
) => Promise<StepResult>;

/** Result of a step that can't succeed any more. */
export function failed(code: string, message: string): StepResult {
  return { done: 'failed', error: { code, message } };
}

export const succeeded: StepResult = { done: 'succeeded' };

/** How long to wait for an event before looking anyway, ms. */
export const IDLE_MS = 5_000;

/** Writes without an answer before we only look. */
const MAX_ATTEMPTS = 5;

/** Absence proves nothing until a late request can't arrive any more, ms. */
export const ABSENCE_COUNTS_AFTER_MS = 90_000;

/**
 * What is left to do when no further write may be sent: look until what was
 * sent can't arrive any more, then call it failed.
 *
 * @param options - `stoppable: false` where that somebody asked to stop it is
 *   no reason to leave it: when it is too late, or what puts things back
 * @returns undefined while a write may be sent
 */
export function onlyLook(
  operation: Operation,
  context: StepContext,
  { stoppable = true }: { stoppable?: boolean } = {},
): StepResult | undefined {
  const stopped = stoppable && operation.cancelRequested;
  const over =
    operation.attempts >= MAX_ATTEMPTS || (stopped && operation.attempts > 0);
  if (!over) {
    return context.mayWrite(operation) ? undefined : { wait: IDLE_MS };
  }
  if (context.now - (operation.lastSentAt ?? 0) < ABSENCE_COUNTS_AFTER_MS) {
    return { wait: IDLE_MS };
  }
  return stopped
    ? failed('stopped', 'It was stopped before it was in the cluster')
    : failed(
        operation.error?.code ?? 'unreachable',
        `The cluster did not do it after ${operation.attempts} attempts. ${
          operation.error?.message ?? ''
        }`.trim(),
      );
}
