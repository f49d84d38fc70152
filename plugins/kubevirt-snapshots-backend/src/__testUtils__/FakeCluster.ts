// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import {
  DEFAULT_DEADLINE_MS,
  stringifyVmRef,
  type Freshness,
  type PowerAction,
  type Verdict,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  ClusterError,
  CommittedIntent,
  type ClusterService,
  type ClaimRecord,
  type CreateRestoreInput,
  type CreateSnapshotInput,
  type QuotaLine,
  type RestoreComparison,
  type RestoreRecord,
  type SnapshotAddress,
  type SnapshotRecord,
  type UseRecord,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { FakeCopies } from './FakeCopies';

type Call =
  | 'getVm'
  | 'getSnapshot'
  | 'getBlockers'
  | 'createSnapshot'
  | 'deleteSnapshot'
  | 'getRestore'
  | 'getRestores'
  | 'compare'
  | 'setPower'
  | 'createRestore'
  | 'deleteRestore'
  | 'deleteClaim'
  | 'createClone'
  | 'createTemplateDisk';

/**
 * A cluster service without a cluster, for tests that need it to fail at one
 * exact point. What a real one does is tested against the sandbox.
 */
export class FakeCluster implements ClusterService {
  readonly #vms = new Map<string, VmRecord>();
  readonly #snapshots = new Map<string, SnapshotRecord>();
  readonly #listeners = new Set<
    (change: { cluster: string; ref?: VmRef }) => void
  >();
  #version = 1;
  #cacheFrozen: Map<string, SnapshotRecord> | undefined;
  /** Names of calls in their order. */
  readonly calls: Call[] = [];
  readonly copies = new FakeCopies({
    call: (name, effect) => this.#call(name as Call, effect),
    onVm: name => this.addVm({ ref: { ...FakeCluster.ref, name } }),
  });
  blockers: string[] = [];
  useRecords: UseRecord[] = [];
  restoreRecords: RestoreRecord[] = [];
  claimRecords: ClaimRecord[] = [];
  claimUsers: string[] = [];
  quota: QuotaLine[] | undefined = [];
  rights = true;
  version: string | undefined = 'v1.9.0';
  /** What a comparison tells beside the records. */
  comparison: Partial<RestoreComparison> = {};
  freshnessNow: Freshness = { state: 'live', asOf: '2026-01-01T00:00:00Z' };
  synced = true;
  mutationsNow: Verdict = { allowed: true };
  /** Runs before each call takes effect; throws to refuse it. */
  before: (call: Call) => void | Promise<void> = () => {};
  /** Runs after a call took effect; throws to lose its answer. */
  after: (call: Call) => void | Promise<void> = () => {};

  static readonly ref: VmRef = {
    cluster: 'east',
    namespace: 'shop',
    name: 'web-01',
  };

