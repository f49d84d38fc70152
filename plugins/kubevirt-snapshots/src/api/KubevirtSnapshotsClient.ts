// SPDX-License-Identifier: Apache-2.0
import type { FetchApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';
import type {
  ClusterView,
  DeleteSnapshotRequest,
  OperationView,
  ProtectionAnswer,
  ProtectSnapshotRequest,
  SnapshotDetails,
  SnapshotList,
  SnapshotListQuery,
  StopSnapshotRequest,
  TakeSnapshotRequest,
  UnprotectSnapshotRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { EventStreamParser, parseStreamMessage } from './eventStream';
import type {
  EntityKey,
  KubevirtSnapshotsApi,
  ReadOptions,
  WatchOptions,
} from './KubevirtSnapshotsApi';

const BASE = 'plugin://kubevirt-snapshots';

/** A read that takes longer than this is given up, in milliseconds. */
const READ_TIMEOUT_MS = 20_000;

function segments(...parts: string[]) {
  return parts.map(part => `/${encodeURIComponent(part)}`).join('');
}

function entityPath({ kind, namespace, name }: EntityKey) {
  return `/entities${segments(kind.toLowerCase(), namespace, name)}`;
}

/** Query string of a list; what is left to the backend's default is left out. */
export function listSearchParams(query: SnapshotListQuery): string {
  const params = new URLSearchParams();
  const set = (key: string, value?: string | number) => {
    if (value !== undefined && value !== '') {
      params.set(key, String(value));
    }
  };
  set('show', query.show);
  set('sort', query.sort);
  set('order', query.order);
  set('state', query.states?.length ? query.states.join(',') : undefined);
  set('search', query.search);
  set('offset', query.offset);
  set('limit', query.limit);
  set('minRevision', query.minRevision);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/**
 * Talks to the backend of the plugin.
 *
 * @public
 */
export class KubevirtSnapshotsClient implements KubevirtSnapshotsApi {
  readonly #fetchApi: FetchApi;

  /** Makes a client that sends its requests by the portal's fetch API. */
  static create(options: { fetchApi: FetchApi }) {
    return new KubevirtSnapshotsClient(options.fetchApi);
  }

  private constructor(fetchApi: FetchApi) {
    this.#fetchApi = fetchApi;
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listSnapshots} */
  listSnapshots(
    entity: EntityKey,
    query: SnapshotListQuery,
    options?: ReadOptions,
  ): Promise<SnapshotList> {
    return this.#read(
      `${entityPath(entity)}/snapshots${listSearchParams(query)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getSnapshot} */
  getSnapshot(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<SnapshotDetails> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshots', name)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.checkName} */
  checkName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<{ free: boolean; reason?: string }> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshot-names', candidate)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.takeSnapshot} */
  takeSnapshot(
    entity: EntityKey,
    request: TakeSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(`${entityPath(entity)}/snapshots`, request);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.stopSnapshot} */
  stopSnapshot(
    entity: EntityKey,
    name: string,
    request: StopSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'stop')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.deleteSnapshot} */
  deleteSnapshot(
    entity: EntityKey,
    name: string,
    request: DeleteSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'delete')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.protectSnapshot} */
  protectSnapshot(
    entity: EntityKey,
    name: string,
    request: ProtectSnapshotRequest,
  ): Promise<ProtectionAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('snapshots', name, 'protect')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.unprotectSnapshot} */
  unprotectSnapshot(
    entity: EntityKey,
    name: string,
    request: UnprotectSnapshotRequest,
  ): Promise<ProtectionAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('snapshots', name, 'unprotect')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getOperation} */
  getOperation(
    entity: EntityKey,
    id: string,
    options?: ReadOptions,
  ): Promise<OperationView> {
    return this.#read(
      `${entityPath(entity)}${segments('operations', id)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.watchEvents} */
  async watchEvents(entity: EntityKey, options: WatchOptions): Promise<void> {
    // Not EventSource: it can't send the Authorization header.
    const response = await this.#fetchApi.fetch(
      `${BASE}${entityPath(entity)}/events`,
      {
        headers: { accept: 'text/event-stream' },
        cache: 'no-store',
        signal: options.signal,
      },
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    if (!response.body) {
      throw new Error('The event stream has no body');
    }
    const parser = new EventStreamParser(data => {
      const message = parseStreamMessage(data);
      if (message) {
        options.onMessage(message);
      }
    });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || options.signal.aborted) {
          return;
        }
        options.onActivity?.();
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listClusters} */
  async listClusters(options?: ReadOptions): Promise<ClusterView[]> {
    const { clusters } = await this.#read<{ clusters: ClusterView[] }>(
      '/clusters',
      options,
    );
    return clusters;
  }

  async #read<T>(path: string, options?: ReadOptions): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, READ_TIMEOUT_MS);
    options?.signal?.addEventListener('abort', abort);
    if (options?.signal?.aborted) {
      abort();
    }
    try {
      const response = await this.#fetchApi.fetch(`${BASE}${path}`, {
        signal: controller.signal,
      });
      return await this.#json<T>(response);
    } finally {
      clearTimeout(timer);
      options?.signal?.removeEventListener('abort', abort);
    }
  }

  async #act(path: string, body: unknown): Promise<OperationView> {
    const answer = await this.#post<{ operation: OperationView }>(path, body);
    return answer.operation;
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const response = await this.#fetchApi.fetch(`${BASE}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return this.#json<T>(response);
  }

  async #json<T>(response: Response): Promise<T> {
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}
