// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';
import type { ResourceType } from './resources';

/** What the API server sets on new objects of its own kinds. */
export function prepareBuiltin(type: ResourceType, object: KubeObject): void {
  const { metadata } = object;
  switch (type.kind) {
    case 'Namespace':
      object.spec = { finalizers: ['kubernetes'] };
      object.status = { phase: 'Active' };
      metadata.labels = {
        ...metadata.labels,
        'kubernetes.io/metadata.name': metadata.name!,
      };
      break;
    case 'PersistentVolumeClaim':
      metadata.finalizers = [
        ...new Set([
          ...(metadata.finalizers ?? []),
          'kubernetes.io/pvc-protection',
        ]),
      ];
      object.spec = { volumeMode: 'Filesystem', ...object.spec };
      object.status = { phase: 'Pending' };
      break;
    case 'Pod':
      object.status = { phase: 'Pending', qosClass: 'BestEffort' };
      break;
    case 'Secret':
      object.type ??= 'Opaque';
      if (object.stringData) {
        object.data = { ...object.data };
        for (const [key, value] of Object.entries(object.stringData)) {
          object.data[key] = Buffer.from(String(value)).toString('base64');
        }
        delete object.stringData;
      }
      break;
    case 'StorageClass':
      object.reclaimPolicy ??= 'Delete';
      object.volumeBindingMode ??= 'Immediate';
      break;
    case 'ClusterRole':
    case 'Role':
      object.rules ??= null;
      break;
    case 'ClusterRoleBinding':
    case 'RoleBinding':
      for (const subject of object.subjects ?? []) {
        if (subject.kind !== 'ServiceAccount') {
          subject.apiGroup ??= 'rbac.authorization.k8s.io';
        }
      }
      break;
    default:
  }
}
