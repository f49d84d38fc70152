// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { NotFoundError } from '@backstage/errors';
import type {
  Freshness,
  PowerAction,
  Verdict,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { ChangeHub } from '../cache/ChangeHub';
import { readKubevirtSnapshotsConfig } from '../config/readConfig';
import { LentProxyAccess } from '../transport/LentProxyAccess';
import type { ProxyAccess } from '../transport/ProxyCredentials';
import { RESOURCES } from '../transport/resources';
import { DEFAULT_TIMINGS, ReflectorTimings } from '../watch/backoff';
import { findBlockers } from './blockers';
import { ClusterConnection } from './ClusterConnection';
import { CommittedIntent } from './CommittedIntent';
import { createNotes } from './notes';
import {
  findClaimUsers,
  readClaims,
  readClaimsMadeBy,
  readQuota,
} from './claimCalls';
import { deleteObject } from './deleteObject';
import {
  compareWithSnapshot,
  createRestore,
  readRestore,
  readRestoresOf,
} from './restoreCalls';
import type { ClusterCopies } from './copyTypes';
import { createClusterCopies } from './DefaultClusterCopies';
import {
  createSnapshot,
  readCaptured,
  readSnapshot,
  readVm,
} from './snapshotCalls';
import type {
  AccountRight,
  CapturedContent,
  ClusterNotes,
  ClaimRecord,
  ClusterService,
  ClusterStatus,
  CreateRestoreInput,
  CreateSnapshotInput,
  QuotaLine,
  RestoreComparison,
  RestoreRecord,
  SnapshotAddress,
  SnapshotRecord,
  UseRecord,
  VmRecord,
} from './types';

/**
 * Options of {@link DefaultClusterService.create}.
 *
 * @public
 */
export interface ClusterServiceOptions {
  /** Root configuration. */
  config: Config;
  logger: LoggerService;
  /** For clusters with `transport: kubernetesProxy`. */
  proxyAccess?: ProxyAccess;
  /** Delays of the watches in milliseconds, for tests. */
  timings?: Partial<ReflectorTimings>;
}

/**
 * The cluster service over HTTP. Usable without Backstage's dependency
 * injection: make one, `start()` it, and `stop()` it in the end.
 *
 * @public
 */
export class DefaultClusterService implements ClusterService {
  readonly #hub: ChangeHub;
  readonly #clusters: Map<string, ClusterConnection>;
  readonly copies: ClusterCopies;

  /**
   * Reads the configuration. No request is made before `start()`.
   *
   * @throws InputError for a configuration that can't work, naming the key
   */
  static create(options: ClusterServiceOptions): DefaultClusterService {
    return new DefaultClusterService(options);
  }

  private constructor(options: ClusterServiceOptions) {
    const { logger } = options;
    const config = readKubevirtSnapshotsConfig(options.config);
    const hub = ChangeHub.create({
      onError: error =>
        logger.error(`A listener of the cluster service failed: ${error}`),
    });
    this.#hub = hub;
    const proxyAccess = options.proxyAccess ?? new LentProxyAccess();
    this.#clusters = new Map(
      config.clusters.map(cluster => [
        cluster.name,
        ClusterConnection.create({
          config: cluster,
          acceptProxyBypass: config.acceptProxyBypass,
          logger,
          hub,
          timings: { ...DEFAULT_TIMINGS, ...options.timings },
          proxyAccess,
        }),
      ]),
    );
    this.copies = createClusterCopies(name => this.#cluster(name));
    if (config.binding.mode === 'trusting') {
      logger.warn(
        `kubevirtSnapshots.binding.mode is trusting: in ${config.binding.trustedNamespaces.join(
          ', ',
        )} whoever may register a catalog file decides whose VM it is`,
      );
    }
  }

  /** Begins to watch. Doesn't wait for the clusters to answer. */
  async start(): Promise<void> {
    this.#clusters.forEach(cluster => cluster.start());
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#clusters.values(), c => c.stop()));
  }

  statuses(): ClusterStatus[] {
    return Array.from(this.#clusters.values(), c => c.status);
  }

  status(cluster: string): ClusterStatus {
    return this.#cluster(cluster).status;
  }

  freshness(cluster: string): Freshness {
    const { state, asOf, message } = this.status(cluster);
    return {
      state: state === 'live' ? 'live' : 'stale',
      asOf: asOf ?? new Date(0).toISOString(),
      ...(state === 'live'
        ? {}
        : { message: message ?? `Cluster ${cluster} is being read` }),
    };
  }

  hasSynced(cluster: string): boolean {
    return this.#cluster(cluster).synced;
  }

  mutations(cluster: string): Verdict {
    return this.#cluster(cluster).mutations;
  }

  vm(ref: VmRef): VmRecord | undefined {
    return this.#cluster(ref.cluster).cache.vm(ref);
  }

  vms(cluster?: string): VmRecord[] {
    return cluster === undefined
      ? Array.from(this.#clusters.values()).flatMap(c => c.cache.vms())
      : this.#cluster(cluster).cache.vms();
  }

  snapshots(ref: VmRef): SnapshotRecord[] {
    return this.#cluster(ref.cluster).cache.snapshotsOf(ref);
  }

  snapshot(address: SnapshotAddress): SnapshotRecord | undefined {
    return this.#cluster(address.cluster).cache.snapshot(address);
  }

  uses(address: SnapshotAddress): UseRecord[] {
    return this.#cluster(address.cluster).cache.usesOfSnapshot(address);
  }

  unfinishedUses(ref: VmRef): UseRecord[] {
    return this.#cluster(ref.cluster).cache.unfinishedUsesOfVm(ref);
  }

  revision(ref: VmRef): number {
    this.#cluster(ref.cluster);
    return this.#hub.revision(ref);
  }

  subscribe(ref: VmRef, listener: () => void): () => void {
    this.#cluster(ref.cluster);
    return this.#hub.subscribe(ref, listener);
  }

  subscribeAll(
    listener: (change: { cluster: string; ref?: VmRef }) => void,
  ): () => void {
    return this.#hub.subscribeAll(listener);
  }

  async getVm(ref: VmRef): Promise<VmRecord | undefined> {
    return await readVm(this.#cluster(ref.cluster).client, ref);
  }

  async getSnapshot(
    address: SnapshotAddress,
  ): Promise<SnapshotRecord | undefined> {
    return await readSnapshot(this.#cluster(address.cluster).client, address);
  }

  async getContent(
    record: SnapshotRecord,
  ): Promise<CapturedContent | undefined> {
    return await readCaptured(this.#cluster(record.cluster).client, record);
  }

  async getBlockers(record: SnapshotRecord): Promise<string[]> {
    return await findBlockers(this.#cluster(record.cluster).client, record);
  }

  notes(cluster: string): ClusterNotes {
    return createNotes(this.#cluster(cluster).client);
  }

  restores(ref: VmRef): RestoreRecord[] {
    return this.#cluster(ref.cluster).cache.restoresOfVm(ref);
  }

  restore(address: SnapshotAddress): RestoreRecord | undefined {
    return this.#cluster(address.cluster).cache.restore(address);
  }

  async getRestore(
    address: SnapshotAddress,
  ): Promise<RestoreRecord | undefined> {
    return await readRestore(this.#cluster(address.cluster).client, address);
  }

  async getRestores(ref: VmRef): Promise<RestoreRecord[]> {
    return await readRestoresOf(this.#cluster(ref.cluster).client, ref);
  }

  async getClaims(
    where: { cluster: string; namespace: string },
    names: string[],
  ): Promise<ClaimRecord[]> {
    return await readClaims(this.#cluster(where.cluster).client, where, names);
  }

  async getClaimsMadeBy(
    where: { cluster: string; namespace: string },
    mark: string,
  ): Promise<ClaimRecord[]> {
    const { client } = this.#cluster(where.cluster);
    return await readClaimsMadeBy(client, where, mark);
  }

  async getClaimUsers(claim: ClaimRecord): Promise<string[]> {
    return await findClaimUsers(this.#cluster(claim.cluster).client, claim);
  }

  async compare(
    record: SnapshotRecord,
    ref: VmRef,
  ): Promise<RestoreComparison | undefined> {
    const { client } = this.#cluster(ref.cluster);
    return await compareWithSnapshot(client, record, ref);
  }

  async getQuota(where: {
    cluster: string;
    namespace: string;
  }): Promise<QuotaLine[] | undefined> {
    return await readQuota(
      this.#cluster(where.cluster).client,
      where.namespace,
    );
  }

  async may(
    where: { cluster: string; namespace: string },
    right: AccountRight,
  ): Promise<boolean> {
    return await this.#cluster(where.cluster).facts.may(where.namespace, right);
  }

  async kubevirtVersion(cluster: string): Promise<string | undefined> {
    return await this.#cluster(cluster).facts.version();
  }

  async createSnapshot(
    intent: CommittedIntent,
    input: CreateSnapshotInput,
  ): Promise<SnapshotRecord> {
    CommittedIntent.assert(intent);
    const client = this.#cluster(input.ref.cluster).writer(intent);
    return await createSnapshot(client, intent, input);
  }

  async deleteSnapshot(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void> {
    CommittedIntent.assert(intent);
    const client = this.#cluster(address.cluster).writer(intent);
    await deleteObject(
      client,
      intent,
      RESOURCES.snapshots,
      address,
      preconditions,
    );
  }

  async setPower(
    intent: CommittedIntent,
    ref: VmRef,
    action: PowerAction,
  ): Promise<void> {
    CommittedIntent.assert(intent);
    await this.#cluster(ref.cluster)
      .writer(intent)
      .act(RESOURCES.vmActions, ref.namespace, ref.name, action);
  }

  async createRestore(
    intent: CommittedIntent,
    input: CreateRestoreInput,
  ): Promise<RestoreRecord> {
    CommittedIntent.assert(intent);
    const client = this.#cluster(input.ref.cluster).writer(intent);
    return await createRestore(client, intent, input);
  }

  async deleteRestore(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void> {
    CommittedIntent.assert(intent);
    const client = this.#cluster(address.cluster).writer(intent);
    await deleteObject(
      client,
      intent,
      RESOURCES.restores,
      address,
      preconditions,
    );
  }

  async deleteClaim(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void> {
    CommittedIntent.assert(intent);
    const client = this.#cluster(address.cluster).writer(intent);
    await deleteObject(
      client,
      intent,
      RESOURCES.claims,
      address,
      preconditions,
    );
  }

  #cluster(name: string): ClusterConnection {
    const cluster = this.#clusters.get(name);
    if (!cluster) {
      throw new NotFoundError(
        `No cluster "${name.slice(
          0,
          100,
        )}" is configured under kubevirtSnapshots.clusters`,
      );
    }
    return cluster;
  }
}
