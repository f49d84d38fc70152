// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { Clock, toKubeTime } from '../clock';
import { deepCopy, deepEqual, isObject } from '../json';
import { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { Admission } from './admission/admission';
import { setDefaultStorageClass } from './admission/defaultStorageClass';
import { prepareBuiltin } from './builtins';
import { checkNamespace, decode, patched } from './decode';
import { merge } from './merge';
import { generatedName, metadataErrors } from './names';
import { checkQuota } from './quota';
import { groupVersion, resourceKey, ResourceType } from './resources';
import { validateSchema } from './schemaValidation';
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  FieldError,
  invalid,
  invalidValue,
  notFound,
  STALE,
} from './status';

export type UserInfo = { name: string; groups: string[]; uid?: string };

export type WriteOptions = {
  user: UserInfo;
  dryRun?: boolean;
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** Filled with texts for the Warning header. */
  warnings?: string[];
  subresource?: 'status';
  /** The version in the URL; default the stored one. */
  version?: string;
};

export type DeleteOptions = {
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
};

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** Writes as the API server performs them: decode, default, mutate, validate, admit, store. */
export class ObjectApi {
  readonly #store: ObjectStore;
  readonly #admission: Admission;
  readonly #clock: Clock;

  constructor(options: {
    store: ObjectStore;
    admission: Admission;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#admission = options.admission;
    this.#clock = options.clock;
  }

  get(type: ResourceType, namespace: string | undefined, name: string) {
    const object = this.#store.get(resourceKey(type), namespace, name);
    if (!object) {
      throw notFound(type, name);
    }
    return object;
  }

  create(
    type: ResourceType,
    namespace: string | undefined,
    body: unknown,
    options: WriteOptions,
  ): KubeObject {
    const object = decode(type, body, options);
    const { metadata } = object;
    checkNamespace(type, namespace, object);
    if (metadata.resourceVersion) {
      throw new ApiError({
        code: 500,
        message: 'resourceVersion should not be set on objects to be created',
      });
    }
    if (!metadata.name && metadata.generateName) {
      metadata.name = generatedName(metadata.generateName);
    }
    if (type.custom && type.status) {
      delete object.status;
    }
    metadata.uid = randomUUID();
    metadata.creationTimestamp = toKubeTime(this.#clock.now());
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.managedFields;
    if (type.custom) {
      metadata.generation = 1;
    } else {
      delete metadata.generation;
      prepareBuiltin(type, object);
    }
    this.#requireNamespace(type, namespace);
    const request = { operation: 'CREATE' as const, type, object, ...options };
    setDefaultStorageClass(this.#store, type, object);
    this.#admission.mutate(request);
    this.#validate(type, object);
    this.#admission.validate(request);
    checkQuota(this.#store, type, object);
    const existing = this.#store.get(
      resourceKey(type),
      namespace,
      metadata.name!,
    );
    if (existing) {
      throw alreadyExists(
        type,
        metadata.name!,
        existing.metadata.deletionTimestamp ? 'object is being deleted: ' : '',
      );
    }
    return options.dryRun ? object : this.#store.put(resourceKey(type), object);
  }

  update(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: WriteOptions,
  ): KubeObject {
    const object = decode(type, body, options);
    checkNamespace(type, namespace, object);
    if (object.metadata.name !== undefined && object.metadata.name !== name) {
      throw badRequest(
        `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    object.metadata.name = name;
    const current = this.get(type, namespace, name);
    if (!object.metadata.resourceVersion && type.custom) {
      throw invalid(
        type,
        name,
        [
          invalidValue(
            'metadata.resourceVersion',
            0,
            'must be specified for an update',
          ),
        ],
        'plural',
      );
    }
    return this.#replace(type, current, object, options);
  }

  patch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    contentType: string,
    patch: unknown,
    options: WriteOptions,
  ): KubeObject {
    const current = this.get(type, namespace, name);
    const shown = {
      ...current,
      apiVersion: groupVersion(type.group, options.version ?? type.versions[0]),
    };
    const result = patched(type, shown, contentType, patch);
    if (!isObject(result)) {
      throw badRequest('the patched object is not an object');
    }
    const object = decode(type, result, options);
    if (object.metadata.name !== name) {
      throw badRequest(
        `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    return this.#replace(type, current, object, options);
  }

  /** The object when finalizers hold it, else undefined: it is gone. */
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    request: DeleteOptions,
    options: { dryRun?: boolean } = {},
  ): { object: KubeObject; gone: boolean } {
    const current = this.get(type, namespace, name);
    const { uid, resourceVersion } = request.preconditions ?? {};
    if (uid !== undefined && uid !== current.metadata.uid) {
      throw conflict(
        type,
        name,
        `the UID in the precondition (${uid}) does not match the UID in record (${current.metadata.uid}). The object might have been deleted and then recreated`,
        'kind',
      );
    }
    if (
      resourceVersion !== undefined &&
      resourceVersion !== current.metadata.resourceVersion
    ) {
      throw conflict(
        type,
        name,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${current.metadata.resourceVersion}). The object might have been modified`,
        'kind',
      );
    }
    const finalizers = this.#finalizersFor(current, request);
    const held =
      finalizers.length > 0 || (current.spec?.finalizers?.length ?? 0) > 0;
    if (!held) {
      if (!options.dryRun) {
        this.#store.remove(resourceKey(type), namespace, name);
      }
      return { object: current, gone: true };
    }
    if (current.metadata.deletionTimestamp) {
      return { object: current, gone: false };
    }
    const object = deepCopy(current);
    object.metadata.finalizers = finalizers;
    object.metadata.deletionTimestamp = toKubeTime(this.#clock.now());
    object.metadata.deletionGracePeriodSeconds = 0;
    if (finalizers.length === 0) {
      // a namespace is held by spec.finalizers alone
      delete object.metadata.finalizers;
      delete object.metadata.deletionGracePeriodSeconds;
      object.status = { ...object.status, phase: 'Terminating' };
    }
    if (object.metadata.generation !== undefined) {
      object.metadata.generation += 1;
    }
    return {
      object: options.dryRun
        ? object
        : this.#store.put(resourceKey(type), object),
      gone: false,
    };
  }

  #finalizersFor(object: KubeObject, request: DeleteOptions): string[] {
    const finalizers = [...(object.metadata.finalizers ?? [])];
    const extra =
      request.propagationPolicy === 'Foreground'
        ? FOREGROUND
        : request.propagationPolicy === 'Orphan' && ORPHAN;
    if (extra && !finalizers.includes(extra)) {
      const hasDependents =
        this.#store.dependentsOf(object.metadata.uid!).length > 0;
      if (hasDependents) {
        finalizers.push(extra);
      }
    }
    return finalizers;
  }

  #requireNamespace(type: ResourceType, namespace: string | undefined): void {
    if (!type.namespaced || namespace === undefined) {
      return;
    }
    const found = this.#store.get('/namespaces', undefined, namespace);
    if (!found) {
      throw notFound({ group: '', plural: 'namespaces' }, namespace);
    }
    if (found.metadata.deletionTimestamp) {
      throw new ApiError({
        code: 403,
        reason: 'Forbidden',
        message: `unable to create new content in namespace ${namespace} because it is being terminated`,
        details: {
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      });
    }
  }

  #validate(type: ResourceType, object: KubeObject, extra: FieldError[] = []) {
    const errors = [
      ...metadataErrors(type, object),
      ...extra,
      ...(type.schema ? validateSchema(object, type.schema) : []),
    ];
    if (errors.length > 0) {
      throw invalid(type, object.metadata.name ?? '', errors);
    }
  }

  #replace(
    type: ResourceType,
    current: KubeObject,
    object: KubeObject,
    options: WriteOptions,
  ): KubeObject {
    const name = current.metadata.name!;
    const { uid, resourceVersion } = object.metadata;
    if (uid && uid !== current.metadata.uid) {
      throw conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    }
    if (
      resourceVersion &&
      resourceVersion !== current.metadata.resourceVersion
    ) {
      throw conflict(type, name, STALE);
    }
    const next = merge(type, current, object, options.subresource);
    const errors: FieldError[] = [];
    if (current.metadata.deletionTimestamp) {
      const added = (next.metadata.finalizers ?? []).filter(
        entry => !(current.metadata.finalizers ?? []).includes(entry),
      );
      if (added.length > 0) {
        errors.push({
          field: 'metadata.finalizers',
          reason: 'FieldValueForbidden',
          message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added
            .map(entry => JSON.stringify(entry))
            .join(', ')}}`,
        });
      }
    }
    const request = {
      operation: 'UPDATE' as const,
      type,
      object: next,
      oldObject: current,
      ...options,
    };
    this.#admission.mutate(request);
    this.#validate(type, next, errors);
    this.#admission.validate(request);
    if (deepEqual(next, current)) {
      // a write that changes nothing makes no new version
      return current;
    }
    if (options.dryRun) {
      return next;
    }
    const released =
      next.metadata.deletionTimestamp &&
      (next.metadata.finalizers ?? []).length === 0 &&
      (next.spec?.finalizers?.length ?? 0) === 0;
    if (released) {
      this.#store.remove(resourceKey(type), next.metadata.namespace, name);
      return next;
    }
    return this.#store.put(resourceKey(type), next);
  }
}
