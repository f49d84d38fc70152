// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import {
  LoggerService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { DefaultClusterService } from '../cluster/DefaultClusterService';
import { checkClusterUrl } from '../config/checkClusterUrl';
import { objects, Raw } from '../project/raw';
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
import { RESOURCES, resourcePath } from '../transport/resources';
import { AdminClient, KubeRef } from './AdminClient';
import { eventually } from './helpers';
import { findStorage } from './storage';
import type { ContractContext, Disturbances } from './types';

const DEPLOY = resolvePackagePath(
  'backstage-plugin-kubevirt-snapshots-node',
  '../../deploy',
);
const ACCOUNT = {
  namespace: 'backstage-kubevirt-snapshots',
  name: 'kubevirt-snapshots',
};
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };
const CLUSTER = 'contract';

const quiet: LoggerService = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => quiet,
};

/** Options of {@link ContractBed.create}. */
export interface ContractBedOptions {
  /** Its current context is the administrator. */
  kubeConfig: KubeConfig;
  storageClass?: string;
  plainStorageClass?: string;
  disturb?: Disturbances;
  /** How long anything may take, milliseconds. */
  patience: number;
}

/** Whether the cluster has CDI, or something that passes for it. */
async function servesDataVolumes(admin: AdminClient): Promise<boolean> {
  const { group, version, plural } = RESOURCES.dataVolumes;
  const { httpStatus, body } = await admin.request({
    method: 'GET',
    path: `/apis/${group}/${version}`,
  });
  return (
    httpStatus === 200 &&
    objects(JSON.parse(body).resources, 256).some(({ name }) => name === plural)
  );
}

/** Sets a cluster up for the contract suite, and takes everything away again. */
export class ContractBed {
  readonly #admin: AdminClient;
  readonly #made: KubeRef[] = [];
  readonly #changed: { ref: KubeRef; before: Raw }[] = [];
  readonly #closers: (() => Promise<unknown> | void)[] = [];
  readonly #patience: number;
  #context?: ContractContext;
  /** For a person: what was found in the cluster and is relied on. */
  readonly notes: string[] = [];

  /** Sets up; on failure removes what it had made. */
  static async create(options: ContractBedOptions): Promise<ContractBed> {
    const bed = new ContractBed(options);
    try {
      await bed.#setUp(options);
    } catch (error) {
      const left = await bed.tearDown();
      throw new Error(
        [error instanceof Error ? error.message : error, ...left].join('. '),
      );
    }
    return bed;
  }

  private constructor(options: ContractBedOptions) {
    this.#admin = AdminClient.create(options.kubeConfig);
    this.#patience = options.patience;
  }

  get context(): ContractContext {
    return this.#context!;
  }

