// SPDX-License-Identifier: Apache-2.0
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  ProvidedVms,
} from 'backstage-plugin-kubevirt-snapshots-node';

/**
 * Adds to an operation that has made a VM the entity that stands for it, once
 * the catalog has it and the person may read it.
 */
export async function withEntity(
  view: OperationView,
  credentials: BackstageCredentials,
  options: {
    catalog: CatalogService;
    cluster: ClusterService;
    provided?: ProvidedVms;
  },
): Promise<OperationView> {
  const { clone } = view;
  const vm = clone?.vmUid ? options.cluster.vm(clone.vm) : undefined;
  const entityRef =
    vm?.uid === clone?.vmUid && vm
      ? options.provided?.entityRefOf(vm)
      : undefined;
  if (!clone || !entityRef) {
    return view;
  }
  const entity = await options.catalog
    .getEntityByRef(entityRef, { credentials })
    // A catalog that is away takes nothing from the operation.
    .catch(() => undefined);
  return entity ? { ...view, clone: { ...clone, entityRef } } : view;
}
