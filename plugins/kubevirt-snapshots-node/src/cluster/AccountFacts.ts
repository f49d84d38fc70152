// SPDX-License-Identifier: Apache-2.0
import { at, textAt } from '../project/raw';
import { RESOURCES } from '../transport/resources';
import { ClusterError } from './ClusterError';
import type { KubeClient } from './KubeClient';
import type { AccountRight } from './types';

/** How long an answer is believed, ms. */
const BELIEVED_MS = 5 * 60_000;

const RIGHTS: Record<AccountRight, Record<string, string>> = {
  restore: {
    group: RESOURCES.restores.group,
    resource: RESOURCES.restores.plural,
    verb: 'create',
  },
  'stop-restore': {
    group: RESOURCES.restores.group,
    resource: RESOURCES.restores.plural,
    verb: 'delete',
  },
  start: {
    group: RESOURCES.vmActions.group,
    resource: RESOURCES.vmActions.plural,
    subresource: 'start',
    verb: 'update',
  },
  stop: {
    group: RESOURCES.vmActions.group,
    resource: RESOURCES.vmActions.plural,
    subresource: 'stop',
    verb: 'update',
  },
  'delete-claim': {
    group: '',
    resource: RESOURCES.claims.plural,
    verb: 'delete',
  },
};

/** What changes seldom about an account and its cluster, asked and remembered. */
export class AccountFacts {
  readonly #client: KubeClient;
  readonly #answers = new Map<string, { at: number; value: unknown }>();

  constructor(options: { client: KubeClient }) {
    this.#client = options.client;
  }

  /** Whether the account has a right in a namespace. */
  may(namespace: string, right: AccountRight): Promise<boolean> {
    return this.#remembered(`${namespace}/${right}`, async () => {
      const review = await this.#client.create(
        RESOURCES.accessReviews,
        undefined,
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { ...RIGHTS[right], namespace } },
        },
      );
      return at(review, 'status', 'allowed') === true;
    });
  }

  /** Version of KubeVirt, where the cluster tells it. */
  version(): Promise<string | undefined> {
    return this.#remembered('version', async () => {
      try {
        const [kubevirt] = await this.#client.list(
          RESOURCES.kubevirts,
          undefined,
        );
        return textAt(kubevirt, ['status', 'observedKubeVirtVersion'], 64);
      } catch (error) {
        if (error instanceof ClusterError && error.code === 'forbidden') {
          return undefined;
        }
        throw error;
      }
    });
  }

  async #remembered<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known && Date.now() - known.at < BELIEVED_MS) {
      return known.value as T;
    }
    const value = await ask();
    // A refusal is asked again each time: whoever has just applied the rights
    // shouldn't have to wait.
    if (value !== false) {
      this.#answers.set(key, { at: Date.now(), value });
    }
    return value;
  }
}
