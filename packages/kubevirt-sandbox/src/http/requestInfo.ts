// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from '../api/rbac';

/** A request about resources, taken from its path as the API server does. */
export type RequestInfo = {
  verb: string;
  group: string;
  version: string;
  /** Empty for discovery of a group or version. */
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
};

const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

/** Undefined for paths outside /api/v1 and /apis/{group}/{version}. */
export function parseRequest(
  method: string,
  url: URL,
): RequestInfo | undefined {
  // raw segments: decoding first would let %2F split a name
  const segments = url.pathname.split('/').slice(1).map(decodeURIComponent);
  let rest: string[];
  let group = '';
  let version: string;
  if (segments[0] === 'api' && segments[1]) {
    [, version, ...rest] = segments;
  } else if (segments[0] === 'apis' && segments[1] && segments[2]) {
    [, group, version, ...rest] = segments;
  } else {
    return undefined;
  }
  if (rest.length === 0 || rest[0] === '') {
    return { verb: 'get', group, version, plural: '' };
  }
  const info: RequestInfo = { verb: '', group, version, plural: rest[0] };
  if (rest[0] === 'namespaces' && rest.length > 1) {
    info.namespace = rest[1];
    if (rest.length > 2 && !['status', 'finalize'].includes(rest[2])) {
      rest = rest.slice(2);
      info.plural = rest[0];
    }
  }
  info.name = rest[1] || undefined;
  info.subresource = rest.slice(2).join('/') || undefined;
  info.verb = VERBS[method] ?? method.toLowerCase();
  if (method === 'GET' || method === 'HEAD') {
    const watch = isTrue(url.searchParams.get('watch'));
    const many = watch ? 'watch' : 'list';
    info.verb = info.name ? 'get' : many;
  } else if (method === 'DELETE' && !info.name) {
    info.verb = 'deletecollection';
  }
  return info;
}

/** What RBAC is asked. */
export function attributesOf(info: RequestInfo, url: URL): Attributes {
  const selected = (url.searchParams.get('fieldSelector') ?? '').match(
    /^metadata\.name==?([^,!=]+)$/,
  )?.[1];
  const name = info.name ?? selected;
  return {
    verb: info.verb,
    group: info.group,
    resource: info.subresource
      ? `${info.plural}/${info.subresource}`
      : info.plural,
    ...(info.namespace && { namespace: info.namespace }),
    ...(name && { name }),
  };
}
