// SPDX-License-Identifier: Apache-2.0
import {
  snapshotClonePermission,
  snapshotTemplatePermission,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { askWhom, type VmAccess } from '../authorization/VmGate';
import type { CopyKind, CopyService } from '../copies/CopyService';
import { refused } from '../errors';
import {
  askedName,
  cloneBody,
  operationIdParam,
  stopCopyBody,
  templateBody,
} from './copySchemas';
import type { Handler, RequestContext } from './Handler';
import { existingName, parse } from './schemas';
import type { Writing } from './writing';

/** Handlers of Create VM and Create VM template. */
export function copyHandlers(options: {
  copies: CopyService;
  reading: (context: RequestContext) => Promise<VmAccess>;
  writing: Writing;
}): Record<
  | 'reviewClone'
  | 'cloneSnapshot'
  | 'checkVmName'
  | 'reviewTemplate'
  | 'templateSnapshot'
  | 'checkTemplateName'
  | 'stopClone'
  | 'stopTemplate',
  Handler
> {
  const { copies, reading, writing } = options;
  const snapshotOf = ({ req }: RequestContext) =>
    parse(existingName, req.params.snapshot);
  const mayAsk = (
    access: VmAccess,
    permission:
      | typeof snapshotClonePermission
      | typeof snapshotTemplatePermission,
  ) => {
    if (!access.can(permission)) {
      throw refused(
        `You may not make anything from snapshots of ${
          access.ref.name
        }. ${askWhom(access.owners)}`,
        { code: 'permission', owners: access.owners },
      );
    }
  };
  const stopping = (kind: CopyKind) =>
    writing(
      `${kind}.stop`,
      ({ req }) => ({
        id: parse(operationIdParam, req.params.operation),
        body: parse(stopCopyBody, req.body),
      }),
      (access, { id, body }, origin) =>
        copies.stop(kind, access, id, body, origin),
    );
  return {
    reviewClone: async context => {
      const name = snapshotOf(context);
      const access = await reading(context);
      context.res.json(await copies.reviewClone(access, name));
    },

    reviewTemplate: async context => {
      const name = snapshotOf(context);
      const access = await reading(context);
      context.res.json(await copies.reviewTemplate(access, name));
    },

    checkVmName: async context => {
      const name = parse(askedName, context.req.params.target);
      const access = await reading(context);
      mayAsk(access, snapshotClonePermission);
      context.res.json(copies.names.checkVmName(access, name));
    },

    checkTemplateName: async context => {
      const name = parse(askedName, context.req.params.target);
      const access = await reading(context);
      mayAsk(access, snapshotTemplatePermission);
      context.res.json(await copies.names.checkTemplateName(access, name));
    },

    cloneSnapshot: writing(
      'snapshot.clone',
      context => ({
        name: snapshotOf(context),
        body: parse(cloneBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        copies.clone(access, name, body, origin),
    ),

    templateSnapshot: writing(
      'snapshot.template',
      context => ({
        name: snapshotOf(context),
        body: parse(templateBody, context.req.body),
      }),
      (access, { name, body }, origin) =>
        copies.template(access, name, body, origin),
    ),

    stopClone: stopping('clone'),

    stopTemplate: stopping('template'),
  };
}
