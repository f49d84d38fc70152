// SPDX-License-Identifier: Apache-2.0
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { InputError } from '@backstage/errors';
import type { DirectClusterConfig } from '../config/types';
import { TokenFile } from './TokenFile';

/** TLS options that a request takes over; nothing else of them is. */
const TLS_KEYS = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'rejectUnauthorized',
  'servername',
] as const;

/** Address, TLS options and headers of one request. */
export interface RequestCredentials {
  /** Base URL of the API server, without a slash at its end. */
  url: string;
  tls: Pick<RequestOptions, (typeof TLS_KEYS)[number]>;
  authorization?: string;
  /** Headers for what stands between us and the API server. */
  headers?: Record<string, string>;
}

/** Where a cluster is and how to sign in there. */
export interface Credentials {
  /** Credentials of the next request; read anew, since tokens rotate. */
  get(): Promise<RequestCredentials>;
  /** A connection failed: don't trust what was kept, such as an old CA. */
  forget(): void;
}

async function apply(
  kubeConfig: KubeConfig,
): Promise<Pick<RequestCredentials, 'tls' | 'authorization'>> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  const tls: Record<string, unknown> = {};
  for (const key of TLS_KEYS) {
    if (options[key] !== undefined) {
      tls[key] = options[key];
    }
  }
  // Of the headers only Authorization is taken: an Impersonate header of a
  // kubeconfig doesn't pass.
  const headers = (options.headers ?? {}) as Record<string, unknown>;
  const basic =
    options.auth && `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const authorization = headers.Authorization ?? basic;
  return {
    tls,
    authorization:
      typeof authorization === 'string' ? authorization : undefined,
  };
}

/**
 * Signs in as a service account, with a token from a file or a fixed one.
 */
export class ServiceAccountCredentials implements Credentials {
  readonly #url: string;
  readonly #kubeConfig: KubeConfig;
  readonly #token: () => Promise<string>;
  #kept?: Pick<RequestCredentials, 'tls'>;

  static create(
    cluster: Pick<DirectClusterConfig, 'name' | 'url'> &
      Partial<Pick<DirectClusterConfig, 'caFile' | 'caData' | 'skipTLSVerify'>>,
    token: { file: string } | { value: string },
  ): ServiceAccountCredentials {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      {
        name: cluster.name,
        server: cluster.url,
        caFile: cluster.caFile,
        caData: cluster.caData,
        // Plain http is for loopback only (checkClusterUrl); the library asks
        // for this flag to go along with it.
        skipTLSVerify: cluster.skipTLSVerify || cluster.url.startsWith('http:'),
      },
      { name: 'service-account' },
    );
    const file =
      'file' in token ? TokenFile.create({ path: token.file }) : undefined;
    return new ServiceAccountCredentials(
      cluster.url,
      kubeConfig,
      async () => file?.get() ?? ('value' in token ? token.value : ''),
    );
  }

  private constructor(
    url: string,
    kubeConfig: KubeConfig,
    token: () => Promise<string>,
  ) {
    this.#url = url;
    this.#kubeConfig = kubeConfig;
    this.#token = token;
  }

  async get(): Promise<RequestCredentials> {
    const token = await this.#token();
    this.#kept ??= await apply(this.#kubeConfig);
    return {
      url: this.#url,
      tls: this.#kept.tls,
      authorization: `Bearer ${token}`,
    };
  }

  forget(): void {
    this.#kept = undefined;
  }
}

/**
 * Signs in as a kubeconfig's current context does, client certificates and
 * exec plugins included. For the contract suite, not for the portal.
 */
export class KubeConfigCredentials implements Credentials {
  readonly #url: string;
  readonly #kubeConfig: KubeConfig;

  static create(kubeConfig: KubeConfig): KubeConfigCredentials {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) {
      throw new InputError('The kubeconfig has no current context');
    }
    if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
      const relaxed = new KubeConfig();
      relaxed.loadFromClusterAndUser(
        { ...cluster, skipTLSVerify: true },
        kubeConfig.getCurrentUser() ?? { name: 'nobody' },
      );
      return new KubeConfigCredentials(relaxed, cluster.server);
    }
    return new KubeConfigCredentials(kubeConfig, cluster.server);
  }

  private constructor(kubeConfig: KubeConfig, url: string) {
    this.#kubeConfig = kubeConfig;
    this.#url = url.replace(/\/+$/, '');
  }

  async get(): Promise<RequestCredentials> {
    return { url: this.#url, ...(await apply(this.#kubeConfig)) };
  }

  forget(): void {
    // Nothing is kept.
  }
}