  /**
   * Removes what was made, and gives back what was changed.
   *
   * @returns sentences on what could not be removed, none when all could
   */
  async tearDown(): Promise<string[]> {
    const left: string[] = [];
    const attempt = async (what: string, work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        left.push(
          `${what}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    };
    for (const close of this.#closers.splice(0).reverse()) {
      await attempt('Closing failed', close);
    }
    const made = this.#made.splice(0).reverse();
    for (const ref of made) {
      await attempt(`${ref.kind} ${ref.name} is left`, () =>
        this.#admin.delete(ref),
      );
    }
    for (const { ref, before } of this.#changed.splice(0)) {
      await attempt(`${ref.kind} ${ref.name} grants what deploy/ says`, () =>
        this.#admin.patch(ref, before),
      );
    }
    // A namespace takes its time, and the next run would run into it.
    for (const ref of made.filter(({ kind }) => kind === 'Namespace')) {
      await attempt(`Namespace ${ref.name} is left`, () =>
        this.#namespaceIsGone(ref.name),
      );
    }
    this.#admin.close();
    return left;
  }

  async #namespaceIsGone(name: string): Promise<void> {
    let why = '';
    await eventually(
      'it is gone',
      async () => {
        const there = await this.#admin.get({ ...NAMESPACE, name });
        const conditions: Raw[] = there?.status?.conditions ?? [];
        why = conditions
          .filter(condition => condition.status === 'True')
          .map(condition => condition.message)
          .join('; ');
        return !there;
      },
      this.#patience,
      () => why,
    );
  }

  async #setUp(options: ContractBedOptions): Promise<void> {
    const admin = this.#admin;
    const { patience } = options;
    const address = this.#address(options);
    const old = await admin.get({ ...NAMESPACE, name: ACCOUNT.namespace });
    if (old?.status?.phase === 'Terminating') {
      await this.#namespaceIsGone(ACCOUNT.namespace);
    }
    const file = path.join(DEPLOY, 'kubevirt-snapshots-rbac.yaml');
    const applied = await admin.apply(await readFile(file, 'utf8'));
    this.#made.push(...applied.made);
    this.#changed.push(...applied.changed);
    for (const { ref } of applied.changed) {
      this.notes.push(
        `${ref.kind} ${ref.name} was there and granted something else; it grants what deploy/ says until the end of this run`,
      );
    }
    const storage = await findStorage(admin, options);
    this.notes.push(storage.note);
    const namespace = `contract-${randomBytes(4).toString('hex')}`;
    await admin.create({ ...NAMESPACE, metadata: { name: namespace } });
    this.#made.push({ ...NAMESPACE, name: namespace });

    let why: unknown;
    const token = await eventually(
      'a token of the account',
      () =>
        admin.token(ACCOUNT.namespace, ACCOUNT.name).catch(error => {
          why = error.message;
          return undefined;
        }),
      patience,
      () => why,
    );
    const account = ClusterTransport.create({
      name: CLUSTER,
      credentials: ServiceAccountCredentials.create(
        { name: CLUSTER, ...address },
        { value: token },
      ),
    });
    this.#closers.push(() => account.close());
    // An API server learns of accounts and roles a moment after they are made.
    await eventually(
      'the account can read VMs',
      async () => {
        const { httpStatus, body } = await account.request({
          method: 'GET',
          path: resourcePath(RESOURCES.virtualMachines),
          query: { limit: 1 },
        });
        why = body;
        return httpStatus !== 401 && httpStatus !== 403;
      },
      patience,
      () => why,
    );
    const service = await this.#service(options, token);
    await service.start();
    this.#closers.push(() => service.stop());
    this.#context = {
      service,
      account,
      serviceWithToken: other => this.#service(options, other),
      admin,
      dataVolumes: await servesDataVolumes(admin),
      deadStorage: new Map(),
      cluster: CLUSTER,
      namespace,
      storageClass: storage.storageClass,
      plainStorageClass: storage.plainStorageClass,
      disturb: options.disturb,
      patience,
    };
    if (!this.#context.dataVolumes) {
      this.notes.push('There is no CDI: disks are plain claims');
    }
    await eventually(
      'the cluster service has read the cluster',
      () => {
        const { state, code, message } = service.status(CLUSTER);
        why = message;
        if (code === 'snapshot-crds-missing') {
          throw new Error(`The cluster can't be used: ${message}`);
        }
        return state === 'live';
      },
      patience,
      () => why,
    );
  }

  #address({ kubeConfig }: ContractBedOptions) {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) {
      throw new Error(
        `Context ${kubeConfig.getCurrentContext()} of the kubeconfig names no cluster`,
      );
    }
    // The plugin's configuration has no such keys, so neither has this.
    for (const [key, value] of [
      ['tls-server-name', cluster.tlsServerName],
      ['proxy-url', cluster.proxyUrl],
    ]) {
      if (value) {
        throw new Error(
          `The kubeconfig reaches the cluster by ${key}, which the plugin can't. Name an address that it can call directly.`,
        );
      }
    }
    return {
      url: checkClusterUrl(cluster.server, 'server of the kubeconfig'),
      caFile: cluster.caFile,
      caData: cluster.caData,
      skipTLSVerify: cluster.skipTLSVerify,
    };
  }

  async #service(
    options: ContractBedOptions,
    token: string,
  ): Promise<DefaultClusterService> {
    const dir = await mkdtemp(path.join(tmpdir(), 'contract-'));
    this.#closers.push(() => rm(dir, { recursive: true, force: true }));
    const tokenFile = path.join(dir, 'token');
    await writeFile(tokenFile, token, { mode: 0o600 });
    const address = Object.entries(this.#address(options)).filter(
      ([, value]) => value !== undefined,
    );
    return DefaultClusterService.create({
      logger: quiet,
      // Rights that are on their way are no reason to wait half a minute.
      timings: { retryMissing: 2000 },
      config: new ConfigReader({
        kubevirtSnapshots: {
          clusters: [
            {
              name: CLUSTER,
              serviceAccountTokenFile: tokenFile,
              ...Object.fromEntries(address),
            },
          ],
        },
      }),
    });
  }
}
