// SPDX-License-Identifier: Apache-2.0
import { snapshotRestorePermission } from 'backstage-plugin-kubevirt-snapshots-common';
import { askWhom, type VmGate } from '../authorization/VmGate';
import { refused } from '../errors';
import type { OperationIndex } from '../operations/OperationIndex';
import type { LeftOverClaims } from '../restores/LeftOverClaims';
import type { RestoreHistory } from '../restores/RestoreHistory';
import type { RestoreReviewer } from '../restores/RestoreReviewer';
import type { RestoreService } from '../restores/RestoreService';
import type { Handler } from './Handler';
import {
  claimName,
  clearRestoreBody,
  deleteClaimBody,
  planQuery,
  powerBody,
  restoreBody,
  restoreListQuery,
  restoreName,
  stopRestoreBody,
} from './restoreSchemas';
import type { restoreRoutes } from './restoreRoutes';
import { existingName, parse } from './schemas';
import type { Writing } from './writing';

/** What the handlers of restores need. */
export interface RestoreHandlerOptions {
  gate: VmGate;
  index: OperationIndex;
  reviewer: RestoreReviewer;
  restores: RestoreService;
  restoreHistory: RestoreHistory;
  leftOver: LeftOverClaims;
}

/** Handlers of restores, of what they leave, and of power. */
export function restoreHandlers(
  options: RestoreHandlerOptions & { writing: Writing },
): Record<(typeof restoreRoutes)[number]['id'], Handler> {
  const { gate, restores, writing } = options;
  return {
    getRestorePlan: async ({ req, res, caller, entityRef }) => {
      const name = parse(existingName, req.params.snapshot);
      const { volumes = 'new-names' } = parse(planQuery, req.query);
      // Decided on the live VM, as what it is made from is live as well.
      const access = await gate.afresh(entityRef, caller, { live: true });
      if (!access.can(snapshotRestorePermission)) {
        throw refused(
          `You may not restore ${access.ref.name}. ${askWhom(access.owners)}`,
          { code: 'permission', owners: access.owners },
        );
      }
      const { plan } = await options.reviewer.review(access, name, volumes);
      res.json(plan);
    },

    restoreSnapshot: writing(
      'snapshot.restore',
      ({ req }) => ({
        name: parse(existingName, req.params.snapshot),
        body: parse(restoreBody, req.body),
      }),
      (access, { name, body }, origin) =>
        restores.restore(access, name, body, origin),
    ),

    listRestores: async ({ req, res, caller, entityRef }) => {
      const { snapshot, minRevision } = parse(restoreListQuery, req.query);
      const access = await gate.forRead(entityRef, caller);
      if (minRevision !== undefined) {
        await options.index.catchUp(minRevision);
      }
      res.json(await options.restoreHistory.list(access, snapshot));
    },

    stopRestore: writing(
      'restore.stop',
      ({ req }) => ({
        name: parse(restoreName, req.params.restore),
        body: parse(stopRestoreBody, req.body),
      }),
      (access, { name, body }, origin) =>
        restores.stop(access, name, body, origin),
    ),

    clearRestore: writing(
      'restore.clear',
      ({ req }) => ({
        name: parse(restoreName, req.params.restore),
        body: parse(clearRestoreBody, req.body),
      }),
      (access, { name, body }, origin) =>
        restores.clear(access, name, body, origin),
    ),

    changePower: writing(
      'vm.power',
      ({ req }) => parse(powerBody, req.body),
      (access, body, origin) => restores.power(access, body, origin),
    ),

    listLeftOverClaims: async ({ res, caller, entityRef }) => {
      const access = await gate.forRead(entityRef, caller);
      res.json(await options.leftOver.list(access));
    },

    deleteClaim: writing(
      'disk.delete',
      ({ req }) => ({
        name: parse(claimName, req.params.claim),
        body: parse(deleteClaimBody, req.body),
      }),
      (access, { name, body }, origin) =>
        restores.deleteClaim(access, name, body, origin),
    ),
  };
}
