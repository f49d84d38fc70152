// SPDX-License-Identifier: Apache-2.0
import type { RequestRecord, SandboxRequests } from '../types';

const MAX_RECORDS = 20_000;

/** What arrived, newest last. */
export class RequestLog implements SandboxRequests {
  #records: RequestRecord[] = [];

  /** The record is filled in as the request proceeds. */
  add(method: string, path: string): RequestRecord {
    const at = Date.now();
    const record: RequestRecord = {
      time: new Date(at).toISOString(),
      at,
      method,
      path,
      user: '',
      status: 0,
    };
    this.#records.push(record);
    if (this.#records.length > MAX_RECORDS) {
      this.#forget(MAX_RECORDS / 10);
    }
    return record;
  }

  /** The oldest reads go first: what somebody changed is what one asks for later. */
  #forget(count: number): void {
    let left = count;
    this.#records = this.#records.filter(({ method }) => {
      const goes = left > 0 && method === 'GET';
      left -= goes ? 1 : 0;
      return !goes;
    });
    this.#records.splice(0, left);
  }

  list(
    filter: {
      since?: number;
      user?: string;
      method?: string;
      pathPattern?: string | RegExp;
    } = {},
  ): RequestRecord[] {
    const { since, user, method, pathPattern } = filter;
    const pattern = pathPattern && new RegExp(pathPattern);
    return this.#records
      .filter(
        record =>
          (since === undefined || record.at >= since) &&
          (user === undefined || record.user === user) &&
          (method === undefined || record.method === method) &&
          (!pattern || pattern.test(record.path)),
      )
      .map(record => ({ ...record }));
  }

  clear(): void {
    this.#records = [];
  }
}
