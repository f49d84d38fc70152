// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import {
  ABSENCE_COUNTS_AFTER_MS,
  type StepContext,
} from '../steps/StepContext';
import type { Operation, StepResult } from '../types';

/** Wait after a conflict before looking again, ms. */
export const CONFLICT_MS = 250;

/** How long things that are deleted are waited for, ms. */
const UNDO_LIMIT_MS = 10 * 60_000;

interface Failure {
  code: string;
  message: string;
}

/**
 * Until when a write whose answer never came may still arrive, ms since 1970;
 * undefined when none is under way. What it would make has to be removed too.
 */
export function quietAt(operation: Operation): number | undefined {
  return operation.attempts > 0 && operation.lastSentAt !== undefined
    ? operation.lastSentAt + ABSENCE_COUNTS_AFTER_MS
    : undefined;
}

/** Gives up, and first removes what was made. */
export async function giveUp(
  operation: Operation,
  context: StepContext,
  failure: Failure,
): Promise<StepResult> {
  await context.enter('undo', { failure, quietAt: quietAt(operation) });
  return { wait: 0 };
}

/** Why it was given up. */
export function failureOf(operation: Operation): Failure {
  return (
    (operation.progress?.notes.failure as Failure | undefined) ?? {
      code: 'failed',
      message: 'It failed',
    }
  );
}

/**
 * What is left to do when nothing is there to be removed any more: wait for
 * what may still arrive, then tell why it failed.
 */
export function undone(operation: Operation, context: StepContext): StepResult {
  const quiet = operation.progress?.notes.quietAt as number | undefined;
  if (quiet !== undefined && context.now < quiet) {
    return { wait: Math.min(quiet - context.now + 1, 5_000) };
  }
  return { done: 'failed', error: failureOf(operation) };
}

/** Whether removing has taken so long that a person has to look. */
export function isUndoOver(
  operation: Operation,
  context: StepContext,
): boolean {
  const since = operation.progress?.entered.undo ?? context.now;
  return context.now - since > UNDO_LIMIT_MS;
}

/** The failure, with what is still in the cluster. */
export function leftBehind(operation: Operation, what: string): StepResult {
  const { code, message } = failureOf(operation);
  return {
    done: 'failed',
    error: { code, message: `${message} Not removed: ${what}.` },
  };
}

/** Runs a write that a change in between turns into another look. */
export async function unlessChanged(
  write: () => Promise<unknown>,
): Promise<StepResult> {
  try {
    await write();
    return { wait: 0 };
  } catch (error) {
    if (
      error instanceof ClusterError &&
      (error.code === 'conflict' || error.code === 'not-found')
    ) {
      return { wait: CONFLICT_MS };
    }
    throw error;
  }
}
