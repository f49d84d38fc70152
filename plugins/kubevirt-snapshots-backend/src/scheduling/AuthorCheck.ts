// SPDX-License-Identifier: Apache-2.0
import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Schedule } from './types';

type AuthorCatalog = Pick<
  CatalogService,
  'getEntityByRef' | 'getEntities' | 'getEntitiesByRefs'
>;

/** Depth to which groups of groups are followed. */
const MAX_DEPTH = 10;

/** What the catalog says of a person, the groups they belong to included. */
export type Belonging =
  | { known: true; refs: Set<string> }
  | { known: false; refs: Set<string> };

/**
 * Asks the catalog who somebody is. Without the person's token no policy can
 * be asked what they may do; whether they still own a VM can be.
 */
export class AuthorCheck {
  readonly #catalog: AuthorCatalog;
  readonly #auth: Pick<AuthService, 'getOwnServiceCredentials'>;

  constructor(options: {
    catalog: AuthorCatalog;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    logger: LoggerService;
  }) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  /**
   * The person with their groups and the groups above these.
   *
   * @throws when the catalog is not well: it doesn't answer, or it has no
   *   people at all, which is what one looks like that is being filled
   */
  async belongingOf(userRef: string): Promise<Belonging> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const refs = new Set<string>([userRef]);
    const entity = await this.#catalog.getEntityByRef(userRef, { credentials });
    if (!entity) {
      const { items } = await this.#catalog.getEntities(
        {
          filter: { kind: 'User' },
          fields: ['kind', 'metadata.name'],
          limit: 1,
        },
        { credentials },
      );
      if (items.length === 0) {
        throw new Error('The catalog has no people');
      }
      return { known: false, refs };
    }
    let level = [entity];
    for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
      const above = new Set<string>();
      for (const one of level) {
        for (const { type, targetRef } of one.relations ?? []) {
          if (
            (type === 'memberOf' || type === 'childOf') &&
            !refs.has(targetRef)
          ) {
            refs.add(targetRef);
            above.add(targetRef);
          }
        }
      }
      if (above.size === 0) {
        break;
      }
      const { items } = await this.#catalog.getEntitiesByRefs(
        {
          entityRefs: Array.from(above),
          fields: ['kind', 'metadata', 'relations'],
        },
        { credentials },
      );
      level = items.flatMap(item => (item ? [item] : []));
    }
    return { known: true, refs };
  }

  /** What can be checked later about whoever saves a schedule now. */
  async basisOf(
    userRef: string,
    owners: string[],
  ): Promise<Schedule['authorBasis']> {
    try {
      const belonging = await this.belongingOf(userRef);
      if (!belonging.known) {
        return 'unknown';
      }
      return owners.some(owner => belonging.refs.has(owner))
        ? 'owner'
        : 'known';
    } catch {
      return 'unknown';
    }
  }
}

/** The name in an entity ref, for sentences. */
export function nameOf(entityRef: string): string {
  try {
    return parseEntityRef(entityRef).name;
  } catch {
    return entityRef;
  }
}
