// SPDX-License-Identifier: Apache-2.0
import { deepEqual } from '../../json';
import type { OwnerReference } from '../../types';
import type { RbacAuthorizer } from '../rbac';
import { resourceByKind } from '../resources';
import { ApiError, qualified } from '../status';
import type { AdmissionRequest } from './admission';

function forbidden({ type, object }: AdmissionRequest, text: string): ApiError {
  const name = object.metadata.name!;
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(type)} "${name}" is forbidden: ${text}`,
    details: {
      name,
      ...(type.group && { group: type.group }),
      kind: type.plural,
    },
  });
}

const blocking = (owners: OwnerReference[] | undefined) =>
  (owners ?? []).filter(owner => owner.blockOwnerDeletion);

/**
 * The plug-in OwnerReferencesPermissionEnforcement, which OpenShift runs with: an owner is changed by those who may
 * delete the object, and one whose deletion is to be blocked is named by those who may change its finalizers.
 *
 * @throws ApiError 403
 */
export function checkOwnerReferences(
  rbac: RbacAuthorizer,
  request: AdmissionRequest,
): void {
  const { type, object, oldObject, user } = request;
  const owners = object.metadata.ownerReferences;
  const before = oldObject?.metadata.ownerReferences;
  if (request.subresource || deepEqual(owners ?? [], before ?? [])) {
    return;
  }
  const { namespace, name } = object.metadata;
  const mayDelete = () =>
    rbac.decide(user, {
      verb: 'delete',
      group: type.group,
      resource: type.plural,
      ...(namespace && { namespace }),
      ...(name && { name }),
    }).allowed;
  if (request.operation === 'UPDATE' && !mayDelete()) {
    throw forbidden(
      request,
      "cannot set an ownerRef on a resource you can't delete: , <nil>",
    );
  }
  const known = new Set(blocking(before).map(owner => owner.uid));
  for (const owner of blocking(owners).filter(({ uid }) => !known.has(uid))) {
    const kind = resourceByKind(owner.apiVersion, owner.kind);
    if (!kind) {
      throw forbidden(
        request,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`,
      );
    }
    const { allowed } = rbac.decide(user, {
      verb: 'update',
      group: kind.group,
      resource: `${kind.plural}/finalizers`,
      name: owner.name,
      ...(kind.namespaced && namespace && { namespace }),
    });
    if (!allowed) {
      throw forbidden(
        request,
        "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>",
      );
    }
  }
}
