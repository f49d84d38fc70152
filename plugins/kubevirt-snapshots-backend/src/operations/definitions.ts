// SPDX-License-Identifier: Apache-2.0
import type {
  OperationType,
  OperationView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterError } from 'backstage-plugin-kubevirt-snapshots-node';
import { changePower } from './power/power';
import { clearRestore, deleteClaim, stopRestore } from './restore/others';
import { restoreDefinition } from './restore/restore';
import { cloneDefinition } from './copy/cloneVm';
import { templateDefinition } from './copy/makeTemplate';
import { stopCopy } from './copy/stopping';
import { deleteSnapshot, stopSnapshot } from './steps/removeSnapshot';
import type { Step, StepContext } from './steps/StepContext';
import { takeSnapshot } from './steps/takeSnapshot';
import type { Operation, StepResult } from './types';

/** An operation that never reached the cluster is given up after this, ms. */
export const NOTHING_SENT_LIMIT_MS = 2 * 60_000;

/** After this an outcome that nobody could establish stays unknown, ms. */
export const UNKNOWN_LIMIT_MS = 24 * 3_600_000;

/** How operations of one type are worked on. */
export interface OperationDefinition {
  /** Brings it forward; see {@link Step}. */
  run: Step;
  /**
   * After this the outcome is unknown for good, ms from acceptance.
   * {@link UNKNOWN_LIMIT_MS} when absent.
   */
  unknownAfterMs?: number;
  /**
   * What a refusal by the cluster means for an operation of several steps:
   * unlike a single write it may have things to put back first. Without it a
   * refusal fails the operation.
   */
  onRefused?(
    operation: Operation,
    context: StepContext,
    error: ClusterError,
  ): Promise<StepResult>;
  /** What people see of its steps. */
  view?(operation: Operation): Partial<OperationView>;
}

/**
 * All types that can be carried out. One that isn't here can't be accepted.
 */
export const DEFINITIONS: Partial<Record<OperationType, OperationDefinition>> =
  {
    take: { run: takeSnapshot },
    stop: { run: stopSnapshot },
    delete: { run: deleteSnapshot },
    power: { run: changePower },
    restore: restoreDefinition,
    'stop-restore': { run: stopRestore, unknownAfterMs: 72 * 3_600_000 },
    'clear-restore': { run: clearRestore },
    'delete-disk': { run: deleteClaim },
    clone: cloneDefinition,
    template: templateDefinition,
    'stop-clone': { run: stopCopy },
    'stop-template': { run: stopCopy },
  };
