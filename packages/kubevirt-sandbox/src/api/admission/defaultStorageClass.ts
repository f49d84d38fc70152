// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../../storage/objectStore';
import type { KubeObject } from '../../types';
import { resourceKey, ResourceType } from '../resources';

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const STORAGE_CLASSES = 'storage.k8s.io/storageclasses';

/**
 * What Kubernetes' DefaultStorageClass admission does: a claim that names no
 * class gets the default one, of several the youngest. `""` means none.
 */
export function setDefaultStorageClass(
  store: ObjectStore,
  type: ResourceType,
  object: KubeObject,
): void {
  if (
    resourceKey(type) !== '/persistentvolumeclaims' ||
    object.spec?.storageClassName !== undefined
  ) {
    return;
  }
  const [youngest] = store
    .list(STORAGE_CLASSES)
    .filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')
    .sort((a, b) =>
      String(b.metadata.creationTimestamp).localeCompare(
        String(a.metadata.creationTimestamp),
      ),
    );
  if (youngest) {
    object.spec.storageClassName = youngest.metadata.name;
  }
}
