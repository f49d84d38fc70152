// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ClusterConfig } from '../config/types';
import { at } from '../project/raw';
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
import { Resource, RESOURCES } from '../transport/resources';
import { pause } from '../watch/backoff';
import { ClusterError } from './ClusterError';
import { KubeClient } from './KubeClient';
import type { ClusterStatus } from './types';

/** Token that the Kubernetes plugin uses when it runs inside the cluster. */
const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const RETRY_MS = 30_000;
/** Rights may change, so the question is asked again. */
const RECHECK_MS = 600_000;

interface Result {
  state: 'safe' | 'open' | 'unchecked';
  /** Unchecked because it was asked and not answered, for this reason. */
  why?: string;
}

interface Question {
  resource: Resource;
  verb: string;
  namespace?: string;
}

/**
 * Asks a cluster whether the account of the Kubernetes plugin could write
 * snapshots or restores. `/api/kubernetes/proxy` lends that account to
 * everybody who has `kubernetes.proxy`, past this plugin's permissions, locks
 * and audit trail.
 */
export class BypassCheck {
  readonly #config: ClusterConfig;
  readonly #transport: ClusterTransport;
  readonly #accepted: boolean;
  readonly #logger: LoggerService;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  #result: Result;
  #running?: Promise<void>;

  static create(options: {
    cluster: ClusterConfig;
    /** Our own way to the cluster. */
    transport: ClusterTransport;
    /** `kubevirtSnapshots.acceptProxyBypass` */
    accepted: boolean;
    logger: LoggerService;
    onChange: () => void;
  }): BypassCheck {
    return new BypassCheck(options);
  }

  private constructor(options: {
    cluster: ClusterConfig;
    transport: ClusterTransport;
    accepted: boolean;
    logger: LoggerService;
    onChange: () => void;
  }) {
    this.#config = options.cluster;
    this.#transport = options.transport;
    this.#accepted = options.accepted;
    this.#logger = options.logger;
    this.#onChange = options.onChange;
    this.#result = this.#hasAccount
      ? { state: 'unchecked', why: 'it has not answered yet' }
      : { state: 'unchecked' };
  }

  /** Whether an account is known that can be asked about. */
  get #hasAccount(): boolean {
    const config = this.#config;
    return (
      config.transport === 'kubernetesProxy' ||
      config.kubernetesPlugin?.authProvider === 'serviceAccount'
    );
  }

  get state(): ClusterStatus['proxyBypass'] {
    return this.#result.state === 'open' && this.#accepted
      ? 'accepted'
      : this.#result.state;
  }

  /** Whether changes are on in this cluster. */
  get verdict(): Verdict {
    const { name } = this.#config;
    const result = this.#result;
    if (this.#accepted || result.state === 'safe') {
      return { allowed: true };
    }
    if (result.state === 'open') {
      return {
        allowed: false,
        code: 'mutations-off',
        reason: `Changes are off in cluster ${name}: the account of the Kubernetes plugin could write snapshots or restores there, past the portal's permissions`,
      };
    }
    return result.why === undefined
      ? { allowed: true }
      : {
          allowed: false,
          code: 'mutations-off',
          reason: `Changes are off in cluster ${name} until it has said what the account of the Kubernetes plugin may do there (${result.why})`,
        };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#hasAccount) {
      const result = await this.#ask();
      if (!signal.aborted) {
        this.#take(result);
      }
      if (result.state === 'unchecked' && result.why === undefined) {
        return;
      }
      await pause(result.state === 'unchecked' ? RETRY_MS : RECHECK_MS, signal);
    }
  }

  #take(result: Result): void {
    const before = this.#result;
    // One answer that can't be had doesn't undo the last one.
    if (result.state === 'unchecked' && before.state !== 'unchecked') {
      return;
    }
    this.#result = result;
    if (before.state === result.state) {
      return;
    }
    if (result.state === 'open') {
      const { name } = this.#config;
      const remedy = this.#accepted
        ? 'Changes stay on, as kubevirtSnapshots.acceptProxyBypass is set.'
        : 'Changes are off in this cluster. Give the Kubernetes plugin an account that can only read (deploy/backstage-kubernetes-rbac.yaml), or set kubevirtSnapshots.acceptProxyBypass: true.';
      this.#logger.warn(
        `The account of the Kubernetes plugin in cluster ${name} can write snapshots or restores. Everybody with the permission kubernetes.proxy can use it, past the permissions and the audit trail of this plugin. ${remedy}`,
      );
    }
    this.#onChange();
  }

  async #ask(): Promise<Result> {
    const config = this.#config;
    if (config.transport === 'kubernetesProxy') {
      // Our account is the one in question.
      return await this.#askAs(this.#transport);
    }
    const token =
      config.kubernetesPlugin?.serviceAccountToken ??
      (await readFile(IN_CLUSTER_TOKEN, 'utf8').catch(() => '')).trim();
    if (!token) {
      return { state: 'unchecked' };
    }
    const transport = ClusterTransport.create({
      name: config.name,
      credentials: ServiceAccountCredentials.create(config, { value: token }),
    });
    try {
      return await this.#askAs(transport);
    } finally {
      transport.close();
    }
  }

  async #askAs(transport: ClusterTransport): Promise<Result> {
    try {
      const client = KubeClient.create({
        cluster: this.#config.name,
        transport,
      });
      const answers = await Promise.all(
        this.#questions().map(question => this.#may(client, question)),
      );
      return { state: answers.includes(true) ? 'open' : 'safe' };
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'unauthorized') {
        // A token that the cluster refuses lets nobody do anything.
        return { state: 'safe' };
      }
      return {
        state: 'unchecked',
        why: error instanceof Error ? error.message : String(error),
      };
    }
  }

  #questions(): Question[] {
    const namespaces = [undefined, ...(this.#config.namespaces ?? [])];
    return [RESOURCES.snapshots, RESOURCES.restores].flatMap(resource =>
      ['create', 'delete'].flatMap(verb =>
        namespaces.map(namespace => ({ resource, verb, namespace })),
      ),
    );
  }

  async #may(
    client: KubeClient,
    { resource, verb, namespace }: Question,
  ): Promise<boolean> {
    const review = await client.create(RESOURCES.accessReviews, undefined, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          group: resource.group,
          resource: resource.plural,
          verb,
          ...(namespace ? { namespace } : {}),
        },
      },
    });
    return at(review, 'status', 'allowed') === true;
  }
}
