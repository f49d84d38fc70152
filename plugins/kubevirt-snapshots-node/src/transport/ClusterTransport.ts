// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { JsonObject } from '@backstage/types';
import { ClusterError } from '../cluster/ClusterError';
import { capText } from '../text/capText';
import type { Credentials } from './Credentials';

/** Time that a cluster has for a whole answer, watches apart. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Largest answer that is read, in bytes. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** An error's body is read up to here; a Status is far smaller. */
const MAX_ERROR_BYTES = 64 * 1024;

const USER_AGENT = 'backstage-plugin-kubevirt-snapshots';

/** A request to a cluster. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `resourcePath`, or another path whose parts have been checked. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: JsonObject;
  /** For PATCH; `application/json` when absent. */
  contentType?: string;
  /** Subresources of KubeVirt answer 406 to `application/json`: `*` + `/*` there. */
  accept?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** From then on it must not be sent any more, by `performance.now()`. */
  sendBefore?: number;
  /**
   * In whose name, where the account may impersonate. Set by us only; nothing
   * of a caller's request gets here.
   */
  impersonate?: Impersonation;
}

/** A person as Kubernetes gets to see them. */
export interface Impersonation {
  user: string;
  group: string;
}

/** An answer of any HTTP status, its body read. */
export interface TransportAnswer {
  httpStatus: number;
  body: string;
  retryAfter?: string;
}

/** An answer whose body comes bit by bit. */
export interface TransportStream {
  httpStatus: number;
  retryAfter?: string;
  stream: Readable;
  /** Ends the connection. */
  close(): void;
}

/** The body of an answer was larger than we read. */
export class AnswerTooLargeError extends ClusterError {
  constructor(cluster: string, limit: number) {
    super(
      'server-error',
      `Cluster ${cluster} sent more than ${Math.round(
        limit / 1024 / 1024,
      )} MB in one answer`,
    );
  }
}

/**
 * Speaks HTTP with one API server: adds the account's token, and nothing of
 * the caller's but method, path, query and body. Redirects aren't followed.
 */
export class ClusterTransport {
  readonly #name: string;
  readonly #credentials: Credentials;
  readonly #agents: { 'http:': http.Agent; 'https:': https.Agent };
  readonly #maxBytes: number;

  static create(options: {
    /** Name of the cluster, for messages. */
    name: string;
    credentials: Credentials;
    /** 32 MB when absent. */
    maxResponseBytes?: number;
  }): ClusterTransport {
    return new ClusterTransport(options);
  }

