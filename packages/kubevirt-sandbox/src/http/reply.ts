// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiError, internalError } from '../api/status';

/** An answer. `json` may already be text. */
export type Reply = {
  code: number;
  json?: object | string;
  plain?: string;
  headers?: Record<string, string>;
};

/** The API server compresses from this size on. */
const GZIP_FROM_BYTES = 128 * 1024;

const compress = promisify(gzip);

export function errorReply(error: unknown): Reply {
  const known =
    error instanceof ApiError
      ? error
      : internalError((error as Error)?.message ?? String(error));
  const retry = known.status.details?.retryAfterSeconds;
  return {
    code: known.code,
    json: known.status,
    ...(retry !== undefined && { headers: { 'retry-after': String(retry) } }),
  };
}

export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> {
  const headers: Record<string, string> = {
    'audit-id': randomUUID(),
    'cache-control': 'no-cache, private',
    ...reply.headers,
  };
  let body: Buffer;
  if (reply.json !== undefined) {
    headers['content-type'] = 'application/json';
    body = Buffer.from(
      typeof reply.json === 'string' ? reply.json : JSON.stringify(reply.json),
    );
  } else {
    body = Buffer.from(reply.plain ?? '');
    if (body.length > 0) {
      headers['content-type'] = 'text/plain; charset=utf-8';
      headers['x-content-type-options'] = 'nosniff';
    }
  }
  const accepts = String(request.headers['accept-encoding'] ?? '');
  if (body.length > GZIP_FROM_BYTES && /\bgzip\b/.test(accepts)) {
    body = await compress(body, { level: 1 });
    headers['content-encoding'] = 'gzip';
    headers.vary = 'Accept-Encoding';
  }
  headers['content-length'] = String(body.length);
  if (!response.destroyed) {
    response.writeHead(reply.code, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
