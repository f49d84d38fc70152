// SPDX-License-Identifier: Apache-2.0
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type {
  RestoreRecord,
  SnapshotRecord,
  UseRecord,
  VmRecord,
} from '../cluster/types';
import {
  ContentFacts,
  contentNameOf,
  joinSnapshot,
  projectContentFacts,
  projectSnapshot,
  SnapshotFactsRecord,
} from '../project/projectSnapshot';
import { projectRestore } from '../project/projectRestore';
import { projectClone } from '../project/projectUse';
import {
  InstanceFacts,
  joinVm,
  projectInstance,
  projectVm,
  VmFacts,
} from '../project/projectVm';
import type { Raw } from '../project/raw';
import { Interner } from '../text/Interner';
import type { ChangeHub } from './ChangeHub';
import { IndexedTable } from './IndexedTable';

type Key = { namespace: string; name: string };

const keyOf = ({ namespace, name }: Key) => `${namespace}/${name}`;

const USE_INDEXES: ((use: UseRecord) => (string | undefined)[])[] = [
  u => [u.snapshotName && `${u.namespace}/${u.snapshotName}`],
  u => [
    u.targetVm && `${u.namespace}/${u.targetVm}`,
    u.sourceVm && `${u.namespace}/${u.sourceVm}`,
  ],
];

/** Where a reflector puts what it sees of one resource. */
export interface Sink {
  upsert(raw: Raw): void;
  remove(key: Key): void;
  /** Begins a full list; `commit` removes what wasn't in it. */
  list(namespace?: string): { add(raw: Raw): void; commit(): void };
}

/**
 * Trimmed records of one cluster, kept up to date by its reflectors. Raw
 * objects are never kept: they hold secrets, and as much as their authors
 * like to put into them.
 */
export class ClusterCache {
  readonly #cluster: string;
  readonly #hub: ChangeHub;
  readonly #interner = new Interner();
  readonly #vms = IndexedTable.create<VmFacts>();
  readonly #instances = IndexedTable.create<InstanceFacts>();
  readonly #joined = new WeakMap<
    VmFacts,
    { instance: InstanceFacts | undefined; vm: VmRecord }
  >();

