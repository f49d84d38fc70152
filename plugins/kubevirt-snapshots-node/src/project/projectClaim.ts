// SPDX-License-Identifier: Apache-2.0
import { LABEL_STATE } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClaimRecord } from '../cluster/types';
import { parseQuantity } from './quantity';
import { at, identity, objects, Raw, textAt } from './raw';

/** KubeVirt's mark on claims that a restore has made: `<name>-<uid>` of it. */
export const LAST_RESTORE = 'restore.kubevirt.io/lastRestoreUID';

/** Trims a PersistentVolumeClaim. undefined when it has no identity. */
export function projectClaim(
  cluster: string,
  raw: Raw,
): ClaimRecord | undefined {
  const id = identity(raw);
  if (!id) {
    return undefined;
  }
  const stateOf = textAt(raw, ['metadata', 'labels', LABEL_STATE], 63);
  return {
    cluster,
    namespace: id.namespace,
    name: id.name,
    uid: id.uid,
    resourceVersion: id.resourceVersion,
    deleting: at(raw, 'metadata', 'deletionTimestamp') !== undefined,
    phase: textAt(raw, ['status', 'phase'], 64) ?? 'Pending',
    bytes:
      parseQuantity(at(raw, 'status', 'capacity', 'storage')) ??
      parseQuantity(at(raw, 'spec', 'resources', 'requests', 'storage')),
    storageClass: textAt(raw, ['spec', 'storageClassName']),
    createdAt: id.createdAt,
    madeBy: textAt(raw, ['metadata', 'annotations', LAST_RESTORE], 512),
    ...(stateOf && { stateOf }),
    owners: objects(at(raw, 'metadata', 'ownerReferences'), 16).map(owner => ({
      kind: textAt(owner, ['kind'], 64) ?? '',
      name: textAt(owner, ['name']) ?? '',
      uid: textAt(owner, ['uid'], 64) ?? '',
    })),
  };
}