  private constructor(options: {
    name: string;
    credentials: Credentials;
    maxResponseBytes?: number;
  }) {
    this.#name = options.name;
    this.#credentials = options.credentials;
    this.#maxBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
    const agentOptions = { keepAlive: true, maxSockets: 16, timeout: 60_000 };
    this.#agents = {
      'http:': new http.Agent(agentOptions),
      'https:': new https.Agent(agentOptions),
    };
  }

  /** Closes connections that are kept for later. */
  close(): void {
    Object.values(this.#agents).forEach(agent => agent.destroy());
  }

  /**
   * One request, its whole answer read. Every HTTP status is an answer.
   *
   * @throws ClusterError `unreachable` when none came in time, `unauthorized`
   *   when there is no token, `too-late` when it was not sent
   */
  async request(request: TransportRequest): Promise<TransportAnswer> {
    const timeout = AbortSignal.timeout(
      request.timeoutMs ?? REQUEST_TIMEOUT_MS,
    );
    const signal = request.signal
      ? AbortSignal.any([timeout, request.signal])
      : timeout;
    const send = async () => {
      const response = await this.#open(request, signal, {
        // A kept connection that the server is just closing would leave the
        // fate of a write unknown, so writes get one of their own.
        keepAlive: request.method === 'GET',
      });
      return {
        httpStatus: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
        body: await this.#read(response),
      };
    };
    try {
      return await send();
    } catch (error) {
      if (isStaleConnection(error) && request.method === 'GET') {
        return await send().catch(again => {
          throw this.#unreachable(again, timeout);
        });
      }
      throw this.#unreachable(error, timeout);
    }
  }

  /**
   * Opens an answer without end, on a connection of its own. The timeout is
   * for its beginning only.
   */
  async stream(request: TransportRequest): Promise<TransportStream> {
    const controller = new AbortController();
    const timeout = AbortSignal.timeout(
      request.timeoutMs ?? REQUEST_TIMEOUT_MS,
    );
    const onTimeout = () => controller.abort(timeout.reason);
    const onAbort = () => controller.abort(request.signal?.reason);
    timeout.addEventListener('abort', onTimeout);
    request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      request.signal?.throwIfAborted();
      const response = await this.#open(request, controller.signal, {});
      // A silent peer without FIN is noticed by the kernel too.
      response.socket.setKeepAlive(true, 15_000);
      return {
        httpStatus: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
        stream: response,
        close: () => {
          request.signal?.removeEventListener('abort', onAbort);
          response.destroy();
        },
      };
    } catch (error) {
      request.signal?.removeEventListener('abort', onAbort);
      throw this.#unreachable(error, timeout);
    } finally {
      timeout.removeEventListener('abort', onTimeout);
    }
  }

  /** Reads the rest of a stream as an error's body. */
  async readError(stream: TransportStream): Promise<TransportAnswer> {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => stream.close(), REQUEST_TIMEOUT_MS);
    try {
      for await (const chunk of stream.stream) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_ERROR_BYTES) {
          break;
        }
      }
    } catch {
      // What has come so far has to do.
    } finally {
      clearTimeout(timer);
      stream.close();
    }
    return {
      httpStatus: stream.httpStatus,
      retryAfter: stream.retryAfter,
      body: Buffer.concat(chunks).toString('utf8'),
    };
  }

  async #open(
    request: TransportRequest,
    signal: AbortSignal,
    options: { keepAlive?: boolean },
  ): Promise<http.IncomingMessage> {
    const { url: base, tls, ...signIn } = await this.#credentials.get();
    const payload =
      request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: http.OutgoingHttpHeaders = {
      Accept: request.accept ?? 'application/json',
      'Accept-Encoding': 'identity',
      'User-Agent': USER_AGENT,
      ...signIn.headers,
    };
    if (signIn.authorization) {
      headers.Authorization = signIn.authorization;
    }
    if (request.impersonate) {
      headers['Impersonate-User'] = request.impersonate.user;
      headers['Impersonate-Group'] = request.impersonate.group;
    }
    if (payload !== undefined) {
      headers['Content-Type'] = request.contentType ?? 'application/json';
      headers['Content-Length'] = Buffer.byteLength(payload);
    }
    const url = `${base}${request.path}${queryString(request.query)}`;
    const protocol = base.startsWith('https:') ? 'https:' : 'http:';
    return await new Promise((resolve, reject) => {
      const call = (protocol === 'https:' ? https : http).request(url, {
        method: request.method,
        headers,
        signal,
        agent: options.keepAlive ? this.#agents[protocol] : false,
        ...tls,
      });
      call.on('error', error =>
        reject(
          call.reusedSocket ? Object.assign(error, { reused: true }) : error,
        ),
      );
      call.on('response', resolve);
      if (request.sendBefore === undefined) {
        call.end(payload);
        return;
      }
      const { sendBefore } = request;
      // Looked at last, since finding a token and connecting take time too.
      const send = () => {
        if (performance.now() < sendBefore) {
          call.end(payload);
        } else {
          call.destroy(this.#tooLate());
        }
      };
      call.on('socket', socket => {
        if (socket.connecting) {
          socket.once(
            protocol === 'https:' ? 'secureConnect' : 'connect',
            send,
          );
        } else {
          send();
        }
      });
    });
  }

  async #read(response: http.IncomingMessage): Promise<string> {
    const ok = (response.statusCode ?? 0) < 300;
    const limit = ok ? this.#maxBytes : MAX_ERROR_BYTES;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      size += chunk.length;
      if (size > limit) {
        response.destroy();
        if (ok) {
          throw new AnswerTooLargeError(this.#name, limit);
        }
        break;
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #tooLate(): ClusterError {
    return new ClusterError(
      'too-late',
      `Nothing was sent to cluster ${
        this.#name
      }, because the portal was held up for too long`,
    );
  }

  #unreachable(error: unknown, timeout: AbortSignal): ClusterError {
    if (error instanceof ClusterError) {
      return error;
    }
    this.#credentials.forget();
    const { code, message } = error as NodeJS.ErrnoException;
    const why = timeout.aborted
      ? 'it did not answer in time'
      : capText(String((code !== 'ABORT_ERR' && code) || message), 200);
    return new ClusterError(
      'unreachable',
      `Cluster ${this.#name} can't be reached (${why})`,
    );
  }
}

function isStaleConnection(error: unknown): boolean {
  const { code, reused } = error as NodeJS.ErrnoException & {
    reused?: boolean;
  };
  return reused === true && (code === 'ECONNRESET' || code === 'EPIPE');
}

function queryString(query: TransportRequest['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined) {
      params.set(key, String(value));
    }
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}
