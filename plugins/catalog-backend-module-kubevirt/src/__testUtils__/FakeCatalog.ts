// SPDX-License-Identifier: Apache-2.0
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';

/** Keeps what one provider wrote, as the catalog would. */
export class FakeCatalog {
  readonly entities = new Map<string, Entity>();
  readonly mutations: EntityProviderMutation[] = [];
  /** The next writes that fail. */
  failing = 0;

  get connection(): EntityProviderConnection {
    return {
      applyMutation: async mutation => {
        if (this.failing > 0) {
          this.failing -= 1;
          throw new Error('the database is away');
        }
        this.#apply(mutation);
      },
      refresh: async () => {},
    };
  }

  get refs(): string[] {
    return Array.from(this.entities.keys()).sort();
  }

  /** Kind of each write so far. */
  get writes(): string[] {
    return this.mutations.map(m => m.type);
  }

  #apply(mutation: EntityProviderMutation): void {
    this.mutations.push(mutation);
    if (mutation.type === 'full') {
      this.entities.clear();
    } else {
      for (const one of mutation.removed) {
        this.entities.delete(
          'entityRef' in one ? one.entityRef : stringifyEntityRef(one.entity),
        );
      }
    }
    const added = mutation.type === 'full' ? mutation.entities : mutation.added;
    added.forEach(({ entity }) =>
      this.entities.set(stringifyEntityRef(entity), entity),
    );
  }
}
