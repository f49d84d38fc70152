// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { ChangeHub } from '../cache/ChangeHub';
import { ClusterCache } from '../cache/ClusterCache';
import type { ClusterConfig, DirectClusterConfig } from '../config/types';
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
import {
  ProxyCredentials,
  type ProxyAccess,
} from '../transport/ProxyCredentials';
import { RESOURCES } from '../transport/resources';
import type { ReflectorTimings } from '../watch/backoff';
import { Reflector } from '../watch/Reflector';
import { AccountFacts } from './AccountFacts';
import { ApiCheck } from './ApiCheck';
import { BypassCheck } from './BypassCheck';
import { clusterState } from './clusterState';
import { KubeClient } from './KubeClient';
import type { CommittedIntent } from './CommittedIntent';
import type { ClusterStatus } from './types';

/** Resources that are watched; an optional one may be absent. */
const WATCHED = [
  ['virtualMachines', false],
  ['virtualMachineInstances', false],
  ['snapshots', false],
  ['contents', false],
  ['restores', false],
  ['clones', true],
] as const;

interface ConnectionOptions {
  config: ClusterConfig;
  acceptProxyBypass: boolean;
  logger: LoggerService;
  hub: ChangeHub;
  timings: ReflectorTimings;
  proxyAccess: ProxyAccess;
}

/** Everything about one cluster: its watches, its cache and its client. */
export class ClusterConnection {
  readonly #config: ClusterConfig;
  readonly #logger: LoggerService;
  readonly #hub: ChangeHub;
  readonly #transport: ClusterTransport;
  readonly #impersonation: DirectClusterConfig['impersonation'];
  /** Signed in as the account that may impersonate. */
  readonly #writeTransport: ClusterTransport | undefined;
  readonly #reflectors: Reflector[];
  readonly #bypass: BypassCheck;
  /** The watches may hang on the same dead connection without knowing. */
  readonly #onUnreachable = () =>
    this.#reflectors
      .filter(r => r.state.phase === 'live')
      .forEach(r => r.verify());
  #told?: string;

  readonly cache: ClusterCache;
  readonly client: KubeClient;
  readonly facts: AccountFacts;
  readonly apis: ApiCheck;

  static create(options: ConnectionOptions): ClusterConnection {
    return new ClusterConnection(options);
  }

  private constructor(options: ConnectionOptions) {
    const { config, hub, logger } = options;
    this.#config = config;
    this.#logger = logger;
    this.#hub = hub;
    this.#transport = ClusterTransport.create({
      name: config.name,
      credentials:
        config.transport === 'direct'
          ? ServiceAccountCredentials.create(config, {
              file: config.serviceAccountTokenFile,
            })
          : ProxyCredentials.create({
              cluster: config.name,
              access: options.proxyAccess,
            }),
    });
    if (config.transport === 'direct' && config.impersonation) {
      this.#impersonation = config.impersonation;
      this.#writeTransport = ClusterTransport.create({
        name: config.name,
        credentials: ServiceAccountCredentials.create(config, {
          file: config.impersonation.serviceAccountTokenFile,
        }),
      });
    }
    this.cache = ClusterCache.create({ cluster: config.name, hub });
    this.client = KubeClient.create({
      cluster: config.name,
      transport: this.#transport,
      onUnreachable: this.#onUnreachable,
    });
    this.facts = new AccountFacts({ client: this.client });
    this.#bypass = BypassCheck.create({
      cluster: config,
      transport: this.#transport,
      accepted: options.acceptProxyBypass,
      logger,
      onChange: () => hub.freshnessChanged(config.name),
    });
    this.apis = ApiCheck.create({
      client: this.client,
      onChange: () => hub.freshnessChanged(config.name),
    });
    const namespaces = config.namespaces ?? [undefined];
    this.#reflectors = WATCHED.flatMap(([resource, optional]) =>
      namespaces.map(namespace =>
        Reflector.create({
          cluster: config.name,
          transport: this.#transport,
          resource: RESOURCES[resource],
          namespace,
          optional,
          sink: this.cache.sinks[resource],
          timings: options.timings,
          onState: () => this.#onState(),
        }),
      ),
    );
  }

  /**
   * What sends the writes of an act: our own account, or where impersonation
   * is configured the person, so that the cluster's audit log names them.
   */
  writer(intent: CommittedIntent): KubeClient {
    const impersonation = this.#impersonation;
    if (!impersonation || !this.#writeTransport) {
      return KubeClient.create({
        cluster: this.#config.name,
        transport: this.#transport,
        onUnreachable: this.#onUnreachable,
        sendBefore: intent.sendBefore,
      });
    }
    // Visible ASCII only, as in every entity ref: it becomes a header.
    if (!/^[\x21-\x7e]{1,512}$/.test(intent.actor)) {
      throw new InputError('The act names nobody to act as');
    }
    return KubeClient.create({
      cluster: this.#config.name,
      transport: this.#writeTransport,
      impersonate: {
        user: `backstage:${intent.actor}`,
        group: impersonation.group,
      },
      sendBefore: intent.sendBefore,
    });
  }

  get synced(): boolean {
    return this.#reflectors.every(r => r.state.synced);
  }

  get mutations() {
    return this.#bypass.verdict;
  }

  get status(): ClusterStatus {
    return {
      name: this.#config.name,
      title: this.#config.title,
      ...clusterState(this.#reflectors.map(r => r.state)),
      proxyBypass: this.#bypass.state,
      ...this.cache.counts,
    };
  }

  start(): void {
    this.#reflectors.forEach(r => r.start());
    this.#bypass.start();
    this.apis.start();
  }

  async stop(): Promise<void> {
    await Promise.all([
      ...this.#reflectors.map(r => r.stop()),
      this.#bypass.stop(),
      this.apis.stop(),
    ]);
    this.#transport.close();
    this.#writeTransport?.close();
  }

  #onState(): void {
    const { state, message } = clusterState(this.#reflectors.map(r => r.state));
    const now = `${state} ${message ?? ''}`;
    if (now === this.#told) {
      return;
    }
    this.#told = now;
    const { name } = this.#config;
    if (message) {
      this.#logger.warn(`Cluster ${name} is ${state}: ${message}`);
    } else if (state === 'live') {
      this.#logger.info(`Cluster ${name} is ${state}`);
    }
    this.#hub.freshnessChanged(name);
  }
}
