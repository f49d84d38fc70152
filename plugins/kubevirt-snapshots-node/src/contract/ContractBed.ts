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
import { ClusterTransport } from '../transport/ClusterTransport';
import { ServiceAccountCredentials } from '../transport/Credentials';
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

/** Sets a cluster up for the contract suite, and takes everything away again. */
export class ContractBed {
  readonly #admin: AdminClient;
  readonly #made: KubeRef[] = [];
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
      await bed.tearDown();
      throw error;
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

  async tearDown(): Promise<void> {
    for (const close of this.#closers.reverse()) {
      await close();
    }
    const left: string[] = [];
    for (const ref of this.#made.reverse()) {
      await this.#admin
        .delete(ref)
        .catch(error =>
          left.push(`${ref.kind} ${ref.name} (${error.message})`),
        );
    }
    // A namespace takes its time, and the next run would run into it.
    for (const ref of this.#made.filter(({ kind }) => kind === 'Namespace')) {
      await eventually(
        'it is gone',
        async () => !(await this.#admin.get(ref)),
        this.#patience,
      ).catch(error => left.push(`Namespace ${ref.name} (${error.message})`));
    }
    this.#admin.close();
    if (left.length > 0) {
      throw new Error(`These could not be removed: ${left.join(', ')}`);
    }
  }

  async #setUp(options: ContractBedOptions): Promise<void> {
    const admin = this.#admin;
    await eventually(
      `the namespace ${ACCOUNT.namespace} of a former run is gone`,
      async () => {
        const old = await admin.get({
          apiVersion: 'v1',
          kind: 'Namespace',
          name: ACCOUNT.namespace,
        });
        return old?.status?.phase !== 'Terminating';
      },
      options.patience,
    );
    const file = path.join(DEPLOY, 'kubevirt-snapshots-rbac.yaml');
    const applied = await admin.apply(await readFile(file, 'utf8'));
    this.#made.push(...applied.made);
    for (const { kind, name } of applied.different) {
      this.notes.push(
        `${kind} ${name} is there already with other rights than deploy/ gives, and is used as it is`,
      );
    }
    const storage = await findStorage(admin, options);
    this.notes.push(storage.note);
    const namespace = `contract-${randomBytes(4).toString('hex')}`;
    const made = { apiVersion: 'v1', kind: 'Namespace' };
    await admin.create({ ...made, metadata: { name: namespace } });
    this.#made.push({ ...made, name: namespace });

    const token = await eventually(
      'a token of the account',
      () => admin.token(ACCOUNT.namespace, ACCOUNT.name).catch(() => undefined),
      options.patience,
    );
    const service = await this.#service(options, token);
    await service.start();
    this.#closers.push(() => service.stop());
    const account = ClusterTransport.create({
      name: CLUSTER,
      credentials: ServiceAccountCredentials.create(
        { name: CLUSTER, ...this.#address(options) },
        { value: token },
      ),
    });
    this.#closers.push(() => account.close());
    this.#context = {
      service,
      account,
      serviceWithToken: other => this.#service(options, other),
      admin,
      cluster: CLUSTER,
      namespace,
      storageClass: storage.storageClass,
      plainStorageClass: storage.plainStorageClass,
      disturb: options.disturb,
      patience: options.patience,
    };
    await eventually(
      'the cluster service has read the cluster',
      () => {
        const { state, message } = service.status(CLUSTER);
        if (state === 'unusable') {
          throw new Error(`The cluster can't be used: ${message}`);
        }
        return state === 'live';
      },
      options.patience,
    ).catch(error => {
      const { message = '' } = service.status(CLUSTER);
      throw new Error(`${error.message}. ${message}`);
    });
  }

  #address({ kubeConfig }: ContractBedOptions) {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) {
      throw new Error(
        `Context ${kubeConfig.getCurrentContext()} of the kubeconfig names no cluster`,
      );
    }
    return {
      url: cluster.server,
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
