// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Discovery } from '../api/discovery';
import type { UserInfo } from '../api/objectApi';
import { RbacAuthorizer } from '../api/rbac';
import { findResource } from '../api/resources';
import { review } from '../api/reviews';
import { ApiError, notFound } from '../api/status';
import { Subresources } from '../api/subresources';
import { TemplateActions } from '../api/templateActions';
import type { Clock } from '../clock';
import { Conditions } from '../faults/conditions';
import { acceptsAnything, mediaType, parseBody, readText } from './content';
import type { Reply } from './reply';
import { attributesOf, parseRequest, RequestInfo } from './requestInfo';
import { ResourceRoutes } from './resourceRoutes';
import { METHOD_NOT_ALLOWED } from './writeOptions';

const SUBRESOURCES = 'subresources.kubevirt.io';
const TEMPLATE_SUBRESOURCES = 'subresources.template.kubevirt.io';
const REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'];
const HEALTH = ['/healthz', '/readyz', '/livez'];
/** So long after virt-api went down the API server stops trying it. */
const AVAILABILITY_PROBE_MS = 10_000;

const PAGE_NOT_FOUND: Reply = { code: 404, plain: '404 page not found\n' };

const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0-kubevirt-sandbox',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-08-22T00:00:00Z',
  goVersion: 'go1.26.11',
  compiler: 'gc',
  platform: 'linux/amd64',
};

type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  user: UserInfo;
};

/** Authorizes a request and finds who answers it. */
export class Router {
  readonly #rbac: RbacAuthorizer;
  readonly #discovery: Discovery;
  readonly #resources: ResourceRoutes;
  readonly #subresources: Subresources;
  readonly #templates: TemplateActions;
  readonly #conditions: Conditions;
  readonly #clock: Clock;

  constructor(options: {
    rbac: RbacAuthorizer;
    discovery: Discovery;
    resources: ResourceRoutes;
    subresources: Subresources;
    templates: TemplateActions;
    conditions: Conditions;
    clock: Clock;
  }) {
    this.#rbac = options.rbac;
    this.#discovery = options.discovery;
    this.#resources = options.resources;
    this.#subresources = options.subresources;
    this.#templates = options.templates;
    this.#conditions = options.conditions;
    this.#clock = options.clock;
  }

  /** Undefined when the answer is a stream. */
  async handle(call: Call): Promise<Reply | undefined> {
    const { request, url, user } = call;
    const info = parseRequest(request.method!, url);
    if (!info || info.plural === '') {
      this.#rbac.require(user, {
        verb: request.method!.toLowerCase(),
        group: '',
        resource: '',
        path: url.pathname,
      });
      return this.#plain(call, info);
    }
    this.#rbac.require(user, attributesOf(info, url));
    if (info.group === SUBRESOURCES) {
      return this.#action(call, info);
    }
    if (!this.#discovery.serves(info.group, info.version)) {
      return PAGE_NOT_FOUND;
    }
    if (
      info.group === 'authorization.k8s.io' &&
      REVIEWS.includes(info.plural)
    ) {
      if (request.method !== 'POST') {
        throw METHOD_NOT_ALLOWED;
      }
      const body = parseBody(await readText(request), mediaType(request));
      return {
        code: 201,
        json: review(info.plural, body, user, this.#rbac),
      };
    }
    if (info.group === TEMPLATE_SUBRESOURCES) {
      return this.#templateAction(call, info);
    }
    const type = findResource(info.group, info.plural);
    if (!type?.versions.includes(info.version)) {
      if (info.group.includes('.') && !info.group.endsWith('.k8s.io')) {
        return PAGE_NOT_FOUND;
      }
      throw new ApiError({
        code: 404,
        reason: 'NotFound',
        message: 'the server could not find the requested resource',
        details: {},
      });
    }
    if (
      type.namespaced === false &&
      info.namespace &&
      type.kind !== 'Namespace'
    ) {
      throw notFound(type, info.name ?? '');
    }
    return this.#resources.handle({ ...call, info, type });
  }

  #plain({ request, url }: Call, info: RequestInfo | undefined): Reply {
    const path = url.pathname.replace(/\/$/, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw METHOD_NOT_ALLOWED;
    }
    if (HEALTH.includes(path)) {
      return { code: 200, plain: 'ok' };
    }
    if (path === '/version') {
      return { code: 200, json: VERSION };
    }
    if (path === '/api') {
      const host = request.headers.host ?? '';
      return { code: 200, json: this.#discovery.legacy(host) };
    }
    if (path === '/apis') {
      return { code: 200, json: this.#discovery.groups() };
    }
    const group = path.match(/^\/apis\/([^/]+)$/)?.[1];
    if (info?.group === SUBRESOURCES && !this.#conditions.virtApiUp) {
      return this.#unreachable();
    }
    const found = group
      ? this.#discovery.group(group)
      : info && this.#discovery.resources(info.group, info.version);
    return found ? { code: 200, json: found } : PAGE_NOT_FOUND;
  }

  async #action({ request, user }: Call, info: RequestInfo): Promise<Reply> {
    if (!this.#conditions.virtApiUp) {
      return this.#unreachable();
    }
    if (info.plural === 'version' && !info.name) {
      return { code: 200, json: { ...VERSION, gitVersion: 'v1.9.0' } };
    }
    if (request.method !== 'PUT' || !info.name || !info.namespace) {
      return PAGE_NOT_FOUND;
    }
    if (!acceptsAnything(request.headers.accept)) {
      return {
        code: 406,
        plain: '406: Not Acceptable\n\nAvailable representations: ',
      };
    }
    const text = await readText(request);
    // JSON or YAML, whatever the content type says
    const body = parseBody(text, 'application/yaml');
    const code = this.#subresources.run(
      info.plural,
      info.subresource ?? '',
      info.namespace,
      info.name,
      body,
      user,
    );
    return code === undefined ? PAGE_NOT_FOUND : { code };
  }

  async #templateAction(
    { request, user }: Call,
    info: RequestInfo,
  ): Promise<Reply> {
    if (request.method !== 'POST' || !info.name || !info.namespace) {
      throw METHOD_NOT_ALLOWED;
    }
    const body = parseBody(await readText(request), mediaType(request));
    const json = this.#templates.run(
      info.subresource ?? '',
      info.namespace,
      info.name,
      body,
      user,
    );
    return json ? { code: 200, json } : PAGE_NOT_FOUND;
  }

  #unreachable(): Reply {
    const since = this.#clock.now() - this.#conditions.virtApiDownSince;
    return {
      code: 503,
      plain:
        since < AVAILABILITY_PROBE_MS
          ? 'error trying to reach service: dial tcp 127.0.0.1:6450: connect: connection refused'
          : 'service unavailable\n',
    };
  }
}
