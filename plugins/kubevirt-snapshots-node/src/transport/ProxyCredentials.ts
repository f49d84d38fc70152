// SPDX-License-Identifier: Apache-2.0
import { ClusterError } from '../cluster/ClusterError';
import { capText } from '../text/capText';
import type { Credentials, RequestCredentials } from './Credentials';

/**
 * Providers whose credentials the Kubernetes plugin's backend has itself. With
 * all others, and with none, its proxy passes on what the caller sent: a token
 * of the portal would reach the cluster.
 */
const SERVER_SIDE = ['serviceAccount', 'aws', 'azure', 'googleServiceAccount'];

const REQUEST_TIMEOUT_MS = 10_000;
/** The plugin's clusters may change, so it is asked again. */
const RECHECK_MS = 300_000;

/**
 * How to call the Kubernetes plugin's backend.
 *
 * @public
 */
export interface ProxyAccess {
  /** Base URL of the Kubernetes plugin's backend. */
  baseUrl(): Promise<string>;
  /** A token of this backend for that plugin; never a user's. */
  token(): Promise<string>;
}

/** Signs in with the account that the Kubernetes plugin has for a cluster. */
export class ProxyCredentials implements Credentials {
  readonly #cluster: string;
  readonly #access: ProxyAccess;
  #checkedAt?: number;

  static create(options: {
    /** Its name in the Kubernetes plugin. */
    cluster: string;
    access: ProxyAccess;
  }): ProxyCredentials {
    return new ProxyCredentials(options);
  }

  private constructor(options: { cluster: string; access: ProxyAccess }) {
    this.#cluster = options.cluster;
    this.#access = options.access;
  }

  /**
   * @throws ClusterError when the Kubernetes plugin doesn't answer, doesn't know
   *   the cluster, or has no credentials of its own there
   */
  async get(): Promise<RequestCredentials> {
    const [baseUrl, token] = await Promise.all([
      this.#access.baseUrl(),
      this.#access.token(),
    ]);
    const authorization = `Bearer ${token}`;
    const age = performance.now() - (this.#checkedAt ?? -Infinity);
    if (age > RECHECK_MS) {
      await this.#check(baseUrl, authorization);
      this.#checkedAt = performance.now();
    }
    return {
      url: `${baseUrl}/proxy`,
      tls: {},
      authorization,
      headers: { 'Backstage-Kubernetes-Cluster': this.#cluster },
    };
  }

  forget(): void {
    this.#checkedAt = undefined;
  }

  async #check(baseUrl: string, authorization: string): Promise<void> {
    const cluster = this.#cluster;
    const clusters = await this.#clusters(baseUrl, authorization);
    const found = clusters.find(({ name }) => name === cluster);
    if (!found) {
      throw new ClusterError(
        'unreachable',
        `The Kubernetes plugin knows no cluster ${cluster}. Give it the name that it has there.`,
      );
    }
    const provider = String(found.authProvider);
    if (!SERVER_SIDE.includes(provider)) {
      throw new ClusterError(
        'unauthorized',
        `Cluster ${cluster} can't be reached through the Kubernetes plugin: its auth provider ${capText(
          provider,
          50,
        )} has no credentials of its own. Use one of ${SERVER_SIDE.join(
          ', ',
        )}, or transport direct.`,
      );
    }
  }

  async #clusters(
    baseUrl: string,
    authorization: string,
  ): Promise<{ name?: unknown; authProvider?: unknown }[]> {
    try {
      const response = await fetch(`${baseUrl}/clusters`, {
        headers: { authorization },
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const body: any = response.ok ? await response.json() : undefined;
      if (!Array.isArray(body?.items)) {
        throw new Error(`it answered ${response.status}`);
      }
      return body.items;
    } catch (error) {
      throw new ClusterError(
        'unreachable',
        `The Kubernetes plugin can't be asked for cluster ${
          this.#cluster
        } (${capText(String((error as Error).message), 200)})`,
      );
    }
  }
}
