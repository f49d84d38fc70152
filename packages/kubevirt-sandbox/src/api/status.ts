// SPDX-License-Identifier: Apache-2.0
import type { ResourceType } from './resources';

/** One entry of `details.causes`. */
export type StatusCause = { reason?: string; message: string; field?: string };

/** A Kubernetes Status object as the body of an error. */
export type StatusObject = {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code: number;
};

/**
 * A refusal of the API server. `status` is the exact body.
 * @public
 */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string | undefined;
  readonly status: StatusObject;

  constructor(options: {
    code: number;
    reason?: string;
    message: string;
    details?: StatusObject['details'];
  }) {
    super(options.message);
    this.name = 'ApiError';
    this.code = options.code;
    this.reason = options.reason;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: options.message,
      ...(options.reason && { reason: options.reason }),
      ...(options.details && { details: options.details }),
      code: options.code,
    };
  }
}

export function qualified(type: { group: string; plural: string }): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

function qualifiedKind(type: { group: string; kind: string }): string {
  return type.group ? `${type.kind}.${type.group}` : type.kind;
}

/** Kubernetes leaves empty strings out of details. */
function details(
  name: string | undefined,
  group: string,
  kind: string,
  causes?: StatusCause[],
): StatusObject['details'] {
  return {
    ...(name && { name }),
    ...(group && { group }),
    kind,
    ...(causes && { causes }),
  };
}

export function notFound(
  type: { group: string; plural: string },
  name: string,
): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(type)} "${name}" not found`,
    details: details(name, type.group, type.plural),
  });
}

export function alreadyExists(
  type: { group: string; plural: string },
  name: string,
  prefix = '',
): ApiError {
  return new ApiError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${prefix}${qualified(type)} "${name}" already exists`,
    details: details(name, type.group, type.plural),
  });
}

/** `kind` is the plural for stale versions and the Kind for preconditions: the real thing differs there too. */
export function conflict(
  type: { group: string; plural: string; kind: string },
  name: string,
  text: string,
  naming: 'plural' | 'kind' = 'plural',
): ApiError {
  const label = naming === 'plural' ? qualified(type) : qualifiedKind(type);
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${label} "${name}": ${text}`,
    details: details(
      name,
      type.group,
      naming === 'plural' ? type.plural : type.kind,
    ),
  });
}

export const STALE =
  'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}

export function internalError(text: string): ApiError {
  return new ApiError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${text}`,
    details: { causes: [{ message: text }] },
  });
}

export function unauthorized(): ApiError {
  return new ApiError({
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
}

export function unsupportedMediaType(accepted: string[]): ApiError {
  return new ApiError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(
      ', ',
    )}`,
  });
}

export function notAcceptable(accepted: string[]): ApiError {
  return new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${accepted.join(
      ', ',
    )}`,
  });
}

export function expired(message: string): ApiError {
  return new ApiError({ code: 410, reason: 'Expired', message });
}

/** A field error as k8s.io/apimachinery's `field.Error` prints it. */
export type FieldError = { field: string; reason: string; message: string };

export function invalidValue(
  field: string,
  value: unknown,
  text: string,
): FieldError {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${text}`,
  };
}

export function requiredValue(field: string, text = ''): FieldError {
  return {
    field,
    reason: 'FieldValueRequired',
    message: text ? `Required value: ${text}` : 'Required value',
  };
}

/** 422 with all field errors. */
export function invalid(
  type: Pick<ResourceType, 'group' | 'plural' | 'kind'>,
  name: string,
  errors: FieldError[],
  naming: 'plural' | 'kind' = 'kind',
): ApiError {
  const texts = errors.map(error => `${error.field}: ${error.message}`);
  const label = naming === 'plural' ? qualified(type) : qualifiedKind(type);
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${label} "${name}" is invalid: ${
      texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
    }`,
    details: details(
      name,
      type.group,
      naming === 'plural' ? type.plural : type.kind,
      errors.map(({ reason, message, field }) => ({ reason, message, field })),
    ),
  });
}