  addVm(change: Partial<VmRecord> = {}): VmRecord {
    const vm: VmRecord = {
      ref: FakeCluster.ref,
      uid: randomUUID(),
      resourceVersion: String(this.#version++),
      deleting: false,
      createdAt: '2025-01-01T00:00:00Z',
      printableStatus: 'Running',
      running: true,
      paused: false,
      agentConnected: true,
      disks: [{ name: 'root', kind: 'dataVolume', captured: true }],
      claims: [{ volume: 'root', claim: 'web-01-root' }],
      runStrategy: 'Always',
      labels: {},
      annotations: {
        'kubevirt-snapshots/owner': 'group:default/team-a',
        'kubevirt-snapshots/entity-ref': 'resource:default/web-01',
      },
      ...change,
    };
    this.#vms.set(stringifyVmRef(vm.ref), vm);
    this.#tell(vm.ref);
    return vm;
  }

  removeVm(ref: VmRef): void {
    this.#vms.delete(stringifyVmRef(ref));
    this.#tell(ref);
  }

  addSnapshot(
    name: string,
    change: Partial<SnapshotRecord> = {},
  ): SnapshotRecord {
    const { cluster, namespace, name: vmName } = FakeCluster.ref;
    const record: SnapshotRecord = {
      cluster,
      namespace,
      name,
      uid: randomUUID(),
      resourceVersion: String(this.#version++),
      vmName,
      facts: {
        phase: 'Succeeded',
        readyToUse: true,
        includedVolumes: ['root'],
        indications: ['GuestAgent', 'Online'],
      },
      createdAt: '2026-01-01T00:00:00Z',
      cutAt: '2026-01-01T00:00:05Z',
      deadlineMs: DEFAULT_DEADLINE_MS,
      contentName: `content-${name}`,
      indications: [],
      disks: { total: 1, cut: 1, ready: 1 },
      labels: {},
      annotations: {},
      capturedVmUid: this.#vms.get(stringifyVmRef(FakeCluster.ref))?.uid,
      ...change,
    };
    this.#snapshots.set(this.#key(record), record);
    this.#tell({ cluster, namespace, name: record.vmName });
    return record;
  }

  changeSnapshot(name: string, change: Partial<SnapshotRecord>): void {
    const { cluster, namespace } = FakeCluster.ref;
    const record = this.#snapshots.get(`${cluster}/${namespace}/${name}`)!;
    this.addSnapshot(name, {
      ...record,
      resourceVersion: String(this.#version++),
      ...change,
    });
  }

  removeSnapshot(name: string): void {
    const { cluster, namespace } = FakeCluster.ref;
    this.#snapshots.delete(`${cluster}/${namespace}/${name}`);
    this.#tell(FakeCluster.ref);
  }

  /** From now on the cache shows what it shows now. */
  freezeCache(): void {
    this.#cacheFrozen = new Map(this.#snapshots);
  }

  statuses() {
    return [this.status('east')];
  }
  status(name: string) {
    return {
      name,
      state: this.freshnessNow.state,
      proxyBypass: 'safe' as const,
      vms: this.#vms.size,
      snapshots: this.#snapshots.size,
    };
  }
  freshness() {
    return this.freshnessNow;
  }
  hasSynced() {
    return this.synced;
  }
  mutations() {
    return this.mutationsNow;
  }
  vm(ref: VmRef) {
    return this.#vms.get(stringifyVmRef(ref));
  }
  vms() {
    return Array.from(this.#vms.values());
  }
  snapshots(ref: VmRef) {
    return Array.from(this.#cache().values()).filter(
      record =>
        record.cluster === ref.cluster &&
        record.namespace === ref.namespace &&
        record.vmName === ref.name,
    );
  }
  snapshot(address: SnapshotAddress) {
    return this.#cache().get(this.#key(address));
  }
  uses({ name }: SnapshotAddress) {
    return this.useRecords.filter(use => use.snapshotName === name);
  }
  unfinishedUses(ref: VmRef) {
    return this.useRecords.filter(
      use => use.state === 'running' && use.targetVm === ref.name,
    );
  }
  revision() {
    return this.#version;
  }
  subscribe(ref: VmRef, listener: () => void) {
    return this.subscribeAll(change => {
      if (!change.ref || stringifyVmRef(change.ref) === stringifyVmRef(ref)) {
        listener();
      }
    });
  }
  subscribeAll(listener: (change: { cluster: string; ref?: VmRef }) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notes(): never {
    throw new Error('This cluster keeps no notes');
  }

  async getVm(ref: VmRef) {
    return this.#call('getVm', () => this.vm(ref));
  }
  async getSnapshot(address: SnapshotAddress) {
    return this.#call('getSnapshot', () =>
      this.#snapshots.get(this.#key(address)),
    );
  }
  async getContent() {
    return { disks: [{ name: 'root' }], configuration: [] };
  }
  async getBlockers() {
    return this.#call('getBlockers', () => this.blockers);
  }
  restores(ref: VmRef) {
    return this.restoreRecords.filter(record => record.targetVm === ref.name);
  }
  restore({ name }: SnapshotAddress) {
    return this.restoreRecords.find(record => record.name === name);
  }
  async getRestore(address: SnapshotAddress) {
    return this.#call('getRestore', () => this.restore(address));
  }
  async getRestores(ref: VmRef) {
    return this.#call('getRestores', () => this.restores(ref));
  }
  async getClaims(_where: object, names: string[]) {
    return this.claimRecords.filter(claim => names.includes(claim.name));
  }
  async getClaimsMadeBy(_where: object, mark: string) {
    return this.claimRecords.filter(claim => claim.madeBy === mark);
  }
  async getClaimUsers() {
    return this.claimUsers;
  }
  async compare(record: SnapshotRecord, ref: VmRef) {
    return this.#call('compare', () => {
      const vm = this.vm(ref);
      return (
        vm && {
          vm,
          specDigest: 'spec-1',
          capturedDigest: 'captured-1',
          content: {
            vmUid: record.capturedVmUid,
            disks: [{ name: 'root', ready: true }],
            configuration: [],
          },
          differences: [],
          current: [{ volume: 'root', claim: 'web-01-root', templated: true }],
          captured: [
            {
              volume: 'root',
              claim: 'web-01-root',
              templated: true,
              ownedByVm: true,
            },
          ],
          managers: [],
          floatingInstanceType: false,
          ...this.comparison,
        }
      );
    });
  }
  async getQuota() {
    return this.quota;
  }
  async may() {
    return this.rights;
  }
  async kubevirtVersion() {
    return this.version;
  }
  async setPower(intent: CommittedIntent, ref: VmRef, action: PowerAction) {
    CommittedIntent.assert(intent);
    return this.#call('setPower', () => {
      this.addVm({
        ...this.vm(ref)!,
        running: action === 'start',
        runStrategy: action === 'start' ? 'Always' : 'Halted',
      });
    });
  }
  async createRestore(intent: CommittedIntent, input: CreateRestoreInput) {
    CommittedIntent.assert(intent);
    return this.#call('createRestore', () => {
      if (this.restore({ ...input.ref, name: input.name })) {
        throw new ClusterError('already-exists', `${input.name} exists`, {
          httpStatus: 409,
        });
      }
      return this.addRestore(input.name, {
        snapshotName: input.snapshotName,
        operationId: intent.operationId,
      });
    });
  }
  async deleteRestore(
    intent: CommittedIntent,
    { name }: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ) {
    CommittedIntent.assert(intent);
    return this.#call('deleteRestore', () => {
      const record = this.restoreRecords.find(other => other.name === name);
      if (!record) {
        throw new ClusterError('not-found', 'gone', { httpStatus: 404 });
      }
      if (
        record.uid !== preconditions.uid ||
        record.resourceVersion !== preconditions.resourceVersion
      ) {
        throw new ClusterError('conflict', 'precondition', { httpStatus: 409 });
      }
      this.restoreRecords = this.restoreRecords.filter(
        other => other.name !== name,
      );
      this.#tell(FakeCluster.ref);
    });
  }
  async deleteClaim(intent: CommittedIntent, { name }: SnapshotAddress) {
    CommittedIntent.assert(intent);
    return this.#call('deleteClaim', () => {
      this.claimRecords = this.claimRecords.filter(
        claim => claim.name !== name,
      );
    });
  }

  /** A restore of web-01, added or changed. */
  addRestore(name: string, change: Partial<RestoreRecord> = {}): RestoreRecord {
    const { cluster, namespace, name: vmName } = FakeCluster.ref;
    const record: RestoreRecord = {
      kind: 'restore',
      cluster,
      namespace,
      name,
      uid: randomUUID(),
      deleting: false,
      snapshotName: 's1',
      targetVm: vmName,
      state: 'running',
      createdAt: '2026-01-01T00:00:00Z',
      step: 'waiting',
      volumes: [],
      ...this.restore({ cluster, namespace, name }),
      ...change,
      resourceVersion: String(this.#version++),
    };
    this.restoreRecords = [
      ...this.restoreRecords.filter(other => other.name !== name),
      record,
    ];
    this.#tell(FakeCluster.ref);
    return record;
  }

  async createSnapshot(intent: CommittedIntent, input: CreateSnapshotInput) {
    CommittedIntent.assert(intent);
    return this.#call('createSnapshot', () => {
      const address = { ...input.ref, name: input.name };
      if (this.#snapshots.has(this.#key(address))) {
        throw new ClusterError('already-exists', `${input.name} exists`, {
          httpStatus: 409,
        });
      }
      return this.addSnapshot(input.name, {
        vmName: input.ref.name,
        facts: { phase: undefined },
        cutAt: undefined,
        contentName: undefined,
        capturedVmUid: undefined,
        labels: input.labels,
        annotations: input.annotations,
        disks: { total: 0, cut: 0, ready: 0 },
      });
    });
  }
  async deleteSnapshot(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ) {
    CommittedIntent.assert(intent);
    return this.#call('deleteSnapshot', () => {
      const record = this.#snapshots.get(this.#key(address));
      if (!record) {
        throw new ClusterError('not-found', 'gone', { httpStatus: 404 });
      }
      if (
        record.uid !== preconditions.uid ||
        record.resourceVersion !== preconditions.resourceVersion
      ) {
        throw new ClusterError('conflict', 'precondition', { httpStatus: 409 });
      }
      this.removeSnapshot(address.name);
    });
  }

  async #call<T>(call: Call, effect: () => T): Promise<T> {
    this.calls.push(call);
    await this.before(call);
    const result = effect();
    await this.after(call);
    return result;
  }

  #cache() {
    return this.#cacheFrozen ?? this.#snapshots;
  }
  #key({ cluster, namespace, name }: SnapshotAddress) {
    return `${cluster}/${namespace}/${name}`;
  }
  #tell(ref: VmRef) {
    for (const listener of this.#listeners) {
      listener({ cluster: ref.cluster, ref });
    }
  }
}
