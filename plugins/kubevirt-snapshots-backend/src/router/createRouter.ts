// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type {
  AuditorService,
  HttpAuthService,
  LoggerService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { snapshotCreatePermission } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  ProvidedVms,
} from 'backstage-plugin-kubevirt-snapshots-node';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import PromiseRouter from 'express-promise-router';
import type { DatabaseAuditTrail } from '../audit/DatabaseAuditTrail';
import type { DeniedRecorder } from '../audit/DeniedRecorder';
import { fromCluster } from '../authorization/fromCluster';
import type { MutationSwitch } from '../authorization/MutationSwitch';
import { askWhom, type Caller, type VmGate } from '../authorization/VmGate';
import type { CopyService } from '../copies/CopyService';
import { withEntity } from '../copies/withEntity';
import { badInput, notFound, refused } from '../errors';
import type { DatabaseOperationStore } from '../operations/DatabaseOperationStore';
import type { OperationIndex } from '../operations/OperationIndex';
import type { OperationService } from '../operations/OperationService';
import { toOperationView } from '../operations/operationView';
import type { ProtectionService } from '../protection/ProtectionService';
import type { ProtectionStore } from '../protection/ProtectionStore';
import type { Scheduling } from '../scheduling/Scheduling';
import type { EventStreams } from '../stream/EventStreams';
import type { FleetStreams } from '../stream/FleetStreams';
import { snapshotDetails } from '../views/snapshotDetails';
import type { FleetViews } from '../views/FleetViews';
import type { SnapshotViews } from '../views/SnapshotViews';
import { auditHandlers, type AuditHandlerOptions } from './auditHandlers';
import { copyHandlers } from './copyHandlers';
import { fleetHandlers } from './fleetHandlers';
import type { Handler, RequestContext } from './Handler';
import { operatorHandlers } from './operatorHandlers';
import { restoreHandlers, type RestoreHandlerOptions } from './restoreHandlers';
import { routes, type RouteDefinition, type RouteId } from './routes';
import { scheduleHandlers } from './scheduleHandlers';
import {
  deleteBody,
  entityParams,
  existingName,
  listQuery,
  parse,
  protectBody,
  stopBody,
  takeBody,
  unprotectBody,
} from './schemas';
import { createWriting } from './writing';

/** What the router needs. */
export interface RouterOptions
  extends AuditHandlerOptions,
    RestoreHandlerOptions {
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  auditor: AuditorService;
  logger: LoggerService;
  gate: VmGate;
  mutations: MutationSwitch;
  catalog: CatalogService;
  cluster: ClusterService;
  views: SnapshotViews;
  fleet: FleetViews;
  userInfo: UserInfoService;
  operations: OperationService;
  copies: CopyService;
  provided?: ProvidedVms;
  protections: ProtectionService;
  protectionStore: ProtectionStore;
  store: DatabaseOperationStore;
  index: OperationIndex;
  streams: EventStreams;
  fleetStreams: FleetStreams;
  denied: DeniedRecorder;
  trail: DatabaseAuditTrail;
  scheduling: Scheduling;
}

/** Limit of request bodies. */
const MAX_BODY = '16kb';

function callerOf(credentials: Caller['credentials'], req: Request): Caller {
  return {
    credentials,
    tokenDigest: createHash('sha256')
      .update(req.headers.authorization ?? '')
      .digest('base64'),
  };
}

/**
 * The plugin's HTTP API. Each request goes: shape checked → authorized →
 * service → answer.
 */
