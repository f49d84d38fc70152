// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import { badRequest, ApiError } from '../api/status';
import type { Sandbox } from '../types';
import { mediaType, parseBody, readText } from './content';
import type { Reply } from './reply';

type Handler = (input: {
  body: any;
  url: URL;
  rest: string;
}) => object | undefined | Promise<object | undefined>;

/**
 * `/sandbox/*`: the same doors as the in-process interface, for other processes with the admin token. Never part of
 * what a cluster offers.
 */
export class ControlSurface {
  #sandbox: Sandbox | undefined;
  #extra: { info: () => object } | undefined;

  attach(sandbox: Sandbox, extra: { info: () => object }): void {
    this.#sandbox = sandbox;
    this.#extra = extra;
  }

  async handle(request: IncomingMessage, url: URL): Promise<Reply> {
    const path = url.pathname.replace(/^\/sandbox\//, '');
    const [first, ...others] = path.split('/');
    const handler = this.#handlers()[`${request.method} ${first}`];
    if (!handler) {
      return { code: 404, plain: 'no such control\n' };
    }
    const body = parseBody(await readText(request), mediaType(request));
    const result = await handler({
      body,
      url,
      rest: decodeURIComponent(others.join('/')),
    });
    return { code: 200, json: result ?? { ok: true } };
  }

  #handlers(): Record<string, Handler> {
    const sandbox = this.#sandbox!;
    const { faults, requests, objects } = sandbox;
    const need = <T>(value: T | undefined, what: string): T => {
      if (value === undefined) {
        throw badRequest(`${what} is missing`);
      }
      return value;
    };
    const call = (action: () => void): undefined => {
      action();
      return undefined;
    };
    return {
      'GET info': () => ({ name: sandbox.name, ...this.#extra!.info() }),
      'GET faults': () => ({ items: faults.list() }),
      'POST faults': ({ body }) => ({ id: faults.add(need(body, 'fault')) }),
      'DELETE faults': ({ rest }) =>
        rest ? { removed: faults.remove(rest) } : call(() => faults.clear()),
      'POST volume-faults': ({ body }) => ({
        id: faults.addVolumeFault(need(body, 'fault')),
      }),
      'DELETE volume-faults': ({ rest }) => ({
        removed: faults.removeVolumeFault(rest),
      }),
      'POST watches': ({ body }) => ({
        closed: faults.closeWatches({ abrupt: body?.abrupt }),
      }),
      'POST compact': () => call(() => faults.compact()),
      'PUT switches': ({ body }) =>
        call(() => {
          const switches: Array<[string, (on: boolean) => void]> = [
            ['gate', on => faults.setGate(on)],
            ['snapshotCrds', on => faults.setSnapshotCrds(on)],
            ['virtApi', on => faults.setVirtApi(on)],
            ['answering', on => faults.setAnswering(on)],
          ];
          for (const [name, set] of switches) {
            if (body?.[name] !== undefined) {
              set(Boolean(body[name]));
            }
          }
          if (body?.templateApi !== undefined) {
            faults.setTemplateApi(body.templateApi);
          }
        }),
      'PUT storage': ({ rest, body }) =>
        call(() => faults.setStorageDelays(rest, body ?? {})),
      'PUT guests': ({ rest, body }) =>
        call(() => {
          const [namespace, name] = rest.split('/');
          faults.setGuest(namespace, need(name, 'name'), body ?? {});
        }),
      'POST power': ({ rest, body }) =>
        call(() => {
          const [namespace, name] = rest.split('/');
          sandbox.power(namespace, need(name, 'name'), body?.action);
        }),
      'POST manifests': async ({ body }) => {
        await sandbox.applyManifests(
          typeof body === 'string' ? body : need(body?.yaml, 'yaml'),
        );
        return undefined;
      },
      'GET requests': ({ url }) => {
        const get = (name: string) => url.searchParams.get(name) ?? undefined;
        return {
          items: requests.list({
            since: get('since') ? Number(get('since')) : undefined,
            user: get('user'),
            method: get('method'),
            pathPattern: get('pathPattern'),
          }),
        };
      },
      'DELETE requests': () => call(() => requests.clear()),
      'POST objects': ({ body }) => this.#objects(body, objects),
      'POST tokens': ({ rest }) => {
        const [namespace, name] = rest.split('/');
        try {
          return { token: sandbox.serviceAccountToken(namespace, name) };
        } catch (error) {
          throw new ApiError({
            code: 404,
            reason: 'NotFound',
            message: (error as Error).message,
          });
        }
      },
    };
  }

  /** `{action, ref?, object?, patch?, subresource?}` */
  #objects(body: any, objects: Sandbox['objects']): object {
    const { action, ref, object, patch, subresource } = body ?? {};
    switch (action) {
      case 'create':
        return objects.create(object);
      case 'get':
        return { object: objects.get(ref) ?? null };
      case 'list':
        return { items: objects.list(ref) };
      case 'update':
        return objects.update(object, { subresource });
      case 'patch':
        return objects.patch(ref, patch, { subresource });
      case 'remove':
        return { removed: objects.remove(ref) };
      default:
        throw badRequest(`unknown action ${action}`);
    }
  }
}
