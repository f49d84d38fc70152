// SPDX-License-Identifier: Apache-2.0
import { deepCopy, isObject } from '../json';
import type { KubeObject } from '../types';
import { checkMetadataTypes } from './names';
import type { WriteOptions } from './objectApi';
import { jsonPatch, mergePatch } from './patch';
import { groupVersion, ResourceType } from './resources';
import { applyDefaults, pruneUnknown } from './schemaValidation';
import {
  badRequest,
  invalid,
  invalidValue,
  unsupportedMediaType,
} from './status';

/** What a body says, in the stored version, pruned and with defaults. @throws ApiError 400 or 422 */
export function decode(
  type: ResourceType,
  body: unknown,
  options: WriteOptions,
): KubeObject {
  const version = options.version ?? type.versions[0];
  const expected = groupVersion(type.group, version);
  if (!isObject(body)) {
    throw badRequest(
      `${type.kind} in version "${version}" cannot be handled as a ${
        type.kind
      }: json: cannot unmarshal ${
        Array.isArray(body) ? 'array' : typeof body
      } into Go value of type map[string]interface {}`,
    );
  }
  const object = deepCopy(body) as KubeObject;
  if ((object.apiVersion ?? expected) !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  object.metadata ??= {};
  checkMetadataTypes(object);
  if ((object.kind ?? type.kind) !== type.kind) {
    throw invalid(type, object.metadata.name ?? '', [
      invalidValue('kind', object.kind, `must be ${type.kind}`),
    ]);
  }
  object.apiVersion = groupVersion(type.group, type.versions[0]);
  object.kind = type.kind;
  if (type.schema) {
    prune(type, object, options, version);
    applyDefaults(object, type.schema);
  }
  return object;
}

/** @throws ApiError 400 when strict */
function prune(
  type: ResourceType,
  object: KubeObject,
  options: WriteOptions,
  version: string,
): void {
  const unknown = pruneUnknown(object, type.schema!);
  if (unknown.length === 0 || options.fieldValidation === 'Ignore') {
    return;
  }
  const texts = unknown.map(field => `unknown field "${field}"`);
  if (options.fieldValidation === 'Strict') {
    throw badRequest(
      `${type.kind} in version "${version}" cannot be handled as a ${
        type.kind
      }: strict decoding error: ${texts.join(', ')}`,
    );
  }
  options.warnings?.push(...texts);
}

/** Body and URL must agree. @throws ApiError 400 */
export function checkNamespace(
  type: ResourceType,
  namespace: string | undefined,
  object: KubeObject,
): void {
  const stated = object.metadata.namespace;
  if (!type.namespaced) {
    delete object.metadata.namespace;
    return;
  }
  if (stated && stated !== namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  object.metadata.namespace = namespace;
}

/** @throws ApiError 415 for kinds of patches that the resource does not take */
export function patched(
  type: ResourceType,
  current: KubeObject,
  contentType: string,
  patch: unknown,
): unknown {
  switch (contentType) {
    case 'application/json-patch+json':
      return jsonPatch(current, patch);
    case 'application/merge-patch+json':
    case 'application/apply-patch+yaml':
      return mergePatch(current, patch);
    case 'application/strategic-merge-patch+json':
      if (!type.custom) {
        return mergePatch(current, patch);
      }
      break;
    default:
  }
  throw unsupportedMediaType([
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(type.custom ? [] : ['application/strategic-merge-patch+json']),
    'application/apply-patch+yaml',
  ]);
}
