// SPDX-License-Identifier: Apache-2.0
import { isObject } from '../json';
import type { Schema } from './schemas';
import { FieldError, invalidValue, requiredValue } from './status';

function typeName(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'integer' : 'number';
  }
  return typeof value;
}

function join(path: string, field: string): string {
  return path ? `${path}.${field}` : field;
}

/** Removes fields that the schema does not know and returns their paths, as the server warns about them. */
export function pruneUnknown(
  value: unknown,
  schema: Schema,
  path = '',
): string[] {
  const unknown: string[] = [];
  if (schema.type === 'array' && schema.items && Array.isArray(value)) {
    value.forEach((entry, index) =>
      unknown.push(...pruneUnknown(entry, schema.items!, `${path}[${index}]`)),
    );
  } else if (schema.type === 'object' && isObject(value)) {
    for (const key of Object.keys(value)) {
      const child = schema.properties?.[key] ?? schema.additionalProperties;
      if (child) {
        unknown.push(...pruneUnknown(value[key], child, join(path, key)));
      } else if (!schema.open) {
        delete value[key];
        unknown.push(join(path, key));
      }
    }
  }
  return unknown;
}

/** Fills in defaults of present parents, and drops nulls where the schema forbids them but has a default. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (schema.type === 'array' && schema.items && Array.isArray(value)) {
    value.forEach(entry => applyDefaults(entry, schema.items!));
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (
        value[key] === null &&
        !child.nullable &&
        child.default !== undefined
      ) {
        delete value[key];
      }
      if (value[key] === undefined && child.default !== undefined) {
        value[key] = child.default;
      }
      if (value[key] !== undefined) {
        applyDefaults(value[key], child);
      }
    }
  }
}

/** Type, required, enum and pattern errors in the words of the API server. */
export function validateSchema(
  value: unknown,
  schema: Schema,
  path = '',
): FieldError[] {
  if (value === null && schema.nullable) {
    return [];
  }
  const actual = typeName(value);
  const matches =
    actual === schema.type ||
    (schema.type === 'int-or-string' &&
      (actual === 'integer' || actual === 'string')) ||
    (schema.type === 'number' && actual === 'integer');
  if (!matches) {
    return [
      {
        field: path,
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: "${actual}": ${path} in body must be of type ${schema.type}: "${actual}"`,
      },
    ];
  }
  const errors: FieldError[] = [];
  if (schema.enum && !schema.enum.includes(value as string)) {
    const supported = schema.enum.map(entry => `"${entry}"`).join(', ');
    errors.push({
      field: path,
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(
        value,
      )}: supported values: ${supported}`,
    });
  }
  if (
    schema.pattern &&
    typeof value === 'string' &&
    !new RegExp(schema.pattern).test(value)
  ) {
    errors.push(
      invalidValue(
        path,
        value,
        `${path} in body should match '${schema.pattern}'`,
      ),
    );
  }
  if (Array.isArray(value) && schema.items) {
    value.forEach((entry, index) =>
      errors.push(...validateSchema(entry, schema.items!, `${path}[${index}]`)),
    );
  } else if (isObject(value)) {
    for (const field of schema.required ?? []) {
      if (value[field] === undefined) {
        errors.push(requiredValue(join(path, field)));
      }
    }
    for (const [key, entry] of Object.entries(value)) {
      const child = schema.properties?.[key] ?? schema.additionalProperties;
      if (child) {
        errors.push(...validateSchema(entry, child, join(path, key)));
      }
    }
  }
  return errors;
}
