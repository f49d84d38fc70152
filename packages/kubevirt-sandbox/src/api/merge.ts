// SPDX-License-Identifier: Apache-2.0
import { deepCopy, deepEqual } from '../json';
import type { KubeObject } from '../types';
import type { WriteOptions } from './objectApi';
import type { ResourceType } from './resources';

function sameContent(type: ResourceType, left: KubeObject, right: KubeObject) {
  const bare = (object: KubeObject) => ({
    ...object,
    metadata: undefined,
    ...(type.status && { status: undefined }),
  });
  return deepEqual(bare(left), bare(right));
}

/** What a client may change, on top of what it may not. */
export function merge(
  type: ResourceType,
  current: KubeObject,
  object: KubeObject,
  subresource: WriteOptions['subresource'],
): KubeObject {
  if (subresource === 'status') {
    const next = deepCopy(current);
    if (object.status === undefined) {
      delete next.status;
    } else {
      next.status = object.status;
    }
    return next;
  }
  const next = deepCopy(object);
  if (type.status) {
    if (current.status === undefined) {
      delete next.status;
    } else {
      next.status = deepCopy(current.status);
    }
  }
  const { metadata } = current;
  next.metadata = {
    ...next.metadata,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    creationTimestamp: metadata.creationTimestamp,
    generation: metadata.generation,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
  };
  delete next.metadata.managedFields;
  for (const field of ['finalizers', 'ownerReferences'] as const) {
    if (next.metadata[field]?.length === 0) {
      delete next.metadata[field];
    }
  }
  for (const field of ['labels', 'annotations'] as const) {
    if (next.metadata[field] && !Object.keys(next.metadata[field]!).length) {
      delete next.metadata[field];
    }
  }
  const tidy = deepCopy(next);
  if (type.custom && !sameContent(type, tidy, current)) {
    tidy.metadata.generation = (metadata.generation ?? 0) + 1;
  }
  return tidy;
}
