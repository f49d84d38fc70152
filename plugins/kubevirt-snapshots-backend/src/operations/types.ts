// SPDX-License-Identifier: Apache-2.0
import type {
  OperationState,
  OperationType,
  OperationView,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** What was asked for, beyond the target. */
export interface OperationRequest {
  description?: string;
  deadlineSeconds?: number;
  configurationOnly?: boolean;
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
  snapshotName: string;
  snapshotUid?: string;
  actor: string;
  request: OperationRequest;
  requestDigest: string;
  cancelRequested: boolean;
  retrying: boolean;
  /** Writes that the cluster got or may have got; those it refused don't count. */
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

const iso = (ms: number) => new Date(ms).toISOString();

/** The operation as people and other programs get to see it. */
export function toOperationView(operation: Operation): OperationView {
  return {
    id: operation.id,
    type: operation.type,
    state: operation.state,
    vm: operation.vm,
    vmUid: operation.vmUid,
    snapshotName: operation.snapshotName,
    snapshotUid: operation.snapshotUid,
    actor: operation.actor,
    createdAt: iso(operation.createdAt),
    finishedAt:
      operation.finishedAt === undefined
        ? undefined
        : iso(operation.finishedAt),
    retrying: operation.retrying || undefined,
    error: operation.error,
    revision: operation.revision,
  };
}

/** Lock on everything that changes a VM. */
export const vmLock = (vm: VmRef) =>
  `vm:${vm.cluster}/${vm.namespace}/${vm.name}`;

/** Lock on one snapshot by its name, which is also the lock on the name. */
export const snapshotLock = (vm: VmRef, snapshotName: string) =>
  `snapshot:${vm.cluster}/${vm.namespace}/${snapshotName}`;
