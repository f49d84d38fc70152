// SPDX-License-Identifier: Apache-2.0
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { impersonate } from '../api/impersonation';
import type { UserInfo } from '../api/objectApi';
import { RbacAuthorizer } from '../api/rbac';
import { Tokens } from '../api/tokens';
import { Conditions } from '../faults/conditions';
import { faultError, RequestFaults } from '../faults/faultInjector';
import type { FaultAction, RequestRecord } from '../types';
import { ControlSurface } from './controlSurface';
import { errorReply, Reply, send } from './reply';
import { RequestLog } from './requestLog';
import { Router } from './router';

/** The socket side: authentication, faults, log. */
export class HttpServer {
  readonly #server: Server;
  readonly #router: Router;
  readonly #tokens: Tokens;
  readonly #rbac: RbacAuthorizer;
  readonly #faults: RequestFaults;
  readonly #conditions: Conditions;
  readonly #log: RequestLog;
  readonly #control: ControlSurface;

  constructor(options: {
    router: Router;
    tokens: Tokens;
    rbac: RbacAuthorizer;
    faults: RequestFaults;
    conditions: Conditions;
    log: RequestLog;
    control: ControlSurface;
  }) {
    this.#router = options.router;
    this.#tokens = options.tokens;
    this.#rbac = options.rbac;
    this.#faults = options.faults;
    this.#conditions = options.conditions;
    this.#log = options.log;
    this.#control = options.control;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    // watches are quiet for long times; Kubernetes closes idle keep-alive connections late
    this.#server.keepAliveTimeout = 90_000;
    this.#server.requestTimeout = 0;
  }

  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve =>
      this.#server.close(() => resolve()),
    );
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse) {
    const url = this.#url(request);
    if (!url) {
      await send(request, response, { code: 400, plain: '400 Bad Request' });
      return;
    }
    if (url.pathname.startsWith('/sandbox/')) {
      await this.#serveControl(request, response, url);
      return;
    }
    const record = this.#log.add(request.method!, request.url!);
    if (!this.#conditions.answering) {
      return;
    }
    let user: UserInfo | undefined;
    let failure: unknown;
    try {
      user = impersonate(
        this.#tokens.authenticate(request.headers.authorization),
        request.headers,
        this.#rbac,
      );
      record.user = user.name;
    } catch (error) {
      failure = error;
    }
    const fault = this.#faults.strike(
      request.method!,
      request.url!,
      record.user,
    );
    const answer = () =>
      user
        ? this.#answer(request, response, url, user)
        : Promise.resolve(errorReply(failure));
    await this.#withFault(fault, request, response, record, answer);
  }

  async #withFault(
    fault: FaultAction | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
    answer: () => Promise<Reply | undefined>,
  ): Promise<void> {
    let reply: Reply | undefined;
    switch (fault?.type) {
      case 'respond':
        reply = errorReply(faultError(fault));
        break;
      case 'drop':
      case 'hang':
        if (fault.applied) {
          await answer();
        }
        if (fault.type === 'drop') {
          request.socket.destroy();
        }
        return;
      default:
        if (fault?.type === 'delay') {
          await new Promise(resolve => setTimeout(resolve, fault.ms));
        }
        reply = await answer();
    }
    record.status = reply?.code ?? response.statusCode;
    if (reply) {
      await send(request, response, reply);
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    user: UserInfo,
  ): Promise<Reply | undefined> {
    try {
      return await this.#router.handle({ request, response, url, user });
    } catch (error) {
      return errorReply(error);
    }
  }

  async #serveControl(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ) {
    let reply: Reply;
    try {
      const user = this.#tokens.authenticate(request.headers.authorization);
      reply = user.groups.includes('system:masters')
        ? await this.#control.handle(request, url)
        : { code: 403, plain: 'the control surface needs the admin token\n' };
    } catch (error) {
      reply = errorReply(error);
    }
    await send(request, response, reply);
  }

  #url(request: IncomingMessage): URL | undefined {
    try {
      const url = new URL(request.url!, 'http://sandbox');
      url.pathname.split('/').forEach(decodeURIComponent);
      return url;
    } catch {
      return undefined;
    }
  }
}
