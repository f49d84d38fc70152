// SPDX-License-Identifier: Apache-2.0
import {
  stringifyVmRef,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** A change of one VM or, without `ref`, of a cluster's freshness. */
export interface Change {
  cluster: string;
  ref?: VmRef;
}

/**
 * Counts changes per VM and tells listeners, once a turn of the event loop
 * however many changes there were.
 */
export class ChangeHub {
  // From the time of day, so that revisions also grow over a restart: nobody
  // makes a thousand changes a millisecond.
  #counter = Date.now();
  #floor = this.#counter;
  readonly #revisions = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #clusterListeners = new Map<string, Set<() => void>>();
  readonly #allListeners = new Set<(change: Change) => void>();
  readonly #pending = new Map<string, Change>();
  readonly #onError: (error: unknown) => void;
  #scheduled = false;

  static create(options: { onError: (error: unknown) => void }): ChangeHub {
    return new ChangeHub(options.onError);
  }

  private constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  revision(ref: VmRef): number {
    return this.#revisions.get(stringifyVmRef(ref)) ?? this.#floor;
  }

  vmChanged(ref: VmRef): void {
    const key = stringifyVmRef(ref);
    this.#counter += 1;
    this.#revisions.set(key, this.#counter);
    this.#schedule(key, { cluster: ref.cluster, ref });
  }

  freshnessChanged(cluster: string): void {
    this.#schedule(`${cluster}//`, { cluster });
  }

  /**
   * Nothing is left of this VM, so its count needn't be kept: those not kept
   * all have the highest one that was dropped.
   */
  forget(ref: VmRef): void {
    const key = stringifyVmRef(ref);
    const revision = this.#revisions.get(key);
    if (revision !== undefined) {
      this.#revisions.delete(key);
      this.#floor = Math.max(this.#floor, revision);
    }
  }

  subscribe(ref: VmRef, listener: () => void): () => void {
    // Its own function, as two subscribers may share theirs.
    const own = () => listener();
    const off = [
      add(this.#listeners, stringifyVmRef(ref), own),
      add(this.#clusterListeners, ref.cluster, own),
    ];
    return () => off.forEach(f => f());
  }

  subscribeAll(listener: (change: Change) => void): () => void {
    const own = (change: Change) => listener(change);
    this.#allListeners.add(own);
    return () => this.#allListeners.delete(own);
  }

  #schedule(key: string, change: Change): void {
    this.#pending.set(key, change);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
  }

  #flush(): void {
    this.#scheduled = false;
    const changes = Array.from(this.#pending.values());
    this.#pending.clear();
    const called = new Set<() => void>();
    for (const change of changes) {
      const listeners = change.ref
        ? this.#listeners.get(stringifyVmRef(change.ref))
        : this.#clusterListeners.get(change.cluster);
      listeners?.forEach(listener => called.add(listener));
      this.#allListeners.forEach(listener =>
        this.#call(() => listener(change)),
      );
    }
    called.forEach(listener => this.#call(listener));
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#onError(error);
    }
  }
}

function add(
  map: Map<string, Set<() => void>>,
  key: string,
  listener: () => void,
): () => void {
  const set = map.get(key) ?? new Set();
  map.set(key, set);
  set.add(listener);
  return () => {
    set.delete(listener);
    if (set.size === 0 && map.get(key) === set) {
      map.delete(key);
    }
  };
}
