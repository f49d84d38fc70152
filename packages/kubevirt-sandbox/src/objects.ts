// SPDX-License-Identifier: Apache-2.0
import { parseAllDocuments } from 'yaml';
import { ObjectApi } from './api/objectApi';
import { resourceByKind, resourceKey, ResourceType } from './api/resources';
import { parseLabelSelector } from './api/selectors';
import { ApiError, badRequest } from './api/status';
import { ADMIN } from './api/tokens';
import { deepCopy } from './json';
import { ObjectStore } from './storage/objectStore';
import type { KubeObject, ObjectRef, SandboxObjects } from './types';

function typeOf(ref: { apiVersion: string; kind: string }): ResourceType {
  const type = resourceByKind(ref.apiVersion, ref.kind);
  if (!type) {
    throw badRequest(
      `no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`,
    );
  }
  return type;
}

function versionOf(apiVersion: string): string {
  return apiVersion.split('/').pop()!;
}

/** In-process access as the admin. */
export class LocalObjects implements SandboxObjects {
  readonly #store: ObjectStore;
  readonly #api: ObjectApi;

  constructor(options: { store: ObjectStore; api: ObjectApi }) {
    this.#store = options.store;
    this.#api = options.api;
  }

  create(object: KubeObject): KubeObject {
    const type = typeOf(object);
    return deepCopy(
      this.#api.create(
        type,
        this.#namespace(type, object.metadata.namespace),
        object,
        { user: ADMIN, version: versionOf(object.apiVersion) },
      ),
    );
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const type = typeOf(ref);
    return deepCopy(
      this.#store.get(
        resourceKey(type),
        this.#namespace(type, ref.namespace),
        ref.name,
      ),
    );
  }

  list(query: {
    apiVersion: string;
    kind: string;
    namespace?: string;
    labelSelector?: string;
  }): KubeObject[] {
    const matches = parseLabelSelector(query.labelSelector ?? '');
    return this.#store
      .list(resourceKey(typeOf(query)), query.namespace)
      .filter(matches)
      .map(deepCopy);
  }

  update(
    object: KubeObject,
    options: { subresource?: 'status' } = {},
  ): KubeObject {
    const type = typeOf(object);
    return deepCopy(
      this.#api.update(
        type,
        this.#namespace(type, object.metadata.namespace),
        object.metadata.name!,
        object,
        { user: ADMIN, version: versionOf(object.apiVersion), ...options },
      ),
    );
  }

  patch(
    ref: ObjectRef,
    patch: object | object[],
    options: { subresource?: 'status' } = {},
  ): KubeObject {
    const type = typeOf(ref);
    return deepCopy(
      this.#api.patch(
        type,
        this.#namespace(type, ref.namespace),
        ref.name,
        Array.isArray(patch)
          ? 'application/json-patch+json'
          : 'application/merge-patch+json',
        patch,
        { user: ADMIN, ...options },
      ),
    );
  }

  remove(
    ref: ObjectRef,
    options: {
      preconditions?: { uid?: string; resourceVersion?: string };
    } = {},
  ): boolean {
    const type = typeOf(ref);
    try {
      this.#api.delete(
        type,
        this.#namespace(type, ref.namespace),
        ref.name,
        options,
      );
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) {
        return false;
      }
      throw error;
    }
  }

  /** Create or replace every document of a YAML. */
  apply(yaml: string): void {
    const objects = parseAllDocuments(yaml)
      .map(document => {
        if (document.errors.length > 0) {
          throw document.errors[0];
        }
        return document.toJS() as KubeObject | null;
      })
      .filter((object): object is KubeObject => object !== null)
      .flatMap(object => (object.kind === 'List' ? object.items : [object]));
    for (const object of objects) {
      const { name, namespace } = object.metadata;
      const ref = { ...object, namespace, name: name! };
      const current = this.get(ref);
      if (current) {
        this.update({
          ...object,
          metadata: {
            ...object.metadata,
            resourceVersion: current.metadata.resourceVersion,
            finalizers: current.metadata.finalizers,
          },
          ...(object.kind === 'Namespace' && { spec: current.spec }),
          // a token already given out stays good
          ...(object.kind === 'Secret' && {
            data: { ...current.data, ...object.data },
          }),
        });
      } else {
        this.create(object);
      }
    }
  }

  #namespace(type: ResourceType, namespace: string | undefined) {
    return type.namespaced ? namespace ?? 'default' : undefined;
  }
}
