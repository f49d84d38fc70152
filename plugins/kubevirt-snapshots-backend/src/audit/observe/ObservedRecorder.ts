// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Knex } from 'knex';
import type { Clock } from '../../database/Clock';
import { canonicalJson } from '../canonicalJson';
import type { DatabaseAuditTrail } from '../DatabaseAuditTrail';
import { difference, isLater, lookOf } from './look';
import { WatchedSnapshots, type Watched } from './WatchedSnapshots';

/** How often new takes are read and what has changed is looked at, ms. */
const ROUND_MS = 1_000;

/**
 * Notices when somebody removes or changes a snapshot that the portal has made
 * without an operation of the portal, and writes one row about it, once over
 * all replicas. Who did it the cluster doesn't tell; its own audit log does.
 */
export class ObservedRecorder {
  readonly #watched: WatchedSnapshots;
  readonly #cluster: ClusterService;
  readonly #logger: LoggerService;
  /** Snapshots of ours by VM, then by UID. */
  readonly #byVm = new Map<string, Map<string, Watched>>();
  readonly #dirty = new Set<string>();
  #revision = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;
  #stopped = false;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    trail: DatabaseAuditTrail;
    cluster: ClusterService;
    logger: LoggerService;
  }) {
    this.#watched = new WatchedSnapshots(options);
    this.#cluster = options.cluster;
    this.#logger = options.logger;
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#cluster.subscribeAll(({ cluster, ref }) => {
      if (ref) {
        this.#mark(ref);
      } else {
        this.#markCluster(cluster);
      }
    });
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One round; also for tests. */
  async round(): Promise<void> {
    this.#running ??= this.#round()
      .catch(error =>
        this.#logger.warn(
          'Could not look for changes made by others',
          error as Error,
        ),
      )
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  #schedule(): void {
    if (!this.#stopped) {
      this.#timer = setTimeout(() => {
        void this.round().then(() => this.#schedule());
      }, ROUND_MS);
      this.#timer.unref();
    }
  }

  #mark(ref: VmRef): void {
    const key = stringifyVmRef(ref);
    if (this.#byVm.has(key)) {
      this.#dirty.add(key);
    }
  }

  #markCluster(cluster: string): void {
    for (const [key, entries] of this.#byVm) {
      if (entries.values().next().value?.vm.cluster === cluster) {
        this.#dirty.add(key);
      }
    }
  }

  async #round(): Promise<void> {
    const { made, revision } = await this.#watched.madeSince(this.#revision);
    for (const watched of made) {
      const key = stringifyVmRef(watched.vm);
      const entries = this.#byVm.get(key) ?? new Map<string, Watched>();
      if (!entries.has(watched.uid)) {
        entries.set(watched.uid, watched);
      }
      this.#byVm.set(key, entries);
      this.#dirty.add(key);
    }
    this.#revision = revision;
    const dirty = Array.from(this.#dirty);
    this.#dirty.clear();
    for (const key of dirty) {
      for (const watched of Array.from(this.#byVm.get(key)?.values() ?? [])) {
        if (this.#stopped) {
          return;
        }
        try {
          await this.#look(watched, key);
        } catch (error) {
          this.#dirty.add(key);
          this.#logger.debug(
            `Could not look at snapshot ${watched.name}: ${error}`,
          );
        }
      }
    }
  }

  async #look(watched: Watched, key: string): Promise<void> {
    const { cluster } = watched.vm;
    // A cache that is behind shows neither absence nor the latest state.
    if (
      !this.#cluster.hasSynced(cluster) ||
      this.#cluster.freshness(cluster).state !== 'live'
    ) {
      return;
    }
    const address = { ...watched.vm, name: watched.name };
    const cached = this.#cluster.snapshot(address);
    if (cached?.uid === watched.uid) {
      await this.#compare(watched, cached, key);
      return;
    }
    const explanation = await this.#watched.explanation(watched.uid, true);
    if (explanation === 'under-way') {
      this.#dirty.add(key);
      return;
    }
    // The cache may be a moment behind a snapshot that was just made.
    const live = await this.#cluster.getSnapshot(address);
    if (live?.uid === watched.uid) {
      this.#dirty.add(key);
      return;
    }
    await this.#watched.end(
      watched,
      explanation === 'ours'
        ? undefined
        : {
            action: 'snapshot.disappeared',
            actor: `cluster:${cluster}`,
            origin: 'cluster',
            ...(await this.#watched.facts(watched)),
          },
    );
    this.#forget(watched, key);
  }

  async #compare(
    watched: Watched,
    record: SnapshotRecord,
    key: string,
  ): Promise<void> {
    const look = lookOf(record);
    const { resourceVersion } = record;
    if (watched.look && canonicalJson(watched.look) === canonicalJson(look)) {
      return;
    }
    if (!watched.look) {
      await this.#watched.begin({ ...watched, look, resourceVersion });
    }
    // Another replica may have been here before.
    const known = await this.#watched.read(watched.uid);
    if (!known || known.gone) {
      this.#forget(watched, key);
      return;
    }
    Object.assign(watched, known);
    if (
      canonicalJson(known.look) === canonicalJson(look) ||
      !isLater(resourceVersion, known.resourceVersion!)
    ) {
      return;
    }
    const explanation = await this.#watched.explanation(watched.uid, false);
    await this.#watched.change(
      known,
      { look, resourceVersion },
      explanation === 'none'
        ? {
            action: 'snapshot.changed',
            actor: `cluster:${watched.vm.cluster}`,
            origin: 'cluster',
            ...(await this.#watched.facts(watched)),
            ...difference(known.look!, look),
          }
        : undefined,
    );
    Object.assign(watched, { look, resourceVersion });
  }

  #forget(watched: Watched, key: string): void {
    const entries = this.#byVm.get(key);
    entries?.delete(watched.uid);
    if (entries?.size === 0) {
      this.#byVm.delete(key);
    }
  }
}
