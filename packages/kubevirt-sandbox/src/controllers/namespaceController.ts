// SPDX-License-Identifier: Apache-2.0
import { R, RESOURCE_TYPES, resourceKey } from '../api/resources';
import type { KubeObject } from '../types';
import { Controller } from './controller';

const LOOK_AGAIN_MS = 50;

/** Gives namespaces their default service account and empties those that are deleted. */
export class NamespaceController extends Controller {
  protected readonly resource = R.namespace;

  protected reconcile(namespace: KubeObject): number | undefined {
    const name = namespace.metadata.name!;
    if (namespace.metadata.deletionTimestamp) {
      return this.#empty(namespace, name);
    }
    if (!this.store.get(R.serviceAccount, name, 'default')) {
      this.client.create(R.serviceAccount, {
        metadata: { name: 'default', namespace: name },
      });
    }
    if (!this.store.get(R.configMap, name, 'kube-root-ca.crt')) {
      this.client.create(R.configMap, {
        metadata: {
          name: 'kube-root-ca.crt',
          namespace: name,
          annotations: {
            'kubernetes.io/description':
              'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
          },
        },
        data: { 'ca.crt': '' },
      });
    }
    return undefined;
  }

  #empty(namespace: KubeObject, name: string): number | undefined {
    let left = 0;
    for (const type of RESOURCE_TYPES.filter(entry => entry.namespaced)) {
      for (const object of this.store.list(resourceKey(type), name)) {
        left += 1;
        if (!object.metadata.deletionTimestamp) {
          this.client.remove(resourceKey(type), object);
        }
      }
    }
    if (left > 0) {
      return LOOK_AGAIN_MS;
    }
    this.client.change(R.namespace, namespace, copy => {
      copy.spec.finalizers = [];
    });
    return undefined;
  }
}
