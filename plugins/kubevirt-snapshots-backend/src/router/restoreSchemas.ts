// SPDX-License-Identifier: Apache-2.0
import {
  isRfc1123Subdomain,
  RESTORE_POWERS,
  type RestorePower,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { z } from 'zod';
import { operationId, reason, revision, uid } from './schemas';

const objectName = z
  .string()
  .refine(isRfc1123Subdomain, 'That cannot be the name of an object');

const volumes = z.enum(['new-names', 'in-place']);

/** Name of a restore in the path. */
export const restoreName = objectName;

/** Name of a claim in the path. */
export const claimName = objectName;

/** Query of a restore plan. */
export const planQuery = z.strictObject({ volumes: volumes.optional() });

/** Query of the list of restores. */
export const restoreListQuery = z.strictObject({
  snapshot: objectName.optional(),
  minRevision: revision.optional(),
});

/** Body of a restore. */
export const restoreBody = z.strictObject({
  operationId,
  vmUid: uid,
  snapshotUid: uid,
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'That is no hash of a plan'),
  power: z.enum(RESTORE_POWERS as [RestorePower, ...RestorePower[]]),
  startAfterwards: z.boolean(),
  safetySnapshot: z.boolean(),
  volumes,
  typedName: z.string().max(253).optional(),
  acknowledgedNames: z.array(objectName).max(256).optional(),
  reason: reason.optional(),
});

/** Body of stopping a restore. */
export const stopRestoreBody = z.strictObject({
  operationId,
  vmUid: uid,
  restoreUid: uid.optional(),
});

/** Body of clearing a restore. */
export const clearRestoreBody = z.strictObject({
  operationId,
  vmUid: uid,
  restoreUid: uid,
});

/** Body of a change of power. */
export const powerBody = z.strictObject({
  operationId,
  vmUid: uid,
  action: z.enum(['start', 'stop']),
});

/** Body of the deletion of a claim. */
export const deleteClaimBody = z.strictObject({
  operationId,
  vmUid: uid,
  claimUid: uid,
  typedName: z.string().max(253),
});
