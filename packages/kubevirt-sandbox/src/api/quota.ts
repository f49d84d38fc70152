// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { resourceKey, ResourceType } from './resources';
import { ApiError, qualified } from './status';

/** Object count quotas (`count/<plural>.<group>`); quotas on sizes are not imitated. */
export function checkQuota(
  store: ObjectStore,
  type: ResourceType,
  object: KubeObject,
): void {
  if (!type.namespaced) {
    return;
  }
  const namespace = object.metadata.namespace!;
  const names = [`count/${qualified(type)}`];
  if (type.group === '' && type.plural === 'persistentvolumeclaims') {
    names.push('persistentvolumeclaims');
  }
  for (const quota of store.list('/resourcequotas', namespace)) {
    for (const name of names) {
      const limit = quota.spec?.hard?.[name];
      if (limit !== undefined) {
        const used = store.list(resourceKey(type), namespace).length;
        if (used + 1 > Number(limit)) {
          throw new ApiError({
            code: 403,
            reason: 'Forbidden',
            message: `${qualified(type)} "${
              object.metadata.name
            }" is forbidden: exceeded quota: ${
              quota.metadata.name
            }, requested: ${name}=1, used: ${name}=${used}, limited: ${name}=${limit}`,
            details: {
              name: object.metadata.name,
              ...(type.group && { group: type.group }),
              kind: type.plural,
            },
          });
        }
      }
    }
  }
}
