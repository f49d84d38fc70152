// SPDX-License-Identifier: Apache-2.0
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { ErrorDetails } from 'backstage-plugin-kubevirt-snapshots-common';

/**
 * Adds what a screen needs to an error. Backstage's error middleware sends an
 * error's own properties along.
 */
function withDetails<T extends Error>(error: T, details: ErrorDetails): T {
  return Object.assign(error, { details });
}

/** 400, `details.field` names the field. */
export const badInput = (message: string, field: string, code = 'bad-input') =>
  withDetails(new InputError(message), { code, field });

/** 403. */
export const refused = (
  message: string,
  details: ErrorDetails = { code: 'permission' },
) => withDetails(new NotAllowedError(message), details);

/** 404. */
export const notFound = (message: string, code: string) =>
  withDetails(new NotFoundError(message), { code });

/** 409. */
export const conflict = (message: string, details: ErrorDetails) =>
  withDetails(new ConflictError(message), details);

/** 503. */
export const unavailable = (message: string, code: string) =>
  withDetails(new ServiceUnavailableError(message), { code });

/** The details of an error made here. */
export function detailsOf(error: unknown): ErrorDetails | undefined {
  return (error as { details?: ErrorDetails } | undefined)?.details;
}
