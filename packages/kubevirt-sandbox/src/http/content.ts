// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import {
  ApiError,
  badRequest,
  notAcceptable,
  unsupportedMediaType,
} from '../api/status';
import type { KubeObject } from '../types';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** How objects are written: whole, or their metadata only. */
export type View = 'object' | 'metadata';

/** @throws ApiError 406 when nothing that the client accepts can be served */
export function negotiate(accept: string | undefined): View {
  const wanted = (accept ?? '*/*')
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(entry => entry.length > 0);
  if (wanted.length === 0) {
    return 'object';
  }
  for (const entry of wanted) {
    const [type, ...parameters] = entry.split(';').map(part => part.trim());
    const as = parameters
      .find(parameter => parameter.startsWith('as='))
      ?.slice(3);
    const json = ['application/json', 'application/*', '*/*'].includes(type);
    if (json && as?.startsWith('partialobjectmetadata')) {
      return 'metadata';
    }
    if (json && !as) {
      return 'object';
    }
  }
  throw notAcceptable([
    'application/json',
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  ]);
}

/** virt-api's actions have no representation to offer, so they refuse whoever insists on JSON. */
export function acceptsAnything(accept: string | undefined): boolean {
  return (
    accept === undefined ||
    accept === '' ||
    accept.split(',').some(entry => entry.trim().startsWith('*/*'))
  );
}

export function metadataOnly(object: KubeObject): object {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  };
}

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0].trim();
}

/** @throws ApiError 413 */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new ApiError({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: `Request entity too large: limit is ${MAX_BODY_BYTES}`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws ApiError 400 or 415; an empty body is undefined */
export function parseBody(text: string, type: string): unknown {
  if (text.trim() === '') {
    return undefined;
  }
  const yaml = ['application/yaml', 'application/apply-patch+yaml'];
  if (yaml.includes(type)) {
    try {
      return parseYaml(text);
    } catch (error) {
      throw badRequest(`error converting YAML to JSON: ${error}`);
    }
  }
  if (type === 'application/vnd.kubernetes.protobuf') {
    throw unsupportedMediaType(['application/json', 'application/yaml']);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${
        (error as Error).message
      }`,
    );
  }
}
