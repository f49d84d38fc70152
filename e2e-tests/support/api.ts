// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import {
  expect,
  type APIRequestContext,
  type APIResponse,
} from '@playwright/test';
import type { SnapshotList } from 'backstage-plugin-kubevirt-snapshots-common';
import type { Person } from './portal';

/** The portal's HTTP API with the token of a person, past the pages. */
export class PortalApi {
  readonly #request: APIRequestContext;
  readonly token: string;

  static async of(request: APIRequestContext, person: Person) {
    const answer = await request.get('/api/auth/demo/refresh', {
      headers: {
        'x-requested-with': 'XMLHttpRequest',
        cookie: `demo-person=${person.toLowerCase()}`,
      },
    });
    const { backstageIdentity } = await answer.json();
    return new PortalApi(request, backstageIdentity.token);
  }

  private constructor(request: APIRequestContext, token: string) {
    this.#request = request;
    this.token = token;
  }

  get(path: string, headers = {}): Promise<APIResponse> {
    return this.#request.get(path, { headers: this.#headers(headers) });
  }

  post(path: string, data: unknown, headers = {}): Promise<APIResponse> {
    return this.#request.post(path, { data, headers: this.#headers(headers) });
  }

  async list(entity: string): Promise<SnapshotList> {
    return await (await this.get(entityApi(entity, '/snapshots'))).json();
  }

  /** Asks for a snapshot; `body` overrides or adds. */
  async take(entity: string, vmUid: string, body: object) {
    return await this.post(entityApi(entity, '/snapshots'), {
      operationId: randomUUID(),
      vmUid,
      ...body,
    });
  }

  #headers(others: object) {
    return { authorization: `Bearer ${this.token}`, ...others };
  }
}

/** Path of our API below an entity. */
export function entityApi(entity: string, path: string): string {
  return `/api/kubevirt-snapshots/entities/resource/default/${entity}${path}`;
}

/** Each was refused for want of a permission. */
export async function expectDenied(answers: APIResponse[]) {
  for (const answer of answers) {
    expect(answer.status(), answer.url()).toBe(403);
    expect(await codeOf(answer)).toBe('permission');
  }
}

/** `error.details.code` of an answer. */
export async function codeOf(answer: APIResponse): Promise<string> {
  const { error } = await answer.json();
  return error.details?.code;
}
