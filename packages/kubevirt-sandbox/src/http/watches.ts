// SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from 'node:http';
import { groupVersion, resourceKey, ResourceType } from '../api/resources';
import { Predicate } from '../api/selectors';
import { ApiError, expired, StatusObject } from '../api/status';
import type { Clock } from '../clock';
import type { ObjectStore } from '../storage/objectStore';
import type { StoreEvent } from '../storage/watchWindow';
import type { KubeObject } from '../types';
import type { View } from './content';
import { checkVersion, selection, writeObject } from './lists';

const BOOKMARK_EVERY_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** A client that reads nothing is cut off, as the API server does with slow watchers. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

type Stream = { response: ServerResponse; finish: () => void };

type WatchRequest = {
  type: ResourceType;
  version: string;
  namespace?: string;
  params: URLSearchParams;
  view: View;
  response: ServerResponse;
};

/** Running watches. */
export class Watches {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #streams = new Set<Stream>();

  constructor(options: { store: ObjectStore; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Ends all; abruptly means that the socket breaks. */
  closeAll(abrupt = false): number {
    const streams = [...this.#streams];
    for (const stream of streams) {
      if (abrupt) {
        stream.response.socket?.destroy();
      }
      stream.finish();
    }
    return streams.length;
  }

  serve(request: WatchRequest): void {
    const { type, params, response } = request;
    const matches = this.#filter(request);
    const text = params.get('resourceVersion');
    const sendInitial = this.#wantsInitialEvents(params);
    const bookmarks = params.get('allowWatchBookmarks') === 'true';
    let from: number;
    try {
      from = checkVersion(this.#store, text);
    } catch (error) {
      if (error instanceof ApiError && error.code === 504) {
        this.#head(response);
        this.#send(response, 'ERROR', JSON.stringify(error.status));
        response.end();
        return;
      }
      throw error;
    }
    this.#head(response);
    if (from === 0 || sendInitial) {
      for (const object of this.#store.list(
        resourceKey(type),
        request.namespace,
      )) {
        if (matches(object)) {
          this.#send(response, 'ADDED', this.#json(request, object));
        }
      }
      if (bookmarks) {
        this.#bookmark(request, { 'k8s.io/initial-events-end': 'true' });
      }
    } else {
      const missed = this.#store.window.since(resourceKey(type), from);
      if (!missed) {
        this.#tooOld(response, from);
        return;
      }
      missed.forEach(event => this.#forward(request, matches, event));
    }
    this.#follow(request, matches, bookmarks);
  }

  #follow(request: WatchRequest, matches: Predicate, bookmarks: boolean) {
    const { response, params } = request;
    const key = resourceKey(request.type);
    const cancels: Array<() => void> = [];
    const stream: Stream = {
      response,
      finish: () => {
        this.#streams.delete(stream);
        cancels.splice(0).forEach(cancel => cancel());
        if (!response.writableEnded) {
          response.end();
        }
      },
    };
    const { finish } = stream;
    this.#streams.add(stream);
    response.on('close', finish);
    cancels.push(
      this.#store.listen(event => {
        if (event.resource === key) {
          this.#forward(request, matches, event);
          if (response.writableLength > MAX_BUFFERED_BYTES) {
            response.socket?.destroy();
          }
        }
      }),
    );
    const seconds = Number(params.get('timeoutSeconds') ?? 0);
    const timeout =
      seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT_MS * (1 + Math.random());
    cancels.push(this.#clock.after(timeout, finish));
    if (bookmarks) {
      this.#repeatBookmarks(request, cancels, timeout);
    }
  }

  #repeatBookmarks(
    request: WatchRequest,
    cancels: Array<() => void>,
    timeout: number,
  ) {
    const next = () => {
      cancels.push(
        this.#clock.after(BOOKMARK_EVERY_MS, () => {
          this.#bookmark(request);
          next();
        }),
      );
    };
    next();
    if (timeout > 4000) {
      // one shortly before the end, so that the client resumes from a fresh version
      cancels.push(
        this.#clock.after(timeout - 2000, () => this.#bookmark(request)),
      );
    }
  }

  #filter({ type, namespace, params }: WatchRequest): Predicate {
    const selected = selection(type, params);
    return object =>
      (!namespace || object.metadata.namespace === namespace) &&
      selected(object);
  }

  /** @throws ApiError 422 */
  #wantsInitialEvents(params: URLSearchParams): boolean {
    if (params.get('sendInitialEvents') !== 'true') {
      return false;
    }
    if (params.get('resourceVersionMatch') !== 'NotOlderThan') {
      const field = 'resourceVersionMatch';
      const message =
        'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
      throw new ApiError({
        code: 422,
        reason: 'Invalid',
        message: `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`,
        details: {
          group: 'meta.k8s.io',
          kind: 'ListOptions',
          causes: [{ reason: 'FieldValueForbidden', message, field }],
        },
      });
    }
    return true;
  }

  #forward(request: WatchRequest, matches: Predicate, event: StoreEvent) {
    const now = event.type !== 'DELETED' && matches(event.object);
    const before =
      event.previous !== undefined &&
      event.type !== 'ADDED' &&
      matches(event.previous);
    if (now) {
      this.#send(
        request.response,
        before ? 'MODIFIED' : 'ADDED',
        this.#json(request, event.object),
      );
    } else if (before) {
      // an object that leaves the selection is shown as it was, under the new version
      const left =
        event.type === 'DELETED'
          ? event.object
          : {
              ...event.previous!,
              metadata: {
                ...event.previous!.metadata,
                resourceVersion: String(event.version),
              },
            };
      this.#send(request.response, 'DELETED', this.#json(request, left));
    }
  }

  #json({ type, version, view }: WatchRequest, object: KubeObject): string {
    return writeObject(type, object, version, view);
  }

  #bookmark(
    { type, version, view, response }: WatchRequest,
    annotations?: Record<string, string>,
  ) {
    const [kind, apiVersion] =
      view === 'metadata'
        ? ['PartialObjectMetadata', 'meta.k8s.io/v1']
        : [type.kind, groupVersion(type.group, version)];
    this.#send(
      response,
      'BOOKMARK',
      JSON.stringify({
        kind,
        apiVersion,
        metadata: {
          ...(annotations && { annotations }),
          resourceVersion: String(this.#store.version),
        },
      }),
    );
  }

  #tooOld(response: ServerResponse, from: number) {
    const status: StatusObject = expired(
      `too old resource version: ${from} (${this.#store.window.oldest})`,
    ).status;
    this.#send(response, 'ERROR', JSON.stringify(status));
    response.end();
  }

  #head(response: ServerResponse) {
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    });
    // an empty watch must still answer its headers at once
    response.flushHeaders();
  }

  #send(response: ServerResponse, type: string, json: string) {
    if (!response.writableEnded && !response.destroyed) {
      response.write(`{"type":"${type}","object":${json}}\n`);
    }
  }
}
