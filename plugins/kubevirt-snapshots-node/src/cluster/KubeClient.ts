// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '@backstage/types';
import { at, object, Raw, textAt } from '../project/raw';
import {
  ClusterTransport,
  Impersonation,
  TransportAnswer,
  TransportRequest,
} from '../transport/ClusterTransport';
import { Resource, resourcePath } from '../transport/resources';
import { listItems } from '../watch/ListWatch';
import { Asked, statusError } from '../transport/statusError';
import { ClusterError } from './ClusterError';

const PAGE_SIZE = 500;

/** The few verbs on objects that the service needs, with errors for people. */
export class KubeClient {
  readonly #cluster: string;
  readonly #transport: ClusterTransport;
  readonly #onUnreachable: () => void;
  readonly #impersonate: Impersonation | undefined;
  readonly #sendBefore: number | undefined;

  static create(options: {
    cluster: string;
    transport: ClusterTransport;
    /** Told when a call got no answer. */
    onUnreachable?: () => void;
    /** In whose name all calls are made. */
    impersonate?: Impersonation;
    /** When it is too late for any call, by `performance.now()`. */
    sendBefore?: number;
  }): KubeClient {
    return new KubeClient(options);
  }

  private constructor(options: {
    cluster: string;
    transport: ClusterTransport;
    onUnreachable?: () => void;
    impersonate?: Impersonation;
    sendBefore?: number;
  }) {
    this.#cluster = options.cluster;
    this.#transport = options.transport;
    this.#onUnreachable = options.onUnreachable ?? (() => {});
    this.#impersonate = options.impersonate;
    this.#sendBefore = options.sendBefore;
  }

  /** undefined = there is no such object. */
  async get(
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Raw | undefined> {
    try {
      return await this.#send({
        method: 'GET',
        verb: 'get',
        resource,
        namespace,
        name,
      });
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'not-found') {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * All objects of a namespace, page by page.
   *
   * @param options.optional - an absent API group counts as no objects
   * @param options.fieldSelector - made of values that have been checked, as
   *   labelSelector is
   */
  async list(
    resource: Resource,
    namespace: string | undefined,
    options: {
      optional?: boolean;
      fieldSelector?: string;
      labelSelector?: string;
    } = {},
  ): Promise<Raw[]> {
    const items: Raw[] = [];
    let next: string | undefined;
    try {
      do {
        const page: Raw = await this.#send({
          method: 'GET',
          verb: 'list',
          resource,
          namespace,
          query: {
            limit: PAGE_SIZE,
            continue: next,
            fieldSelector: options.fieldSelector,
            labelSelector: options.labelSelector,
          },
        });
        items.push(...listItems(this.#cluster, page));
        next = textAt(page, ['metadata', 'continue'], 16_384);
      } while (next);
    } catch (error) {
      const absent =
        error instanceof ClusterError && error.code === 'crds-missing';
      if (!absent || !options.optional) {
        throw error;
      }
    }
    return items;
  }

  /**
   * The resources that are served beside this one; undefined = its group or
   * version isn't.
   */
  async discover(resource: Resource): Promise<Raw | undefined> {
    const { group, version } = resource;
    try {
      return await this.#send({
        method: 'GET',
        verb: 'list',
        resource,
        path: group ? `/apis/${group}/${version}` : `/api/${version}`,
      });
    } catch (error) {
      const { code } = error as Partial<ClusterError>;
      if (code === 'not-found' || code === 'crds-missing') {
        return undefined;
      }
      throw error;
    }
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    body: JsonObject,
  ): Promise<Raw> {
    return this.#send({
      method: 'POST',
      verb: 'create',
      resource,
      namespace,
      body,
    });
  }

  /** Changes an object by a merge patch. */
  patch(
    resource: Resource,
    namespace: string,
    name: string,
    body: JsonObject,
  ): Promise<Raw> {
    return this.#send({
      method: 'PATCH',
      verb: 'patch',
      resource,
      namespace,
      name,
      body,
      contentType: 'application/merge-patch+json',
    });
  }

  /**
   * PUT on a subresource that does something and answers nothing. KubeVirt
   * gives 406 to whoever accepts JSON alone.
   *
   * @param action - a fixed word of ours, never from outside
   */
  async act(
    resource: Resource,
    namespace: string,
    name: string,
    action: 'start' | 'stop',
  ): Promise<void> {
    const answer = await this.#request({
      method: 'PUT',
      path: `${resourcePath(resource, { namespace, name })}/${action}`,
      accept: '*/*',
      body: {},
    });
    if (answer.httpStatus < 200 || answer.httpStatus > 299) {
      throw statusError(
        { cluster: this.#cluster, verb: 'update', resource, namespace },
        answer,
      );
    }
  }

  async delete(
    resource: Resource,
    namespace: string,
    name: string,
    body: JsonObject,
  ): Promise<void> {
    await this.#send({
      method: 'DELETE',
      verb: 'delete',
      resource,
      namespace,
      name,
      body,
    });
  }

  /** Replaces an object; its resourceVersion has to be the present one. */
  update(
    resource: Resource,
    namespace: string,
    name: string,
    body: JsonObject,
  ): Promise<Raw> {
    return this.#send({
      method: 'PUT',
      verb: 'update',
      resource,
      namespace,
      name,
      body,
    });
  }

  async #send(call: {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    verb: Asked['verb'];
    resource: Resource;
    namespace?: string;
    name?: string;
    query?: Record<string, string | number | undefined>;
    body?: JsonObject;
    contentType?: string;
    /** Instead of the resource's own; made of constants only. */
    path?: string;
  }): Promise<Raw> {
    const { verb, resource, namespace, name } = call;
    const path = call.path ?? resourcePath(resource, { namespace, name });
    const answer = await this.#request({
      method: call.method,
      path,
      query: call.query,
      body: call.body,
      contentType: call.contentType,
    });
    if (answer.httpStatus < 200 || answer.httpStatus > 299) {
      throw statusError(
        { cluster: this.#cluster, verb, resource, namespace },
        answer,
      );
    }
    return this.#parse(answer.body);
  }

  async #request(request: TransportRequest): Promise<TransportAnswer> {
    try {
      return await this.#transport.request({
        ...request,
        impersonate: this.#impersonate,
        sendBefore: this.#sendBefore,
      });
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'unreachable') {
        this.#onUnreachable();
      }
      throw error;
    }
  }

  #parse(body: string): Raw {
    try {
      const raw = object(JSON.parse(body));
      if (at(raw, 'kind') !== undefined) {
        return raw;
      }
    } catch {
      // Something between us and the API server answered.
    }
    throw new ClusterError(
      'server-error',
      `Cluster ${
        this.#cluster
      } answered with something that is no Kubernetes object. Check its URL.`,
    );
  }
}
