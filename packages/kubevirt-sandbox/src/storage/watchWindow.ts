// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';

export type StoreEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change of the store. `object` carries the resourceVersion of the change, also when it was deleted. */
export type StoreEvent = {
  type: StoreEventType;
  /** `<group>/<plural>` */
  resource: string;
  object: KubeObject;
  previous?: KubeObject;
  version: number;
};

const MAX_EVENTS = 20_000;

/**
 * The history that a watch may start from. What is older is compacted, and the client gets 410, as with etcd and the
 * watch cache.
 */
export class WatchWindow {
  #events: StoreEvent[] = [];
  #oldest: number;

  constructor(options: { version: number }) {
    this.#oldest = options.version;
  }

  /** A watch must start at this version or later. */
  get oldest(): number {
    return this.#oldest;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) {
      // a tenth at a time: dropping one by one would copy the array on every write
      const dropped = this.#events.splice(0, MAX_EVENTS / 10);
      this.#oldest = dropped[dropped.length - 1].version;
    }
  }

  compact(version: number): void {
    this.#events = this.#events.filter(event => event.version > version);
    this.#oldest = Math.max(this.#oldest, version);
  }

  /** Events of a resource after `version`, or undefined when they are no longer all known. */
  since(resource: string, version: number): StoreEvent[] | undefined {
    if (version < this.#oldest) {
      return undefined;
    }
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#events[middle].version <= version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.#events.slice(low).filter(event => event.resource === resource);
  }
}
