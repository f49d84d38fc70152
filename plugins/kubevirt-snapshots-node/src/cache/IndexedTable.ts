// SPDX-License-Identifier: Apache-2.0

/**
 * Records by key, found by further keys as well.
 */
export class IndexedTable<T> {
  readonly #rows = new Map<string, T>();
  readonly #indexes: {
    keys: (row: T) => (string | undefined)[];
    rows: Map<string, Set<T>>;
  }[];

  /** @param indexes - each tells the keys under which a row is found */
  static create<T>(
    ...indexes: ((row: T) => (string | undefined)[])[]
  ): IndexedTable<T> {
    return new IndexedTable(indexes);
  }

  private constructor(indexes: ((row: T) => (string | undefined)[])[]) {
    this.#indexes = indexes.map(keys => ({ keys, rows: new Map() }));
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  /** Rows under a key of the index of that number. */
  by(index: number, key: string): T[] {
    return Array.from(this.#indexes[index].rows.get(key) ?? []);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#rows.entries();
  }

  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  /** Returns the row that was there before. */
  set(key: string, row: T): T | undefined {
    const before = this.delete(key);
    this.#rows.set(key, row);
    for (const index of this.#indexes) {
      for (const indexKey of index.keys(row)) {
        if (indexKey !== undefined) {
          const rows = index.rows.get(indexKey);
          if (rows) {
            rows.add(row);
          } else {
            index.rows.set(indexKey, new Set([row]));
          }
        }
      }
    }
    return before;
  }

  /** Returns the row that was there. */
  delete(key: string): T | undefined {
    const row = this.#rows.get(key);
    if (row === undefined) {
      return undefined;
    }
    this.#rows.delete(key);
    for (const index of this.#indexes) {
      for (const indexKey of index.keys(row)) {
        const rows: Set<T> | undefined =
          indexKey === undefined ? undefined : index.rows.get(indexKey);
        if (indexKey !== undefined && rows?.delete(row) && rows.size === 0) {
          index.rows.delete(indexKey);
        }
      }
    }
    return row;
  }
}
