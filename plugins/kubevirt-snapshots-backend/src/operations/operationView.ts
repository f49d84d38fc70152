// SPDX-License-Identifier: Apache-2.0
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import { DEFINITIONS } from './definitions';
import type { Operation } from './types';

const iso = (ms: number) => new Date(ms).toISOString();

/** The operation as people and other programs get to see it. */
export function toOperationView(operation: Operation): OperationView {
  return {
    id: operation.id,
    type: operation.type,
    state: operation.state,
    vm: operation.vm,
    vmUid: operation.vmUid,
    snapshotName: operation.snapshotName || undefined,
    snapshotUid: operation.snapshotUid,
    target: operation.target,
    power: operation.request.power,
    actor: operation.actor,
    createdAt: iso(operation.createdAt),
    finishedAt:
      operation.finishedAt === undefined
        ? undefined
        : iso(operation.finishedAt),
    retrying: operation.retrying || undefined,
    error: operation.error,
    revision: operation.revision,
    ...DEFINITIONS[operation.type]?.view?.(operation),
  };
}
