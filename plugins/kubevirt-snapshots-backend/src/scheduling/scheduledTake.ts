// SPDX-License-Identifier: Apache-2.0
import { createHash, randomUUID } from 'node:crypto';
import { DEADLINE_SECONDS } from 'backstage-plugin-kubevirt-snapshots-common';
import type { AcceptOptions } from '../operations/DatabaseOperationStore';
import { snapshotLock, vmLock } from '../operations/locks';
import { iso, snapshotNameOf, type Schedule } from './types';

/**
 * The operation that takes the snapshot of a run, under its name and in the
 * name of whoever answers for the schedule.
 */
export function scheduledTake(
  schedule: Schedule,
  options: {
    dueAt: number;
    byHand?: {
      operationId: string;
      actor: string;
      onBehalfOf?: string;
      requestId?: string;
    };
    /** Of the VM, now. */
    owners: string[];
  },
): AcceptOptions {
  const { vm, vmUid, settings } = schedule;
  const { byHand, dueAt } = options;
  const actor = byHand?.actor ?? schedule.author;
  const snapshotName = snapshotNameOf({
    scheduleId: schedule.id,
    dueAt,
    byHand: byHand !== undefined,
  });
  const id = byHand?.operationId ?? randomUUID();
  return {
    operation: {
      id,
      type: 'take',
      vm,
      vmUid,
      snapshotName,
      actor,
      request: {
        description: settings.snapshots?.description,
        deadlineSeconds:
          settings.snapshots?.deadlineSeconds ?? DEADLINE_SECONDS.default,
        configurationOnly: settings.snapshots?.configurationOnly,
        labels: settings.snapshots?.labels,
        schedule: { id: schedule.id, name: settings.name, dueAt },
      },
      requestDigest: createHash('sha256')
        .update(JSON.stringify([id, schedule.id, actor]))
        .digest('hex'),
    },
    locks: [vmLock(vm), snapshotLock(vm, snapshotName)],
    intent: {
      action: 'snapshot.take',
      actor,
      onBehalfOf: byHand?.onBehalfOf,
      origin: byHand ? 'portal' : 'schedule',
      requestId: byHand?.requestId,
      entityRef: schedule.entityRef,
      vm: { ...vm, uid: vmUid, owners: options.owners },
      snapshot: { name: snapshotName },
      options: {
        schedule: settings.name,
        scheduleId: schedule.id,
        dueAt: iso(dueAt),
      },
      decision: 'allow',
    },
  };
}
