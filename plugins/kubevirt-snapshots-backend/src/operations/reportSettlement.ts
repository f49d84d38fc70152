// SPDX-License-Identifier: Apache-2.0
import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { stringifyVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Operation } from './types';

/**
 * Tells Backstage's auditor how an operation ended. The trail in the database
 * has that already, so a failure here is logged and changes nothing.
 */
export async function reportSettlement(
  auditor: AuditorService,
  operation: Operation,
  logger: LoggerService,
): Promise<void> {
  try {
    const event = await auditor.createEvent({
      eventId: 'snapshot-settle',
      severityLevel: operation.type === 'delete' ? 'high' : 'medium',
      meta: {
        actionType: operation.type,
        operationId: operation.id,
        actor: operation.actor,
        vm: stringifyVmRef(operation.vm),
        vmUid: operation.vmUid,
        snapshot: operation.snapshotName,
        outcome: operation.state,
      },
    });
    if (operation.state === 'succeeded') {
      await event.success();
    } else {
      await event.fail({
        error: new Error(operation.error?.message ?? operation.state),
      });
    }
  } catch (error) {
    logger.warn(
      `Could not report operation ${operation.id} to the auditor`,
      error as Error,
    );
  }
}
