// SPDX-License-Identifier: Apache-2.0
import { z } from 'zod';
import type { AuditorService } from '@backstage/backend-plugin-api';
import type { ScheduleAnswer } from 'backstage-plugin-kubevirt-snapshots-common';
import type { DeniedRecorder } from '../audit/DeniedRecorder';
import { deniedVmOf } from '../authorization/deniedVm';
import type { VmAccess, VmGate } from '../authorization/VmGate';
import { detailsOf, notFound } from '../errors';
import type { RequestOrigin } from '../operations/Acceptor';
import type { Scheduling } from '../scheduling/Scheduling';
import type { Handler, RequestContext } from './Handler';
import { requestIdOf } from './requestId';
import type { scheduleRoutes } from './scheduleRoutes';
import {
  calendarQuery,
  createScheduleBody,
  deleteScheduleBody,
  pauseAuthorBody,
  pauseScheduleBody,
  previewScheduleBody,
  scheduleActBody,
  scheduleId,
  scheduleQuery,
  updateScheduleBody,
} from './scheduleSchemas';
import { parse } from './schemas';

type ScheduleRouteId = (typeof scheduleRoutes)[number]['id'];

/** Answers the routes of schedules. */
export function scheduleHandlers(options: {
  auditor: AuditorService;
  gate: VmGate;
  denied: DeniedRecorder;
  scheduling: Scheduling;
}): Record<ScheduleRouteId, Handler> {
  const { gate, scheduling } = options;
  const { service, views, changes, authorPauses } = scheduling;

  const idOf = ({ req }: RequestContext) =>
    parse(scheduleId, req.params.schedule);

  /** An act: decided afresh on the live VM, and on record when it is refused. */
  async function acting<T>(
    context: RequestContext,
    verb: string,
    work: (
      origin: { requestId: string },
      seen: (access: VmAccess) => void,
    ) => Promise<T>,
  ): Promise<void> {
    const { req, res, caller, entityRef } = context;
    const requestId = requestIdOf(req);
    const event = await options.auditor.createEvent({
      eventId: 'schedule-mutate',
      severityLevel: 'medium',
      request: req,
      meta: { actionType: verb, entityRef, requestId },
    });
    let access: VmAccess | undefined;
    try {
      const answer = await work({ requestId }, seen => {
        access = seen;
      });
      await event.success();
      res.json(answer);
    } catch (error) {
      await event.fail({ error: error as Error });
      const details = detailsOf(error);
      if (details?.code === 'permission' || details?.code === 'not-bound') {
        const { principal } = caller.credentials;
        await options.denied.record({
          action: `schedule.${verb}`,
          actor: principal.userEntityRef,
          onBehalfOf: principal.actor?.subject,
          origin: 'portal',
          requestId,
          entityRef: entityRef || undefined,
          vm: access
            ? { ...access.ref, uid: access.vm.uid, owners: access.owners }
            : deniedVmOf(error),
          decision: 'deny',
          error: { code: details.code, message: (error as Error).message },
        });
      }
      throw error;
    }
  }

  /** @param read - the shape is checked before anybody is asked anything */
  const writing =
    <T>(
      verb: string,
      read: (context: RequestContext) => T,
      work: (
        access: VmAccess,
        input: T,
        origin: RequestOrigin,
      ) => Promise<ScheduleAnswer>,
    ): Handler =>
    async context => {
      const input = read(context);
      await acting(context, verb, async (origin, seen) => {
        const access = await gate.afresh(context.entityRef, context.caller, {
          live: true,
        });
        seen(access);
        return work(access, input, origin);
      });
    };

  const onOne = <Schema extends z.ZodTypeAny>(schema: Schema) => {
    return (context: RequestContext) => ({
      id: idOf(context),
      body: parse(schema, context.req.body),
    });
  };

  return {
    getScheduleLimits: async ({ res, entityRef, caller }) => {
      res.json(await views.limits(await gate.forRead(entityRef, caller)));
    },

    getScheduleCalendar: async ({ req, res, entityRef, caller }) => {
      const { from, to } = parse(calendarQuery, req.query);
      const access = await gate.forRead(entityRef, caller);
      res.json(await views.calendar(access, from, to));
    },

    previewSchedule: async ({ req, res, entityRef, caller }) => {
      const body = parse(previewScheduleBody, req.body);
      const access = await gate.forRead(entityRef, caller);
      const schedule =
        body.scheduleId === undefined
          ? undefined
          : await views.find(access, body.scheduleId);
      if (body.scheduleId !== undefined && !schedule) {
        throw absent(access, body.scheduleId);
      }
      res.json(await views.preview(body, schedule));
    },

    getSchedule: async context => {
      const id = idOf(context);
      const { minRevision, ...query } = parse(scheduleQuery, context.req.query);
      const access = await gate.forRead(context.entityRef, context.caller);
      if (minRevision !== undefined) {
        await changes.catchUp(minRevision);
      }
      const schedule = await views.find(access, id);
      if (!schedule) {
        throw absent(access, id);
      }
      context.res.json(await views.details(schedule, access, query));
    },

    createSchedule: writing(
      'create',
      ({ req }) => parse(createScheduleBody, req.body),
      (access, body, origin) => service.create(access, body, origin),
    ),

    updateSchedule: writing(
      'update',
      onOne(updateScheduleBody),
      (access, { id, body }, origin) =>
        service.update(access, id, body, origin),
    ),

    runSchedule: writing(
      'run',
      onOne(scheduleActBody),
      (access, { id, body }, origin) =>
        service.runNow(access, id, body, origin),
    ),

    pauseSchedule: writing(
      'pause',
      onOne(pauseScheduleBody),
      (access, { id, body }, origin) => service.pause(access, id, body, origin),
    ),

    resumeSchedule: writing(
      'resume',
      onOne(scheduleActBody),
      (access, { id, body }, origin) =>
        service.resume(access, id, body, origin),
    ),

    adoptSchedule: writing(
      'adopt',
      onOne(scheduleActBody),
      (access, { id, body }, origin) => service.adopt(access, id, body, origin),
    ),

    deleteSchedule: writing(
      'delete',
      onOne(deleteScheduleBody),
      (access, { id, body }, origin) =>
        service.delete(access, id, body, origin),
    ),

    listScheduleAuthors: async ({ res, caller }) => {
      res.json(await authorPauses.list(caller));
    },

    pauseScheduleAuthor: async context => {
      const body = parse(pauseAuthorBody, context.req.body);
      await acting(context, 'pause-author', async origin => {
        await authorPauses.admit(context.caller);
        return authorPauses.pause(context.caller, body, origin);
      });
    },

    resumeScheduleAuthor: async context => {
      const body = parse(pauseAuthorBody, context.req.body);
      await acting(context, 'resume-author', async origin => {
        await authorPauses.admit(context.caller);
        return authorPauses.resume(context.caller, body, origin);
      });
    },
  };
}

function absent(access: VmAccess, id: string): Error {
  return notFound(
    `VM ${access.ref.name} has no schedule ${id}`,
    'schedule-not-found',
  );
}
