// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Raw } from '../project/raw';

/** A request that the stub got. */
export interface StubRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body?: any;
}

type Reply = {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
};

/** Answers a request itself, or leaves it to the stub. */
export type StubHook = (
  request: StubRequest,
  response: http.ServerResponse,
) => Reply | 'taken' | undefined;

/**
 * The least of an API server that unit tests need: lists in pages, watches
 * that tests feed, and whatever a hook answers.
 */
export class StubCluster {
  readonly requests: StubRequest[] = [];
  readonly watches: {
    path: string;
    query: URLSearchParams;
    response: http.ServerResponse;
  }[] = [];
  hook: StubHook = () => undefined;
  resourceVersion = 1000;
  readonly #lists = new Map<string, Raw[]>();
  readonly #server: http.Server;

  static async create(): Promise<StubCluster> {
    const stub = new StubCluster();
    await new Promise<void>(resolve =>
      stub.#server.listen(0, '127.0.0.1', resolve),
    );
    return stub;
  }

  private constructor() {
    this.#server = http.createServer((request, response) =>
      this.#handle(request, response),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Objects of a collection, by the end of its path. */
  setList(plural: string, items: Raw[]): void {
    this.#lists.set(plural, items);
  }

  /** Sends an event to every watch on a collection. */
  send(plural: string, type: string, object: unknown): void {
    for (const watch of this.openWatches(plural)) {
      watch.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  openWatches(plural: string) {
    return this.watches.filter(
      w => w.path.endsWith(`/${plural}`) && !w.response.destroyed,
    );
  }

  /** Breaks the connections of watches. */
  cut(plural?: string): void {
    for (const watch of this.watches) {
      if (!plural || watch.path.endsWith(`/${plural}`)) {
        watch.response.destroy();
      }
    }
  }

  count(method: string, end: string): number {
    return this.requests.filter(
      r => r.method === method && r.path.endsWith(end) && !r.query.has('watch'),
    ).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://stub');
      const text = Buffer.concat(chunks).toString('utf8');
      const seen: StubRequest = {
        method: request.method!,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text ? JSON.parse(text) : undefined,
      };
      this.requests.push(seen);
      const reply = this.hook(seen, response) ?? this.#answer(seen, response);
      if (reply !== 'taken') {
        response.writeHead(reply.status, {
          'Content-Type': 'application/json',
          ...reply.headers,
        });
        response.end(
          typeof reply.body === 'string'
            ? reply.body
            : JSON.stringify(reply.body ?? {}),
        );
      }
    });
  }

  #answer(
    request: StubRequest,
    response: http.ServerResponse,
  ): Reply | 'taken' {
    const plural = request.path.split('/').pop()!;
    if (request.method === 'GET' && request.query.has('watch')) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
      this.watches.push({
        path: request.path,
        query: request.query,
        response,
      });
      return 'taken';
    }
    const items = this.#lists.get(plural);
    if (request.method === 'GET' && items) {
      const from = Number(request.query.get('continue') ?? 0);
      const limit = Number(request.query.get('limit') ?? items.length);
      const more = from + limit < items.length;
      return {
        status: 200,
        body: {
          kind: 'List',
          metadata: {
            resourceVersion: String(this.resourceVersion),
            continue: more ? String(from + limit) : '',
          },
          items: items.slice(from, from + limit),
        },
      };
    }
    return {
      status: 404,
      body: {
        kind: 'Status',
        status: 'Failure',
        code: 404,
        reason: 'NotFound',
        message: `${plural} not found`,
        details: { name: plural, kind: 'things' },
      },
    };
  }
}

/** Plurals of everything that the cluster service watches. */
export const WATCHED_PLURALS = [
  'virtualmachines',
  'virtualmachineinstances',
  'virtualmachinesnapshots',
  'virtualmachinesnapshotcontents',
  'virtualmachinerestores',
  'virtualmachineclones',
];
