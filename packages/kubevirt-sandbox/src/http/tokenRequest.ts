// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import { ApiError, notFound } from '../api/status';
import { Tokens } from '../api/tokens';
import { mediaType, parseBody, readText } from './content';
import type { Reply } from './reply';
import type { RequestInfo } from './requestInfo';
import { METHOD_NOT_ALLOWED } from './writeOptions';

/** TokenRequest: a token for a service account. @throws ApiError */
export async function requestToken(
  tokens: Tokens,
  info: RequestInfo,
  request: IncomingMessage,
): Promise<Reply> {
  if (info.verb !== 'create') {
    throw METHOD_NOT_ALLOWED;
  }
  const body: any = parseBody(await readText(request), mediaType(request));
  const seconds = body?.spec?.expirationSeconds ?? 3600;
  if (seconds < 600) {
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message: `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration less than 10 minutes`,
      details: { group: 'authentication.k8s.io', kind: 'TokenRequest' },
    });
  }
  const issued = tokens.issue(
    info.namespace!,
    info.name!,
    seconds,
    body?.spec?.audiences?.length ? body.spec.audiences : undefined,
  );
  if (!issued) {
    throw notFound({ group: '', plural: 'serviceaccounts' }, info.name!);
  }
  return {
    code: 201,
    json: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: info.name,
        namespace: info.namespace,
        creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      },
      spec: {
        audiences: body?.spec?.audiences ?? [
          'https://kubernetes.default.svc.cluster.local',
        ],
        expirationSeconds: seconds,
        boundObjectRef: null,
      },
      status: {
        token: issued.token,
        expirationTimestamp: new Date(issued.expires)
          .toISOString()
          .replace(/\.\d+/, ''),
      },
    },
  };
}
