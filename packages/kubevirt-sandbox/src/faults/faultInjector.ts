// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/status';
import type { Fault, FaultAction, VolumeFault } from '../types';

const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const MESSAGES: Record<number, string> = {
  401: 'Unauthorized',
  409: 'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  410: 'The resourceVersion for the provided list is too old.',
  429: 'the server has received too many requests and has asked us to try again later',
  500: 'Internal error occurred: injected fault',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

export function faultError(
  action: Extract<FaultAction, { type: 'respond' }>,
): ApiError {
  const retry =
    action.retryAfterSeconds ??
    ([429, 503].includes(action.status) ? 1 : undefined);
  return new ApiError({
    code: action.status,
    reason: action.reason ?? REASONS[action.status],
    message: action.message ?? MESSAGES[action.status] ?? 'injected fault',
    details: retry === undefined ? {} : { retryAfterSeconds: retry },
  });
}

function matchesText(
  pattern: string | RegExp | undefined,
  text: string,
): boolean {
  return pattern === undefined || new RegExp(pattern).test(text);
}

type Armed = { fault: Fault; passed: number; struck: number };

/** Faults of requests: each strikes the matching ones, at most `times`. */
export class RequestFaults {
  readonly #faults = new Map<string, Armed>();

  add(fault: Fault): string {
    const id = randomUUID();
    this.#faults.set(id, { fault, passed: 0, struck: 0 });
    return id;
  }

  remove(id: string): boolean {
    return this.#faults.delete(id);
  }

  list(): Array<Fault & { id: string }> {
    return [...this.#faults].map(([id, { fault }]) => ({ id, ...fault }));
  }

  clear(): void {
    this.#faults.clear();
  }

  /** The first fault that strikes this request. */
  strike(method: string, path: string, user: string): FaultAction | undefined {
    for (const [id, armed] of this.#faults) {
      const { match = {}, action, times, skip = 0 } = armed.fault;
      const methods = [match.method ?? []].flat();
      const hit =
        (methods.length === 0 || methods.includes(method)) &&
        matchesText(match.path, path) &&
        (match.user === undefined || match.user === user);
      if (hit && armed.passed < skip) {
        armed.passed += 1;
      } else if (hit) {
        armed.struck += 1;
        if (times !== undefined && armed.struck >= times) {
          this.#faults.delete(id);
        }
        return action;
      }
    }
    return undefined;
  }
}

/** Faults of storage, asked for by the fake CSI driver. */
export class VolumeFaults {
  readonly #faults = new Map<string, { fault: VolumeFault; struck: number }>();
  #onChange: () => void = () => {};

  /** Called when a fault goes, so that what hung goes on. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  add(fault: VolumeFault): string {
    const id = randomUUID();
    this.#faults.set(id, { fault, struck: 0 });
    return id;
  }

  remove(id: string): boolean {
    const removed = this.#faults.delete(id);
    this.#onChange();
    return removed;
  }

  clear(): void {
    this.#faults.clear();
    this.#onChange();
  }

  find(
    modes: Array<VolumeFault['mode']>,
    volume: { namespace: string; claim: string; storageClass?: string },
  ): VolumeFault | undefined {
    for (const [id, entry] of this.#faults) {
      const { fault } = entry;
      const hit =
        modes.includes(fault.mode) &&
        (fault.namespace === undefined ||
          fault.namespace === volume.namespace) &&
        (fault.storageClass === undefined ||
          fault.storageClass === volume.storageClass) &&
        matchesText(fault.claim, volume.claim);
      if (hit) {
        entry.struck += 1;
        if (fault.times !== undefined && entry.struck >= fault.times) {
          this.#faults.delete(id);
        }
        return fault;
      }
    }
    return undefined;
  }
}
