// SPDX-License-Identifier: Apache-2.0
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import type { BulkRun, BulkSnapshot } from './BulkRun';

/** What a bulk does, for the words about it. */
export type BulkKind = 'take' | 'schedule';

/** The bulk that was begun last, and how far it is. */
export interface CurrentBulk {
  kind: BulkKind;
  run: BulkRun;
  snapshot: BulkSnapshot;
}

/**
 * Holds the bulk of a browser tab, so that it goes on whatever the page shows
 * and is still there when one comes back to it. There is one at a time.
 */
class BulkStore {
  readonly #listeners = new Set<() => void>();
  #current?: CurrentBulk;
  #unsubscribe?: () => void;

  get current(): CurrentBulk | undefined {
    return this.#current;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  begin(kind: BulkKind, run: BulkRun): void {
    this.#unsubscribe?.();
    this.#unsubscribe = run.subscribe(() => this.#show(kind, run));
    window.addEventListener('beforeunload', this.#askToStay);
    run.start();
  }

  dismiss(): void {
    this.#unsubscribe?.();
    this.#current = undefined;
    this.#tell();
  }

  #show(kind: BulkKind, run: BulkRun): void {
    this.#current = { kind, run, snapshot: run.snapshot };
    this.#tell();
  }

  #tell(): void {
    if (!this.#current?.snapshot.active) {
      window.removeEventListener('beforeunload', this.#askToStay);
    }
    this.#listeners.forEach(listener => listener());
  }

  /** What waits for its turn would not be done. */
  readonly #askToStay = (event: Event) => event.preventDefault();
}

const stores = new WeakMap<QueryClient, BulkStore>();

/** The bulk of this browser tab. */
export function useBulk() {
  const queryClient = useQueryClient();
  const store = useMemo(() => {
    const known = stores.get(queryClient) ?? new BulkStore();
    stores.set(queryClient, known);
    return known;
  }, [queryClient]);
  const current = useSyncExternalStore(store.subscribe, () => store.current);
  return {
    current,
    begin: (kind: BulkKind, run: BulkRun) => store.begin(kind, run),
    dismiss: () => store.dismiss(),
  };
}
