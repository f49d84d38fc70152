// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import {
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  ClusterService,
  SnapshotRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import type { Clock } from '../database/Clock';

const TABLE = 'captured_snapshots';

/** Changes are gathered this long before they are written, ms. */
const FLUSH_MS = 200;

/** What was captured, as first seen. */
export interface Capture {
  vmUid: string;
  owners: string[];
}

/**
 * Remembers which VM each snapshot captured and who owned that VM, the first
 * time its content is seen. KubeVirt rewrites `status.sourceUID` to whatever
 * VM bears the name today, and labels and contents can be edited by anybody
 * with rights in the namespace; what was recorded first stands.
 */
export class CaptureRecorder {
  readonly #knex: Knex;
  readonly #clock: Clock;
  readonly #cluster: ClusterService;
  readonly #logger: LoggerService;
  readonly #ownersOf: (vm: {
    ref: VmRef;
    annotations: Record<string, string>;
  }) => string[];
  readonly #captures = new Map<string, Capture>();
  readonly #dirty = new Map<string, VmRef>();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #revision = 0;

  constructor(options: {
    knex: Knex;
    clock: Clock;
    cluster: ClusterService;
    logger: LoggerService;
    ownersOf: (vm: {
      ref: VmRef;
      annotations: Record<string, string>;
    }) => string[];
  }) {
    this.#knex = options.knex;
    this.#clock = options.clock;
    this.#cluster = options.cluster;
    this.#logger = options.logger;
    this.#ownersOf = options.ownersOf;
  }

  async start(): Promise<void> {
    for (const row of await this.#knex(TABLE).select()) {
      this.#remember(row);
    }
    this.#unsubscribe = this.#cluster.subscribeAll(({ ref }) => {
      if (ref) {
        this.#mark(ref);
      } else {
        this.#cluster.vms().forEach(vm => this.#mark(vm.ref));
      }
    });
    this.#cluster.vms().forEach(vm => this.#mark(vm.ref));
  }

  stop(): void {
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Grows with each capture that becomes known. */
  get revision(): number {
    return this.#revision;
  }

  /** What a snapshot captured; undefined while that isn't known. */
  of(record: SnapshotRecord): Capture | undefined {
    const recorded = this.#captures.get(record.uid);
    if (recorded) {
      return recorded;
    }
    // Seen but not written yet.
    return record.capturedVmUid ? this.#describe(record) : undefined;
  }

  #mark(ref: VmRef): void {
    this.#dirty.set(stringifyVmRef(ref), ref);
    this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS).unref();
  }

  #describe(record: SnapshotRecord): Capture {
    const ref = {
      cluster: record.cluster,
      namespace: record.namespace,
      name: record.vmName,
    };
    const vm = this.#cluster.vm(ref);
    const annotations =
      vm && vm.uid === record.capturedVmUid
        ? vm.annotations
        : record.capturedAnnotations ?? {};
    return {
      vmUid: record.capturedVmUid!,
      owners: this.#ownersOf({ ref, annotations }),
    };
  }

  async #flush(): Promise<void> {
    const refs = Array.from(this.#dirty.values());
    this.#dirty.clear();
    this.#timer = undefined;
    try {
      const fresh = refs.flatMap(ref =>
        this.#cluster
          .snapshots(ref)
          .filter(r => r.capturedVmUid && !this.#captures.has(r.uid)),
      );
      for (let i = 0; i < fresh.length; i += 50) {
        await this.#write(fresh.slice(i, i + 50));
      }
    } catch (error) {
      this.#logger.warn('Could not record what was captured', error as Error);
      refs.forEach(ref => this.#mark(ref));
    }
  }

  async #write(records: SnapshotRecord[]): Promise<void> {
    const now = await this.#clock.now();
    await this.#knex(TABLE)
      .insert(
        records.map(record => {
          const { vmUid, owners } = this.#describe(record);
          return {
            snapshot_uid: record.uid,
            cluster: record.cluster,
            namespace: record.namespace,
            snapshot_name: record.name,
            vm_name: record.vmName,
            vm_uid: vmUid,
            owners: JSON.stringify(owners),
            recorded_at: now,
          };
        }),
      )
      .onConflict('snapshot_uid')
      .ignore();
    // Another replica may have been first: its row stands.
    const rows = await this.#knex(TABLE).whereIn(
      'snapshot_uid',
      records.map(record => record.uid),
    );
    rows.forEach(row => this.#remember(row));
  }

  #remember(row: { snapshot_uid: string; vm_uid: string; owners: string }) {
    this.#captures.set(row.snapshot_uid, {
      vmUid: row.vm_uid,
      owners: JSON.parse(row.owners),
    });
    this.#revision += 1;
  }
}
