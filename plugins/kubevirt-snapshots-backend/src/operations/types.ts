// SPDX-License-Identifier: Apache-2.0
import type {
  OperationState,
  OperationType,
  PowerAction,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { CloneWanted, TemplateWanted } from './copy/types';
import type { RestoreWanted } from './restore/types';

/** What was asked for, beyond the target. */
export interface OperationRequest {
  description?: string;
  deadlineSeconds?: number;
  configurationOnly?: boolean;
  /** Of a power operation. */
  power?: PowerAction;
  /** Of a restore. */
  restore?: RestoreWanted;
  /** Of a clone. */
  clone?: CloneWanted;
  /** Of a template. */
  template?: TemplateWanted;
  /** Id of the clone or template that it stops. */
  stops?: string;
  /** UID of {@link Operation.target}, where it is there already. */
  targetUid?: string;
  /** Labels of the snapshot, beside the portal's own. */
  labels?: Record<string, string>;
  /** The schedule that asks for it. */
  schedule?: { id: string; name: string; dueAt: number };
  /** Removes a restore that is over, whatever became of it. */
  tombstone?: boolean;
  /** Deletes only while another snapshot of the VM can be restored. */
  keepsGood?: boolean;
}

/**
 * How far an operation of several steps has come. It is what survives a
 * replica that is killed, so it is written before the next thing is done.
 */
export interface OperationProgress {
  /** Step that it is in. */
  step: string;
  /** When each step was entered for the first time, ms since 1970. */
  entered: Record<string, number>;
  /** What the steps note for each other; JSON. */
  notes: Record<string, unknown>;
}

/**
 * A durable operation as the database has it. Times are ms since 1970 by the
 * database's clock.
 */
export interface Operation {
  id: string;
  type: OperationType;
  state: OperationState;
  vm: VmRef;
  vmUid: string;
  /** Empty where it isn't about a snapshot. */
  snapshotName: string;
  snapshotUid?: string;
  /** Restore, claim, VM or template that it is about, by its name. */
  target?: string;
  actor: string;
  request: OperationRequest;
  requestDigest: string;
  /** Of an operation of several steps, once it has begun. */
  progress?: OperationProgress;
  cancelRequested: boolean;
  retrying: boolean;
  /** Writes of this step that the cluster got or may have got; those it refused don't count. */
  attempts: number;
  lastSentAt?: number;
  leaseOwner?: string;
  leaseUntil?: number;
  error?: { code: string; message: string };
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  revision: number;
}

/** Fields a step may change while it works. */
export type OperationPatch = Partial<
  Pick<
    Operation,
    | 'state'
    | 'snapshotUid'
    | 'retrying'
    | 'attempts'
    | 'lastSentAt'
    | 'error'
    | 'cancelRequested'
    | 'progress'
  >
>;

/** How a step leaves an operation. */
export type StepResult =
  | {
      /** Look again after so many ms, or earlier when the VM changes. */
      wait: number;
    }
  | {
      done: 'succeeded' | 'failed' | 'unknown';
      error?: { code: string; message: string };
    };
