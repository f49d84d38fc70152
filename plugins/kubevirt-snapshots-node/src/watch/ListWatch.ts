// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from '../cluster/ClusterError';
import { object, objects, Raw, textAt } from '../project/raw';
import {
  AnswerTooLargeError,
  ClusterTransport,
  TransportStream,
} from '../transport/ClusterTransport';
import { Resource, resourcePath } from '../transport/resources';
import { Asked, statusError } from '../transport/statusError';

const PAGE_SIZE = 500;

/** The list has to be read again: the cluster forgot where we were. */
export class GoneError extends Error {}

/** Which objects of a cluster. */
export interface ListWatchTarget {
  cluster: string;
  transport: ClusterTransport;
  resource: Resource;
  /** Absent: all namespaces. */
  namespace?: string;
}

/** Reads the items of a list's answer, which has to be one. */
export function listItems(cluster: string, page: Raw): Raw[] {
  const isList = typeof page.kind === 'string' && page.kind.endsWith('List');
  if (!isList || !(page.items === null || Array.isArray(page.items))) {
    // Taken for an empty list it would make everything vanish.
    throw new ClusterError(
      'server-error',
      `Cluster ${cluster} answered with something that is no list. Check its URL.`,
    );
  }
  // A server may send more than it was asked for; none may get lost.
  return objects(page.items, Infinity);
}

/** The two requests of a reflector. */
export class ListWatch {
  readonly #target: ListWatchTarget;
  #pageSize = PAGE_SIZE;

  static create(target: ListWatchTarget): ListWatch {
    return new ListWatch(target);
  }

  private constructor(target: ListWatchTarget) {
    this.#target = target;
  }

  /**
   * Reads the list page by page.
   *
   * @param add - told each object
   * @returns the resource version to watch from
   * @throws GoneError when the list has to be begun again, ClusterError
   */
  async list(add: (raw: Raw) => void, signal: AbortSignal): Promise<string> {
    const { cluster } = this.#target;
    this.#pageSize = PAGE_SIZE;
    let next: string | undefined;
    let page: Raw;
    do {
      page = await this.#page(next, signal);
      listItems(cluster, page).forEach(add);
      next = textAt(page, ['metadata', 'continue'], 16_384);
    } while (next);
    const version = textAt(page, ['metadata', 'resourceVersion'], 64);
    if (!version) {
      throw new ClusterError(
        'server-error',
        `Cluster ${cluster} sent a list without a resourceVersion`,
      );
    }
    return version;
  }

  /**
   * Opens a watch.
   *
   * @throws GoneError, ClusterError
   */
  async watch(options: {
    resourceVersion: string | undefined;
    timeoutMs: number;
    signal: AbortSignal;
  }): Promise<TransportStream> {
    const { namespace, resource, transport } = this.#target;
    const watch = await transport.stream({
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query: {
        watch: 1,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: Math.max(1, Math.round(options.timeoutMs / 1000)),
      },
      signal: options.signal,
    });
    if (watch.httpStatus !== 200) {
      throw this.failure('watch', await transport.readError(watch));
    }
    return watch;
  }

  /** The error that a failed answer, or an event of type ERROR, is. */
  failure(
    verb: Asked['verb'],
    answer: { httpStatus: number; body: string; retryAfter?: string },
  ): GoneError | ClusterError {
    if (answer.httpStatus === 410) {
      return new GoneError();
    }
    const { cluster, resource, namespace } = this.#target;
    return statusError({ cluster, verb, resource, namespace }, answer);
  }

  /** One page of the list, smaller ones when it would be too large. */
  async #page(next: string | undefined, signal: AbortSignal): Promise<Raw> {
    const { namespace, resource, transport } = this.#target;
    try {
      const answer = await transport.request({
        method: 'GET',
        path: resourcePath(resource, { namespace }),
        query: { limit: this.#pageSize, continue: next },
        signal,
      });
      if (answer.httpStatus !== 200) {
        throw this.failure('list', answer);
      }
      return object(JSON.parse(answer.body));
    } catch (error) {
      if (error instanceof AnswerTooLargeError && this.#pageSize > 1) {
        this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 4));
        return await this.#page(next, signal);
      }
      throw error;
    }
  }
}
