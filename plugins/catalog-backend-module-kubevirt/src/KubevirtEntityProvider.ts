// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type {
  LoggerService,
  SchedulerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import type {
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import {
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ownersOf,
  ProvidedVms,
  readBindingConfig,
  vmEntityRef,
  type BindingConfig,
  type ClusterService,
  type VmProviderConfig,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { LOCATION_TYPE } from './keys';
import {
  readProviderOptions,
  type ProviderOptions,
} from './readProviderOptions';
import { vmEntity } from './vmEntity';

/** Longest pause between two tries when the catalog's database refuses, ms. */
const MAX_RETRY_MS = 60_000;

interface Options {
  provider: VmProviderConfig;
  provided: ProvidedVms;
  binding: BindingConfig;
  options: ProviderOptions;
  clusters: ClusterService;
  logger: LoggerService;
  taskRunner: SchedulerServiceTaskRunner;
}

/**
 * Keeps the VMs of one cluster in the catalog.
 *
 * It is fed by the process-wide cluster service and makes no cluster call of
 * its own. Changes are gathered for a moment and written as a delta; all is
 * written when the cluster has first been read, and again on a schedule.
 *
 * Nothing is written while the cluster is not live: a list that failed or is
 * old removes no entity. What changed meanwhile waits.
 *
 * @public
 */
export class KubevirtEntityProvider implements EntityProvider {
  readonly #provider: VmProviderConfig;
  readonly #provided: ProvidedVms;
  readonly #binding: BindingConfig;
  readonly #options: ProviderOptions;
  readonly #clusters: ClusterService;
  readonly #logger: LoggerService;
  readonly #taskRunner: SchedulerServiceTaskRunner;

  /** Entity refs in the catalog, with a digest of what was written last. */
  #written = new Map<string, string>();
  /** VMs that changed since, by their ref as text. */
  #changed = new Map<string, VmRef>();
  #fullDue = true;
  #failures = 0;
  #connection?: EntityProviderConnection;
  #unsubscribe?: () => void;
  #timer?: NodeJS.Timeout;
  #stopped = false;
  /** Mutations are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  /**
   * One provider for each entry under `catalog.providers.kubevirt`.
   *
   * @throws InputError that names the key and what to do
   */
  static fromConfig(
    config: Config,
    options: {
      clusters: ClusterService;
      logger: LoggerService;
      scheduler: SchedulerService;
    },
  ): KubevirtEntityProvider[] {
    const { clusters, logger, scheduler } = options;
    const provided = ProvidedVms.fromConfig(config);
    const binding = readBindingConfig(config);
    return provided.providers.map(provider => {
      const at = `catalog.providers.kubevirt.${provider.id}`;
      const providerOptions = readProviderOptions(config.getConfig(at), {
        at,
        baseUrl: config.getOptionalString('app.baseUrl'),
      });
      return new KubevirtEntityProvider({
        provider,
        provided,
        binding,
        options: providerOptions,
        clusters,
        logger: logger.child({ provider: provider.id }),
        taskRunner: scheduler.createScheduledTaskRunner(
          providerOptions.schedule,
        ),
      });
    });
  }

  private constructor(options: Options) {
    this.#provider = options.provider;
    this.#provided = options.provided;
    this.#binding = options.binding;
    this.#options = options.options;
    this.#clusters = options.clusters;
    this.#logger = options.logger;
    this.#taskRunner = options.taskRunner;
  }

  getProviderName(): string {
    return `kubevirt-provider:${this.#provider.id}`;
  }

  /** Begins to listen. Doesn't wait for the cluster. */
  async connect(connection: EntityProviderConnection): Promise<void> {
    // Throws for a cluster that the service doesn't know.
    this.#clusters.status(this.#provider.cluster);
    this.#connection = connection;
    this.#unsubscribe = this.#clusters.subscribeAll(({ cluster, ref }) => {
      if (cluster === this.#provider.cluster) {
        if (ref) {
          this.#changed.set(stringifyVmRef(ref), ref);
        }
        // Without a ref: the cluster may be live again, and things wait for it.
        this.#arm();
      }
    });
    await this.#taskRunner.run({
      id: `${this.getProviderName()}:refresh`,
      fn: () => this.refresh(),
    });
    this.#arm();
  }

  /**
   * Writes all VMs anew, at once or as soon as the cluster is live.
   *
   * @throws what the catalog refused with; it is tried again nevertheless
   */
  async refresh(): Promise<void> {
    this.#fullDue = true;
    await this.#write();
  }

  /** Ends listening and waits for the write that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    await this.#writing;
  }

  /**
   * The first change sets the time and later ones don't put it off, so that
   * a cluster with no quiet moment is written all the same.
   */
  #arm(delayMs = this.#options.debounceMs): void {
    if (this.#timer || this.#stopped || !this.#isDue()) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Told and tried again by #writeNow.
      this.#write().catch(() => {});
    }, delayMs);
  }

  #isDue(): boolean {
    return this.#fullDue || this.#changed.size > 0;
  }

  async #write(): Promise<void> {
    const run = this.#writing.then(() => this.#writeNow());
    this.#writing = run.catch(() => {});
    await run;
  }

  async #writeNow(): Promise<void> {
    // Not live: the change of its freshness brings us back.
    if (this.#stopped || !this.#isDue() || !this.#isLive()) {
      return;
    }
    try {
      await (this.#fullDue ? this.#writeAll() : this.#writeChanges());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#logger.warn(
        `Entities of cluster ${
          this.#provider.cluster
        } could not be written: ${error}`,
      );
      throw error;
    } finally {
      this.#arm(
        this.#failures === 0
          ? undefined
          : Math.min(
              this.#options.debounceMs * 2 ** this.#failures,
              MAX_RETRY_MS,
            ),
      );
    }
  }

  #isLive(): boolean {
    const { cluster } = this.#provider;
    return (
      this.#clusters.hasSynced(cluster) &&
      this.#clusters.freshness(cluster).state === 'live'
    );
  }

  async #writeAll(): Promise<void> {
    this.#changed.clear();
    const entities = this.#clusters
      .vms(this.#provider.cluster)
      .filter(vm => this.#takes(vm))
      .map(vm => this.#entityOf(vm));
    await this.#connection!.applyMutation({
      type: 'full',
      entities: entities.map(entity => this.#deferred(entity)),
    });
    this.#fullDue = false;
    this.#written = new Map(
      entities.map(entity => [stringifyEntityRef(entity), digestOf(entity)]),
    );
    this.#logger.debug(
      `Wrote all ${entities.length} VMs of cluster ${this.#provider.cluster}`,
    );
  }

  async #writeChanges(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Map();
    const added = new Map<string, Entity>();
    const removed: string[] = [];
    for (const ref of changed.values()) {
      const entityRef = vmEntityRef(ref);
      const vm = this.#clusters.vm(ref);
      if (vm && this.#takes(vm)) {
        const entity = this.#entityOf(vm);
        // Most changes are of a VM's state, which isn't in the entity.
        if (this.#written.get(entityRef) !== digestOf(entity)) {
          added.set(entityRef, entity);
        }
      } else if (this.#written.has(entityRef)) {
        removed.push(entityRef);
      }
    }
    if (added.size === 0 && removed.length === 0) {
      return;
    }
    try {
      await this.#connection!.applyMutation({
        type: 'delta',
        added: Array.from(added.values(), entity => this.#deferred(entity)),
        removed: removed.map(entityRef => ({
          entityRef,
          locationKey: this.#locationKey,
        })),
      });
    } catch (error) {
      changed.forEach((ref, id) => this.#changed.set(id, ref));
      throw error;
    }
    added.forEach((entity, entityRef) =>
      this.#written.set(entityRef, digestOf(entity)),
    );
    removed.forEach(entityRef => this.#written.delete(entityRef));
    this.#logger.debug(
      `Wrote ${added.size} and removed ${removed.length} VMs of cluster ${
        this.#provider.cluster
      }`,
    );
  }

  #takes(vm: VmRecord): boolean {
    return this.#provided.providerOf(vm) === this.#provider.id;
  }

  #entityOf(vm: VmRecord): Entity {
    const { cluster, id } = this.#provider;
    return vmEntity({
      vm,
      owners: ownersOf(vm, this.#binding),
      providerId: id,
      clusterTitle: this.#clusters.status(cluster).title ?? cluster,
      defaultOwner: this.#options.defaultOwner,
      systemLabel: this.#options.systemLabel,
      links: this.#options.links,
    });
  }

  /**
   * One key for all providers of a cluster: a VM whose labels change may pass
   * from one of them to another. With keys of their own the catalog would
   * refuse the entity to the second as long as the first has not let it go.
   * The entity names its provider, so the catalog sees a change and notes who
   * holds it now; what the former one removes then isn't its own any more.
   */
  get #locationKey(): string {
    return `${LOCATION_TYPE}:${this.#provider.cluster}`;
  }

  #deferred(entity: Entity): DeferredEntity {
    return { entity, locationKey: this.#locationKey };
  }
}

function digestOf(entity: Entity): string {
  return createHash('sha256').update(JSON.stringify(entity)).digest('base64');
}