  readonly #snapshots = IndexedTable.create<SnapshotFactsRecord>(s => [
    s.vmName && `${s.namespace}/${s.vmName}`,
  ]);
  readonly #contents = IndexedTable.create<ContentFacts>();
  readonly #restores = IndexedTable.create<RestoreRecord>(...USE_INDEXES);
  readonly #clones = IndexedTable.create<UseRecord>(...USE_INDEXES);

  readonly sinks: Record<
    | 'virtualMachines'
    | 'virtualMachineInstances'
    | 'snapshots'
    | 'contents'
    | 'restores'
    | 'clones',
    Sink
  >;

  static create(options: { cluster: string; hub: ChangeHub }): ClusterCache {
    return new ClusterCache(options.cluster, options.hub);
  }

  private constructor(cluster: string, hub: ChangeHub) {
    this.#cluster = cluster;
    this.#hub = hub;
    const interner = this.#interner;
    const uses = (u: UseRecord) => this.#touchUse(u);
    this.sinks = {
      virtualMachines: this.#sink(
        this.#vms,
        raw => projectVm(cluster, raw, interner),
        vm => vm.ref,
        vm => this.#touch(vm.ref.namespace, vm.ref.name),
      ),
      virtualMachineInstances: this.#sink(
        this.#instances,
        raw => projectInstance(raw, interner),
        i => i,
        i => this.#touch(i.namespace, i.name),
        // An instance changes with every heartbeat of its guest agent.
        (a, b) =>
          a.paused === b.paused && a.agentConnected === b.agentConnected,
      ),
      snapshots: this.#sink(
        this.#snapshots,
        raw => projectSnapshot(cluster, raw, interner),
        s => s,
        s => this.#touch(s.namespace, s.vmName),
      ),
      contents: this.#sink(
        this.#contents,
        raw => projectContentFacts(raw, interner),
        c => c,
        c => this.#touchSnapshot(c.namespace, c.snapshotName),
      ),
      restores: this.#sink(
        this.#restores,
        raw => projectRestore(cluster, raw, interner),
        r => r,
        uses,
      ),
      clones: this.#sink(
        this.#clones,
        raw => projectClone(cluster, raw, interner),
        c => c,
        uses,
      ),
    };
  }

  get counts(): { vms: number; snapshots: number } {
    return { vms: this.#vms.size, snapshots: this.#snapshots.size };
  }

  vm(key: Key): VmRecord | undefined {
    const facts = this.#vms.get(keyOf(key));
    return facts && this.#joinVm(facts);
  }

  vms(): VmRecord[] {
    return Array.from(this.#vms.values(), facts => this.#joinVm(facts));
  }

  snapshotsOf(vm: Key): SnapshotRecord[] {
    return this.#snapshots.by(0, keyOf(vm)).map(s => this.#join(s));
  }

  snapshot(key: Key): SnapshotRecord | undefined {
    const facts = this.#snapshots.get(keyOf(key));
    return facts && this.#join(facts);
  }

  usesOfSnapshot(key: Key): UseRecord[] {
    return [
      ...this.#restores.by(0, keyOf(key)),
      ...this.#clones.by(0, keyOf(key)),
    ];
  }

  restoresOfVm(key: Key): RestoreRecord[] {
    return this.#restores.by(1, keyOf(key));
  }

  restore(key: Key): RestoreRecord | undefined {
    return this.#restores.get(keyOf(key));
  }

  unfinishedUsesOfVm(key: Key): UseRecord[] {
    return [
      ...this.#restores.by(1, keyOf(key)),
      ...this.#clones.by(1, keyOf(key)),
    ].filter(use => use.state === 'running');
  }

  /** The same record as long as the VM is the same, so that one can tell. */
  #joinVm(facts: VmFacts): VmRecord {
    const instance = this.#instances.get(keyOf(facts.ref));
    const known = this.#joined.get(facts);
    if (known && known.instance === instance) {
      return known.vm;
    }
    const vm = joinVm(facts, instance);
    this.#joined.set(facts, { instance, vm });
    return vm;
  }

  #join(facts: SnapshotFactsRecord): SnapshotRecord {
    const { namespace } = facts;
    return joinSnapshot(
      facts,
      this.#contents.get(keyOf({ namespace, name: contentNameOf(facts) })),
    );
  }

  #ref(namespace: string, name: string): VmRef {
    return { cluster: this.#cluster, namespace, name };
  }

  #touch(namespace: string, name: string | undefined): void {
    if (!name) {
      return;
    }
    const key = keyOf({ namespace, name });
    const ref = this.#ref(namespace, name);
    this.#hub.vmChanged(ref);
    if (!this.#vms.get(key) && this.#snapshots.by(0, key).length === 0) {
      this.#hub.forget(ref);
    }
  }

  #touchSnapshot(namespace: string, name: string | undefined): void {
    const snapshot = name && this.#snapshots.get(`${namespace}/${name}`);
    if (snapshot) {
      this.#touch(namespace, snapshot.vmName);
    }
  }

  #touchUse(use: UseRecord): void {
    const { namespace, targetVm, sourceVm, snapshotName } = use;
    this.#touch(namespace, targetVm);
    this.#touch(namespace, sourceVm);
    this.#touchSnapshot(namespace, snapshotName);
  }

  #sink<T>(
    table: IndexedTable<T>,
    project: (raw: Raw) => T | undefined,
    key: (row: T) => Key,
    changed: (row: T) => void,
    same: (a: T, b: T) => boolean = () => false,
  ): Sink {
    const upsert = (raw: Raw): string | undefined => {
      const row = project(raw);
      if (!row) {
        return undefined;
      }
      const id = keyOf(key(row));
      const before = table.set(id, row);
      if (!before) {
        changed(row);
      } else if (!isSameVersion(before, row) && !same(before, row)) {
        changed(row);
        // It may have belonged to another VM before (re-created by name).
        changed(before);
      }
      return id;
    };
    const remove = (id: string) => {
      const before = table.delete(id);
      if (before) {
        changed(before);
      }
    };
    return {
      upsert,
      remove: k => remove(keyOf(k)),
      list(namespace) {
        const seen = new Set<string>();
        return {
          add: raw => {
            const id = upsert(raw);
            if (id) {
              seen.add(id);
            }
          },
          commit: () => {
            for (const [id, row] of Array.from(table.entries())) {
              const inScope = !namespace || key(row).namespace === namespace;
              if (inScope && !seen.has(id)) {
                remove(id);
              }
            }
          },
        };
      },
    };
  }
}

/** A relist brings the same again; that is no change. */
function isSameVersion(a: unknown, b: unknown): boolean {
  const version = (row: unknown) => {
    const { resourceVersion, uid } = row as Record<string, unknown>;
    return resourceVersion && `${uid}/${resourceVersion}`;
  };
  return version(a) !== undefined && version(a) === version(b);
}
