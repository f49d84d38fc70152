// SPDX-License-Identifier: Apache-2.0
import type { ErrorDetails } from 'backstage-plugin-kubevirt-snapshots-common';

/**
 * What the backend said when it refused, read from whatever was thrown.
 *
 * @public
 */
export interface ApiFailure {
  /** HTTP status; undefined when no answer came at all. */
  status?: number;
  /** Stable word, e.g. `name-taken`. */
  code?: string;
  /** One sentence for a person. */
  message: string;
  owners: string[];
  field?: string;
  holder?: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * Reads the reason of a refusal. It looks at the shape and not at the class,
 * since an app can hold more than one copy of `@backstage/errors`.
 *
 * @public
 */
export function apiFailure(error: unknown): ApiFailure {
  const record = isRecord(error) ? error : {};
  const body = isRecord(record.body) ? record.body : {};
  const inner = isRecord(body.error) ? body.error : {};
  const details = (
    isRecord(inner.details) ? inner.details : {}
  ) as Partial<ErrorDetails>;
  const text = (value: unknown) =>
    typeof value === 'string' && value ? value : undefined;
  return {
    status:
      typeof record.statusCode === 'number' ? record.statusCode : undefined,
    code: text(details.code),
    message: text(inner.message) ?? text(record.message) ?? String(error),
    owners: Array.isArray(details.owners)
      ? details.owners.filter(o => typeof o === 'string')
      : [],
    field: text(details.field),
    holder: text(details.holder),
  };
}

/**
 * Whether the answer means that nothing of this VM may be shown any longer,
 * even if it was shown a moment ago.
 */
export function revokesView(error: unknown): boolean {
  const { status } = apiFailure(error);
  return status === 401 || status === 403 || status === 404;
}