export function createRouter(options: RouterOptions): express.Router {
  const { gate, views, cluster } = options;

  const reading = ({ entityRef, caller }: RequestContext) =>
    gate.forRead(entityRef, caller);

  const writing = createWriting(options);

  const snapshotName = ({ req }: RequestContext) =>
    parse(existingName, req.params.snapshot);

  const handlers: Record<Exclude<RouteId, 'health'>, Handler> = {
    ...auditHandlers(options),

    ...operatorHandlers(options),

    ...restoreHandlers({ ...options, writing }),

    ...scheduleHandlers(options),

    ...fleetHandlers(options),

    ...copyHandlers({ copies: options.copies, reading, writing }),

    listSnapshots: async context => {
      const { minRevision, ...query } = parse(listQuery, context.req.query);
      const access = await reading(context);
      if (minRevision !== undefined) {
        await Promise.all([
          options.index.catchUp(minRevision),
          options.protectionStore.catchUp(minRevision),
          options.scheduling.changes.catchUp(minRevision),
        ]);
      }
      const list = views.list(access, query);
      context.res.json({
        ...list,
        scheduled:
          query.show === 'taken'
            ? []
            : await options.scheduling.views.list(access),
      });
    },

    getSnapshot: async context => {
      const name = snapshotName(context);
      const access = await reading(context);
      const found = views.find(access, name);
      if (!found) {
        throw notFound(
          `VM ${access.ref.name} has no snapshot ${name}`,
          'snapshot-not-found',
        );
      }
      context.res.json(
        await fromCluster(access.ref.cluster, () =>
          snapshotDetails({ ...found, vm: views.vm(access), cluster }),
        ),
      );
    },

    checkSnapshotName: async context => {
      const name = snapshotName(context);
      const access = await reading(context);
      if (!access.can(snapshotCreatePermission)) {
        throw refused(
          `You may not take snapshots of ${access.ref.name}. ${askWhom(
            access.owners,
          )}`,
          { code: 'permission', owners: access.owners },
        );
      }
      const free = options.operations.isNameFree(access, name);
      context.res.json({
        free,
        reason: free
          ? undefined
          : `The name is taken in namespace ${access.ref.namespace}`,
      });
    },

    getOperation: async context => {
      const id = context.req.params.operation;
      const access = await reading(context);
      const operation = /^[0-9a-f-]{36}$/i.test(id)
        ? await options.store.get(id)
        : undefined;
      if (
        !operation ||
        operation.vm.cluster !== access.ref.cluster ||
        operation.vm.namespace !== access.ref.namespace ||
        operation.vm.name !== access.ref.name ||
        operation.vmUid !== access.vm.uid
      ) {
        throw notFound(
          `VM ${access.ref.name} has no such operation`,
          'operation-not-found',
        );
      }
      context.res.json(
        await withEntity(
          toOperationView(operation),
          context.caller.credentials,
          options,
        ),
      );
    },

    streamEvents: async ({ res, caller, entityRef }) => {
      const access = await gate.afresh(entityRef, caller, { live: false });
      options.streams.serve({
        res,
        access,
        expiresAt: caller.credentials.expiresAt,
        decide: () => gate.afresh(entityRef, caller, { live: false }),
      });
    },

    takeSnapshot: writing(
      'snapshot.take',
      ({ req }) => parse(takeBody, req.body),
      (access, body, origin) => options.operations.take(access, body, origin),
    ),

    stopSnapshot: writing(
      'snapshot.stop',
      context => ({
        name: snapshotName(context),
        body: parse(stopBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        options.operations.stop(access, name, body, origin),
    ),

    deleteSnapshot: writing(
      'snapshot.delete',
      context => ({
        name: snapshotName(context),
        body: parse(deleteBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        options.operations.delete(access, name, body, origin),
    ),

    protectSnapshot: writing(
      'snapshot.protect',
      context => ({
        name: snapshotName(context),
        body: parse(protectBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        options.protections.protect(access, name, body, origin),
    ),

    unprotectSnapshot: writing(
      'snapshot.unprotect',
      context => ({
        name: snapshotName(context),
        body: parse(unprotectBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        options.protections.unprotect(access, name, body, origin),
    ),
  };

  const router = PromiseRouter();
  router.use(express.json({ limit: MAX_BODY }));
  router.use(withoutBody);
  for (const route of routes as readonly RouteDefinition[]) {
    router[route.method](route.path, async (req, res) => {
      if (route.door === 'open') {
        res.json({
          status: 'ok',
          audit: options.trail.refusal ? 'refusing' : 'ok',
        });
        return;
      }
      const credentials = await options.httpAuth.credentials(req, {
        allow: ['user'],
      });
      // Addresses of acts are written down by Backstage's auditor as they are.
      if (route.effect === 'write' && Object.keys(req.query).length > 0) {
        throw badInput('What is wanted goes into the body, not the query', '');
      }
      const entityRef =
        route.door === 'entity'
          ? stringifyEntityRef(parse(entityParams, pick(req.params)))
          : '';
      await handlers[route.id as keyof typeof handlers]({
        req,
        res,
        caller: callerOf(credentials, req),
        entityRef,
      });
    });
  }
  return router;
}

/**
 * The parser's error carries the body, which would go back in the answer and
 * into the log.
 */
function withoutBody(
  error: Error & { type?: string },
  _req: Request,
  _res: Response,
  next: NextFunction,
): void {
  next(
    error.type === 'entity.parse.failed'
      ? badInput('The body is no well-formed JSON', '')
      : error,
  );
}

function pick(params: Request['params']) {
  const { kind, namespace, name } = params;
  return { kind, namespace, name };
}
