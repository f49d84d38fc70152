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
      this.#records.splice(0, MAX_RECORDS / 10);
    }
    return record;
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
