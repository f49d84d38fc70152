// SPDX-License-Identifier: Apache-2.0
import type { UserInfo, WriteOptions } from '../api/objectApi';
import { ApiError } from '../api/status';
import type { Reply } from './reply';
import type { RequestInfo } from './requestInfo';

export const METHOD_NOT_ALLOWED = new ApiError({
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
  details: {},
});

/** Options of a write in the query. @throws ApiError 422 */
export function writeOptions(
  { url, info, user }: { url: URL; info: RequestInfo; user: UserInfo },
  warnings: string[],
): WriteOptions {
  const dryRun = url.searchParams.getAll('dryRun');
  const bad = dryRun.find(value => value !== 'All');
  if (bad !== undefined) {
    const field = 'dryRun';
    const message = `Unsupported value: ${JSON.stringify(
      bad,
    )}: supported values: "All"`;
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message: `CreateOptions.meta.k8s.io "" is invalid: ${field}: ${message}`,
      details: {
        group: 'meta.k8s.io',
        kind: 'CreateOptions',
        causes: [{ reason: 'FieldValueNotSupported', message, field }],
      },
    });
  }
  return {
    user,
    version: info.version,
    dryRun: dryRun.length > 0,
    fieldValidation:
      (url.searchParams.get('fieldValidation') as
        | WriteOptions['fieldValidation']
        | null) ?? 'Warn',
    warnings,
    ...(info.subresource === 'status' && { subresource: 'status' }),
  };
}

export function warningHeaders(warnings: string[]): Reply['headers'] {
  return warnings.length === 0
    ? undefined
    : {
        warning: warnings
          .map(text => `299 - ${JSON.stringify(text)}`)
          .join(', '),
      };
}
