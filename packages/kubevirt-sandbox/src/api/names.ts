// SPDX-License-Identifier: Apache-2.0
import { isObject } from '../json';
import type { KubeObject } from '../types';
import type { ResourceType } from './resources';
import { badRequest, FieldError, invalidValue, requiredValue } from './status';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

const SUBDOMAIN_TEXT = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
const LABEL_TEXT = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
const QUALIFIED_TEXT = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
const LABEL_VALUE_TEXT = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`;

const MAX_ANNOTATIONS_BYTES = 256 * 1024;

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

const SUBDOMAIN_RE = whole(SUBDOMAIN);
const LABEL_RE = whole(LABEL);
const QUALIFIED_RE = whole(QUALIFIED);
const LABEL_VALUE_RE = whole(LABEL_VALUE);

function nameErrors(type: ResourceType, name: string): FieldError[] {
  const field = 'metadata.name';
  if (type.anyName) {
    if (name === '.' || name === '..') {
      return [invalidValue(field, name, `may not be '${name}'`)];
    }
    const bad = ['/', '%'].find(character => name.includes(character));
    return bad ? [invalidValue(field, name, `may not contain '${bad}'`)] : [];
  }
  const isNamespace = type.group === '' && type.plural === 'namespaces';
  const [pattern, text, limit] = isNamespace
    ? ([LABEL_RE, LABEL_TEXT, 63] as const)
    : ([SUBDOMAIN_RE, SUBDOMAIN_TEXT, 253] as const);
  const errors: FieldError[] = [];
  if (name.length > limit) {
    errors.push(
      invalidValue(field, name, `must be no more than ${limit} characters`),
    );
  }
  if (!pattern.test(name)) {
    errors.push(invalidValue(field, name, text));
  }
  return errors;
}

function keyErrors(field: string, key: string): FieldError[] {
  const parts = key.split('/');
  const name = parts[parts.length - 1];
  if (parts.length > 2) {
    return [
      invalidValue(
        field,
        key,
        `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ),
    ];
  }
  const errors: FieldError[] = [];
  if (parts.length === 2) {
    if (parts[0].length === 0) {
      errors.push(invalidValue(field, key, 'prefix part must be non-empty'));
    } else if (!SUBDOMAIN_RE.test(parts[0])) {
      errors.push(invalidValue(field, key, `prefix part ${SUBDOMAIN_TEXT}`));
    }
  }
  if (name.length === 0) {
    errors.push(invalidValue(field, key, 'name part must be non-empty'));
  } else if (name.length > 63) {
    errors.push(
      invalidValue(field, key, 'name part must be no more than 63 bytes'),
    );
  }
  if (!QUALIFIED_RE.test(name)) {
    errors.push(invalidValue(field, key, QUALIFIED_TEXT));
  }
  return errors;
}

function labelErrors(labels: Record<string, string>): FieldError[] {
  const field = 'metadata.labels';
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    errors.push(...keyErrors(field, key));
    if (value.length > 63) {
      errors.push(invalidValue(field, value, 'must be no more than 63 bytes'));
    }
    if (!LABEL_VALUE_RE.test(value)) {
      errors.push(invalidValue(field, value, LABEL_VALUE_TEXT));
    }
  }
  return errors;
}

function annotationErrors(annotations: Record<string, string>): FieldError[] {
  const field = 'metadata.annotations';
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    // annotation keys are compared in lower case, label keys are not
    errors.push(...keyErrors(field, key.toLowerCase()));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) {
    errors.push({
      field,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MAX_ANNOTATIONS_BYTES} bytes`,
    });
  }
  return errors;
}

/** Errors in metadata as a create or update reports them. */
export function metadataErrors(
  type: ResourceType,
  object: KubeObject,
): FieldError[] {
  const { name, labels, annotations, ownerReferences, finalizers } =
    object.metadata;
  const errors: FieldError[] = [];
  if (!name) {
    errors.push(
      requiredValue('metadata.name', 'name or generateName is required'),
    );
  } else {
    errors.push(...nameErrors(type, name));
  }
  errors.push(...labelErrors(labels ?? {}));
  errors.push(...annotationErrors(annotations ?? {}));
  (ownerReferences ?? []).forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) {
        const path = `metadata.ownerReferences[${index}].${field}`;
        errors.push(
          invalidValue(
            path,
            owner[field] ?? '',
            field === 'apiVersion'
              ? 'version must not be empty'
              : 'must not be empty',
          ),
        );
      }
    }
  });
  if ((ownerReferences ?? []).filter(owner => owner.controller).length > 1) {
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        ownerReferences,
        'Only one reference can have Controller set to true',
      ),
    );
  }
  for (const finalizer of finalizers ?? []) {
    errors.push(...keyErrors('metadata.finalizers', finalizer));
  }
  return errors;
}

/** Go's JSON decoder refuses wrong types in metadata before any validation runs. */
export function checkMetadataTypes(object: KubeObject): void {
  const metadata: unknown = object.metadata;
  if (!isObject(metadata)) {
    throw badRequest(
      'the object provided is unrecognized (must be of type Object)',
    );
  }
  const fail = (value: unknown, field: string, type: string) => {
    const actual = Array.isArray(value) ? 'array' : typeof value;
    return badRequest(
      `json: cannot unmarshal ${
        actual === 'boolean' ? 'bool' : actual
      } into Go struct field ObjectMeta.metadata.${field} of type ${type}`,
    );
  };
  for (const field of [
    'name',
    'generateName',
    'namespace',
    'uid',
    'resourceVersion',
  ]) {
    const value = metadata[field];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw fail(value, field, 'string');
    }
  }
  for (const field of ['labels', 'annotations']) {
    const value = metadata[field];
    if (value === null) {
      delete metadata[field];
    } else if (value !== undefined && !isObject(value)) {
      throw fail(value, field, 'map[string]string');
    }
    for (const entry of Object.values(value ?? {})) {
      if (typeof entry !== 'string') {
        throw fail(entry, field, 'string');
      }
    }
  }
  for (const field of ['finalizers', 'ownerReferences']) {
    const value = metadata[field];
    if (value === null) {
      delete metadata[field];
    } else if (value !== undefined && !Array.isArray(value)) {
      throw fail(
        value,
        field,
        field === 'finalizers' ? '[]string' : '[]v1.OwnerReference',
      );
    }
  }
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `generateName`: the base is cut at 58 characters, then five random ones follow. */
export function generatedName(base: string): string {
  return `${base.slice(0, 58)}${randomSuffix()}`;
}

export function randomSuffix(length = 5): string {
  let suffix = '';
  for (let index = 0; index < length; index += 1) {
    suffix +=
      SUFFIX_ALPHABET[Math.floor(Math.random() * SUFFIX_ALPHABET.length)];
  }
  return suffix;
}
