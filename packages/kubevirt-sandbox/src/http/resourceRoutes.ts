// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ObjectApi, UserInfo, WriteOptions } from '../api/objectApi';
import { resourceKey, ResourceType } from '../api/resources';
import { ApiError, badRequest } from '../api/status';
import { Tokens } from '../api/tokens';
import { isObject } from '../json';
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { mediaType, negotiate, parseBody, readText } from './content';
import { Lists, selection, writeObject } from './lists';
import type { Reply } from './reply';
import type { RequestInfo } from './requestInfo';
import { requestToken } from './tokenRequest';
import { Watches } from './watches';
import {
  METHOD_NOT_ALLOWED,
  warningHeaders,
  writeOptions,
} from './writeOptions';

type Context = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  info: RequestInfo;
  type: ResourceType;
  user: UserInfo;
};

/** The verbs on stored resources. */
export class ResourceRoutes {
  readonly #store: ObjectStore;
  readonly #api: ObjectApi;
  readonly #lists: Lists;
  readonly #watches: Watches;
  readonly #tokens: Tokens;

  constructor(options: {
    store: ObjectStore;
    api: ObjectApi;
    lists: Lists;
    watches: Watches;
    tokens: Tokens;
  }) {
    this.#store = options.store;
    this.#api = options.api;
    this.#lists = options.lists;
    this.#watches = options.watches;
    this.#tokens = options.tokens;
  }

  /** Undefined when the answer is a stream. */
  async handle(context: Context): Promise<Reply | undefined> {
    const { info, type, url } = context;
    if (info.subresource) {
      if (info.plural === 'serviceaccounts' && info.subresource === 'token') {
        return requestToken(this.#tokens, info, context.request);
      }
      if (info.subresource !== 'status' || !type.status) {
        throw new ApiError({
          code: 404,
          reason: 'NotFound',
          message: 'the server could not find the requested resource',
          details: {},
        });
      }
      if (!['get', 'update', 'patch'].includes(info.verb)) {
        throw METHOD_NOT_ALLOWED;
      }
    }
    const view = negotiate(context.request.headers.accept);
    switch (info.verb) {
      case 'get':
        return this.#reply(context, 200, this.#current(context));
      case 'list':
        return {
          code: 200,
          json: this.#lists.list(
            type,
            info.version,
            this.#namespace(context),
            url.searchParams,
            view,
          ),
        };
      case 'watch':
        this.#watches.serve({
          type,
          version: info.version,
          namespace: this.#namespace(context),
          params: url.searchParams,
          view,
          response: context.response,
        });
        return undefined;
      case 'create':
      case 'update':
      case 'patch':
        return this.#write(context);
      case 'delete':
        return this.#delete(context);
      case 'deletecollection':
        return this.#deleteCollection(context);
      default:
        throw METHOD_NOT_ALLOWED;
    }
  }

  /** The namespace part of the path is the object itself for namespaces. */
  #namespace({ info, type }: Context): string | undefined {
    return type.namespaced ? info.namespace : undefined;
  }

  #current(context: Context): KubeObject {
    return this.#api.get(
      context.type,
      this.#namespace(context),
      context.info.name!,
    );
  }

  #reply(
    { type, info, request }: Context,
    code: number,
    object: KubeObject,
    warnings: string[] = [],
  ): Reply {
    return {
      code,
      json: writeObject(
        type,
        object,
        info.version,
        negotiate(request.headers.accept),
      ),
      headers: warningHeaders(warnings),
    };
  }

  async #write(context: Context): Promise<Reply> {
    const { info, type, request } = context;
    const warnings: string[] = [];
    const options = writeOptions(context, warnings);
    const contentType = mediaType(request);
    const body = parseBody(await readText(request), contentType);
    const namespace = this.#namespace(context);
    if (type.namespaced && !namespace) {
      throw METHOD_NOT_ALLOWED;
    }
    if (info.verb === 'patch') {
      return this.#patch(context, contentType, body, options, warnings);
    }
    if (type.custom && isObject(body)) {
      for (const [field, label] of [
        ['kind', 'Kind'],
        ['apiVersion', 'apiVersion'],
      ]) {
        if (!body[field]) {
          throw badRequest(
            `Object '${label}' is missing in '${JSON.stringify(body)}'`,
          );
        }
      }
    }
    if (info.verb === 'create') {
      if (info.name) {
        throw METHOD_NOT_ALLOWED;
      }
      const created = this.#api.create(type, namespace, body, options);
      return this.#reply(context, 201, created, warnings);
    }
    const updated = this.#api.update(
      type,
      namespace,
      info.name!,
      body,
      options,
    );
    return this.#reply(context, 200, updated, warnings);
  }

  #patch(
    context: Context,
    contentType: string,
    body: unknown,
    options: WriteOptions,
    warnings: string[],
  ): Reply {
    const { info, type, url } = context;
    const namespace = this.#namespace(context);
    if (contentType === 'application/apply-patch+yaml') {
      if (!url.searchParams.get('fieldManager')) {
        throw badRequest(
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        );
      }
      // apply creates what is missing
      if (
        !this.#store.get(resourceKey(type), namespace, info.name!) &&
        isObject(body)
      ) {
        body.metadata = { ...body.metadata, name: info.name };
        const created = this.#api.create(type, namespace, body, options);
        return this.#reply(context, 201, created, warnings);
      }
    }
    const patched = this.#api.patch(
      type,
      namespace,
      info.name!,
      contentType,
      body,
      options,
    );
    return this.#reply(context, 200, patched, warnings);
  }

  async #deleteOptions(context: Context) {
    const { request, url } = context;
    const body: any = parseBody(await readText(request), mediaType(request));
    const dryRun = [
      ...(body?.dryRun ?? []),
      ...url.searchParams.getAll('dryRun'),
    ];
    return {
      dryRun: dryRun.includes('All'),
      request: {
        preconditions: body?.preconditions,
        propagationPolicy:
          body?.propagationPolicy ??
          url.searchParams.get('propagationPolicy') ??
          undefined,
      },
    };
  }

  async #delete(context: Context): Promise<Reply> {
    const { info, type } = context;
    const options = await this.#deleteOptions(context);
    const { object, gone } = this.#api.delete(
      type,
      this.#namespace(context),
      info.name!,
      options.request,
      { dryRun: options.dryRun },
    );
    if (!gone || type.returnsDeleted) {
      return this.#reply(context, 200, object);
    }
    return {
      code: 200,
      json: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name: info.name,
          ...(type.group && { group: type.group }),
          kind: type.plural,
          uid: object.metadata.uid,
        },
      },
    };
  }

  async #deleteCollection(context: Context): Promise<Reply> {
    const { type, url, info } = context;
    const options = await this.#deleteOptions(context);
    const namespace = this.#namespace(context);
    if (type.namespaced && !namespace) {
      throw METHOD_NOT_ALLOWED;
    }
    const doomed = this.#store
      .list(resourceKey(type), namespace)
      .filter(selection(type, url.searchParams));
    for (const { metadata } of doomed) {
      this.#api.delete(
        type,
        metadata.namespace,
        metadata.name!,
        {
          propagationPolicy: options.request.propagationPolicy,
        },
        { dryRun: options.dryRun },
      );
    }
    const texts = doomed.map(object => writeObject(type, object, info.version));
    return {
      code: 200,
      json: `{"kind":"${type.kind}List","apiVersion":"${
        type.group ? `${type.group}/${info.version}` : info.version
      }","metadata":{"resourceVersion":"${
        this.#store.version
      }"},"items":[${texts.join(',')}]}`,
    };
  }
}
