// SPDX-License-Identifier: Apache-2.0
import type { AuditorService } from '@backstage/backend-plugin-api';
import type { DeniedRecorder } from '../audit/DeniedRecorder';
import { deniedVmOf } from '../authorization/deniedVm';
import type { VmAccess, VmGate } from '../authorization/VmGate';
import { detailsOf } from '../errors';
import { toOperationView } from '../operations/operationView';
import type { Operation } from '../operations/types';
import type { Handler, RequestContext } from './Handler';
import { requestIdOf } from './requestId';

/** Acts with which data is lost. */
const GRAVE = ['snapshot.delete', 'snapshot.restore', 'disk.delete'];

/**
 * Makes the handler of a write.
 *
 * @param action - as the trail names it, e.g. `snapshot.take`
 * @param read - checks the input
 * @param work - does it, once the person has been decided on
 */
export type Writing = <T>(
  action: string,
  read: (context: RequestContext) => T,
  work: (
    access: VmAccess,
    input: T,
    origin: { requestId: string },
  ) => Promise<Operation | object>,
) => Handler;

const isOperation = (answer: Operation | object): answer is Operation =>
  'requestDigest' in answer;

/** The snapshot that an act on one names. */
function snapshotOf(
  action: string,
  input: unknown,
): { name: string } | undefined {
  const name = (input as { name?: unknown } | undefined)?.name;
  return action.startsWith('snapshot.') && typeof name === 'string'
    ? { name }
    : undefined;
}

/**
 * A write: decided afresh on the live VM, recorded with Backstage's auditor,
 * and a row in the trail when it is refused.
 */
export function createWriting(options: {
  gate: VmGate;
  auditor: AuditorService;
  denied: DeniedRecorder;
}): Writing {
  return (action, read, work) => async context => {
    const { req, res, entityRef, caller } = context;
    const input = read(context);
    const requestId = requestIdOf(req);
    const event = await options.auditor.createEvent({
      eventId: 'snapshot-mutate',
      severityLevel: GRAVE.includes(action) ? 'high' : 'medium',
      request: req,
      meta: {
        actionType: action.replace(/^snapshot\./, ''),
        entityRef,
        requestId,
      },
    });
    let access: VmAccess | undefined;
    try {
      access = await options.gate.afresh(entityRef, caller, { live: true });
      const answer = await work(access, input, { requestId });
      if (isOperation(answer)) {
        await event.success({ meta: { operationId: answer.id } });
        res.status(202).json({ operation: toOperationView(answer) });
      } else {
        await event.success();
        res.json(answer);
      }
    } catch (error) {
      await event.fail({ error: error as Error });
      const details = detailsOf(error);
      if (details?.code === 'permission' || details?.code === 'not-bound') {
        const { principal } = caller.credentials;
        await options.denied.record({
          action,
          actor: principal.userEntityRef,
          onBehalfOf: principal.actor?.subject,
          origin: 'portal',
          requestId,
          entityRef,
          vm: access
            ? { ...access.ref, uid: access.vm.uid, owners: access.owners }
            : deniedVmOf(error),
          snapshot: snapshotOf(action, input),
          decision: 'deny',
          error: { code: details.code, message: (error as Error).message },
        });
      }
      throw error;
    }
  };
}
