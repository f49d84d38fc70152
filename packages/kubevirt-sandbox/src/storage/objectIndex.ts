// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';

/**
 * Objects of a resource by something that they name, as an informer's indexer
 * keeps them: an event on one machine must not cost a look at all the others'
 * snapshots.
 */
export class ObjectIndex {
  readonly #valuesOf: (object: KubeObject) => string[];
  readonly #entries = new Map<string, Map<string, KubeObject>>();

  constructor(valuesOf: (object: KubeObject) => string[]) {
    this.#valuesOf = valuesOf;
  }

  /** In etcd order. */
  get(value: string): KubeObject[] {
    const entries = this.#entries.get(value);
    return entries
      ? [...entries.keys()].sort().map(key => entries.get(key)!)
      : [];
  }

  add(key: string, object: KubeObject): void {
    for (const value of this.#valuesOf(object)) {
      let entries = this.#entries.get(value);
      if (!entries) {
        entries = new Map();
        this.#entries.set(value, entries);
      }
      entries.set(key, object);
    }
  }

  remove(key: string, object: KubeObject): void {
    for (const value of this.#valuesOf(object)) {
      const entries = this.#entries.get(value);
      entries?.delete(key);
      if (entries?.size === 0) {
        this.#entries.delete(value);
      }
    }
  }
}
