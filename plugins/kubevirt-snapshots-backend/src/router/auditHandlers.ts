// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type {
  AuditorService,
  LoggerService,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  auditAdministerPermission,
  auditExportPermission,
  auditReadPermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { Response } from 'express';
import type { Knex } from 'knex';
import type { DeniedRecorder } from '../audit/DeniedRecorder';
import { AuditReader } from '../audit/reading/AuditReader';
import { exportCsv, exportNdjson } from '../audit/reading/exportTrail';
import { scopeOf, type VmScope } from '../authorization/vmScope';
import type { AuditFacts } from '../audit/types';
import type { VerificationRunner } from '../audit/VerificationRunner';
import { askWhom, type Caller, type VmGate } from '../authorization/VmGate';
import type { Clock } from '../database/Clock';
import { notFound, refused } from '../errors';
import type { Handler } from './Handler';
import type { auditRoutes } from './auditRoutes';
import {
  auditQuery,
  exportQuery,
  historyQuery,
  rowNumber,
} from './auditSchemas';
import { parse } from './schemas';

/** What the audit routes need. */
export interface AuditHandlerOptions {
  knex: Knex;
  clock: Clock;
  logger: LoggerService;
  auditor: AuditorService;
  permissions: PermissionsService;
  permissionsRegistry: PermissionsRegistryService;
  gate: VmGate;
  verification: VerificationRunner;
  /** Takes down who read the trail. */
  reads: DeniedRecorder;
}

type AuditRouteId = (typeof auditRoutes)[number]['id'];

const NOT_ALL =
  'You may see only what concerns certain VMs, and this tells of the whole audit trail';

/** What somebody asked the trail, as far as it was said. */
function asFacts(query: Record<string, unknown>): AuditFacts {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        typeof value === 'number' ? value : String(value),
      ]),
  );
}

/** Handlers of the audit routes, by their ids. */
export function auditHandlers(
  options: AuditHandlerOptions,
): Record<AuditRouteId, Handler> {
  const { gate, permissions, verification } = options;
  const reader = new AuditReader(options);

  const scopeFor = async (
    caller: Caller,
    permission: ResourcePermission,
  ): Promise<VmScope> => {
    const [decision] = await permissions.authorizeConditional(
      [{ permission }],
      {
        credentials: caller.credentials,
      },
    );
    const scope = scopeOf(decision, options.permissionsRegistry);
    if (!scope) {
      throw refused('You may not see the audit trail');
    }
    return scope;
  };

  /** Reading the trail is itself recorded, once a minute for each reader. */
  const record = async (
    { principal }: Caller['credentials'],
    action: string,
    query: Record<string, unknown>,
  ) =>
    options.reads.record({
      action,
      actor: principal.userEntityRef,
      onBehalfOf: principal.actor?.subject,
      origin: 'portal',
      options: asFacts(query),
    });

  return {
    getHistory: async ({ req, res, caller, entityRef }) => {
      const query = parse(historyQuery, req.query);
      const access = await gate.forRead(entityRef, caller);
      if (!access.can(auditReadPermission)) {
        throw refused(
          `You may not see the history of ${access.ref.name}. ${askWhom(
            access.owners,
          )}`,
          { code: 'permission', owners: access.owners },
        );
      }
      res.json(
        await reader.history({
          vm: access.ref,
          uid: access.vm.uid,
          former: resource => access.can(auditReadPermission, resource),
          query,
        }),
      );
    },

    listAudit: async ({ req, res, caller }) => {
      const query = parse(auditQuery, req.query);
      const scope = await scopeFor(caller, auditReadPermission);
      const list = await reader.list(scope, query);
      await record(caller.credentials, 'audit.read', query);
      res.json({ ...list, everything: scope === 'everything' });
    },

    getAuditRow: async ({ req, res, caller }) => {
      const seq = parse(rowNumber, req.params.seq);
      const scope = await scopeFor(caller, auditReadPermission);
      const details = await reader.details(scope, seq);
      if (!details) {
        throw notFound(
          `There is no row ${seq} of the audit trail that you may see`,
          'audit-row-not-found',
        );
      }
      await record(caller.credentials, 'audit.read', { row: seq });
      res.json(details);
    },

    exportAudit: async ({ req, res, caller }) => {
      const {
        format = 'ndjson',
        after,
        ...filters
      } = parse(exportQuery, req.query);
      const scope = await scopeFor(caller, auditExportPermission);
      await record(caller.credentials, 'audit.export', {
        format,
        after,
        ...filters,
      });
      const event = await options.auditor.createEvent({
        eventId: 'audit-export',
        severityLevel: 'medium',
        request: req,
        meta: { format, after },
      });
      const make = format === 'csv' ? exportCsv : exportNdjson;
      const chunks = make({ ...options, scope, filters, after });
      res.set({
        'content-type':
          format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'content-disposition': `attachment; filename="audit.${format}"`,
        'cache-control': 'no-store, no-transform',
      });
      try {
        await send(res, chunks);
        await event.success();
      } catch (error) {
        await event.fail({ error: error as Error });
        options.logger.error(
          'An export of the audit trail broke off',
          error as Error,
        );
        // Its last line is missing, which tells whoever verifies it.
        res.destroy();
      }
    },

    getAuditVerification: async ({ res, caller }) => {
      if ((await scopeFor(caller, auditReadPermission)) !== 'everything') {
        throw refused(NOT_ALL);
      }
      res.json(await verification.view());
    },

    verifyAudit: async ({ req, res, caller }) => {
      const [decision] = await permissions.authorize(
        [{ permission: auditAdministerPermission }],
        { credentials: caller.credentials },
      );
      if (decision.result !== AuthorizeResult.ALLOW) {
        throw refused('You may not have the audit trail verified');
      }
      const { userEntityRef } = caller.credentials.principal;
      const event = await options.auditor.createEvent({
        eventId: 'audit-verify',
        severityLevel: 'medium',
        request: req,
      });
      verification.run(userEntityRef);
      await event.success();
      res.json(await verification.view());
    },
  };
}

/** Sends as fast as it is taken, and stops when nobody listens any more. */
async function send(
  res: Response,
  chunks: AsyncIterable<string>,
): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  for await (const chunk of chunks) {
    if (gone.signal.aborted) {
      return;
    }
    if (!res.write(chunk)) {
      await once(res, 'drain', { signal: gone.signal }).catch(() => {});
    }
  }
  res.end();
}
