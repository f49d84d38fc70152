// SPDX-License-Identifier: Apache-2.0
import type {
  ConfigurationDifference,
  ConfigurationLine,
  DiskPreview,
  Freshness,
  KubeVirtCondition,
  PowerAction,
  SnapshotFacts,
  Verdict,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { CommittedIntent } from './CommittedIntent';
import type { ClusterCopies } from './copyTypes';

/**
 * What the cache keeps of a VirtualMachine. Nothing of its configuration that
 * may hold a secret is in it.
 *
 * @public
 */
export interface VmRecord {
  ref: VmRef;
  uid: string;
  resourceVersion: string;
  deleting: boolean;
  /** RFC 3339 */
  createdAt: string;
  printableStatus: string;
  /** A VirtualMachineInstance exists. */
  running: boolean;
  paused: boolean;
  agentConnected: boolean;
  runStrategy?: string;
  /** `status.snapshotInProgress` */
  snapshotInProgress?: string;
  /** `status.restoreInProgress` */
  restoreInProgress?: string;
  disks: DiskPreview[];
  /** Volumes with the claims that they use. */
  claims: { volume: string; claim: string }[];
  /** `<name>-<uid>` of the VirtualMachineRestore that last changed it. */
  lastRestore?: string;
  /** Its TPM or EFI is persistent, so that KubeVirt keeps the state in a claim. */
  keepsState?: true;
  labels: Record<string, string>;
  /** Annotations under `kubevirt-snapshots/` only. */
  annotations: Record<string, string>;
  /** Annotation `vm.kubevirt.io/os` of the instance's template or the VM. */
  os?: string;
  /** Name of its VirtualMachineInstancetype. */
  instancetype?: string;
  /** Name of its VirtualMachinePreference. */
  preference?: string;
}

/**
 * What the cache keeps of a VirtualMachineSnapshot and its content.
 *
 * @public
 */
export interface SnapshotRecord {
  cluster: string;
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  /** `spec.source.name` when the source is a VirtualMachine. */
  vmName: string;
  facts: SnapshotFacts;
  /** RFC 3339, when the object was made. */
  createdAt: string;
  /** RFC 3339, when the disks were cut (`status.creationTime`). */
  cutAt?: string;
  /** `spec.failureDeadline`, milliseconds; 0 = none. KubeVirt's default when absent. */
  deadlineMs: number;
  deletionPolicy?: string;
  contentName?: string;
  /**
   * UID of the VM inside the content, which is what was captured. KubeVirt
   * rewrites `status.sourceUID` to whatever VM bears the name today.
   */
  capturedVmUid?: string;
  /**
   * Annotations under `kubevirt-snapshots/` of the VM inside the content: who
   * owned it when it was captured.
   */
  capturedAnnotations?: Record<string, string>;
  /** `status.sourceUID`; a hint only. */
  sourceUid?: string;
  excludedVolumes?: string[];
  indications: { indication: string; message?: string }[];
  /** Per disk, from the content's `volumeSnapshotStatus`. */
  disks: { total: number; cut: number; ready: number };
  /** Under `kubevirt-snapshots/`, and `description`. Hints, anybody with rights in the namespace may write them. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * A VirtualMachineRestore or VirtualMachineClone that names a snapshot.
 *
 * @public
 */
export interface UseRecord {
  kind: 'restore' | 'clone';
  cluster: string;
  namespace: string;
  name: string;
  uid: string;
  snapshotName?: string;
  targetVm?: string;
  /** Source VM of a clone made from a VM. */
  sourceVm?: string;
  state: 'running' | 'succeeded' | 'failed';
  /** RFC 3339 */
  createdAt: string;
  message?: string;
}

/**
 * A VirtualMachineRestore.
 *
 * @public
 */
export interface RestoreRecord extends UseRecord {
  kind: 'restore';
  resourceVersion: string;
  deleting: boolean;
  /** RFC 3339 */
  finishedAt?: string;
  /**
   * How far it is. From `switch` on the VM gets the new claims and nothing can
   * be taken back.
   */
  step: 'waiting' | 'claims' | 'switch' | 'done';
  /**
   * An error in place of the step's words. A healthy restore shows some for a
   * few milliseconds, so only one that lasts means something.
   */
  error?: string;
  /** Volumes with the claims they get, once KubeVirt has chosen these. */
  volumes: { volume: string; claim: string }[];
  /** Label `kubevirt-snapshots/operation`; a hint. */
  operationId?: string;
}

/**
 * A PersistentVolumeClaim.
 *
 * @public
 */
export interface ClaimRecord {
  cluster: string;
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  deleting: boolean;
  /** `status.phase` */
  phase: string;
  bytes?: number;
  storageClass?: string;
  /** RFC 3339 */
  createdAt: string;
  /** `<name>-<uid>` of the VirtualMachineRestore that made it; a hint. */
  madeBy?: string;
  /**
   * Name of the VM whose TPM or EFI state it holds. Such a claim is in no list
   * of volumes, and is used all the same.
   */
  stateOf?: string;
  owners: { kind: string; name: string; uid: string }[];
}

/**
 * What a VM and a snapshot of it are, side by side, for the review of a
 * restore. Nothing in it holds a secret.
 *
 * @public
 */
export interface RestoreComparison {
  vm: VmRecord;
  /** Of the VM's spec as it is now. */
  specDigest: string;
  /** Of what was captured. */
  capturedDigest: string;
  content: CapturedContent;
  differences: ConfigurationDifference[];
  /** Volumes of the VM that have a claim, memory dumps among them. */
  current: { volume: string; claim: string; templated: boolean }[];
  /** The same of the captured configuration, and whether the claim was the VM's own. */
  captured: {
    volume: string;
    claim: string;
    templated: boolean;
    ownedByVm: boolean;
  }[];
  /** Who else keeps the VM's manifest, e.g. `Argo CD`. */
  managers: string[];
  /** It will take CPU and memory from an instance type that no revision pins. */
  floatingInstanceType: boolean;
  /** TPM or EFI state, where the VM keeps such or what was captured did. */
  state?: {
    /** Its name among captured disks; in no list of volumes. */
    volume: string;
    /** Claim that holds it now. */
    claim?: string;
    /** The captured VM keeps none: KubeVirt removes the claim at the next start. */
    leaves: boolean;
  };
}

/**
 * Room that a ResourceQuota leaves.
 *
 * @public
 */
export interface QuotaLine {
  quota: string;
  /** E.g. `requests.storage`. */
  resource: string;
  hard: number;
  used: number;
}

/**
 * What to create as a VirtualMachineRestore. It is always `FailImmediate`: all
 * waiting is the portal's own.
 *
 * @public
 */
export interface CreateRestoreInput {
  ref: VmRef;
  /** UID of the VM that was approved; without it the restore is removed at once. */
  vmUid: string;
  name: string;
  snapshotName: string;
  volumes: 'new-names' | 'in-place';
  ownership: 'Vm' | 'None';
  /** Fixed names of new claims. None of them may exist: KubeVirt would take it as restored. */
  names?: { volume: string; claim: string }[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * A right of the portal's own account.
 *
 * @public
 */
export type AccountRight =
  | 'restore'
  | 'stop-restore'
  | 'start'
  | 'stop'
  | 'delete-claim';

/**
 * Disk of a captured configuration, joined from content, VolumeSnapshot and
 * claim.
 *
 * @public
 */
export interface CapturedDisk {
  name: string;
  claimName?: string;
  storageClass?: string;
  capacityBytes?: number;
  restoreBytes?: number;
  cutAt?: string;
  ready?: boolean;
  problem?: string;
  volumeSnapshotName?: string;
}

/**
 * The allow-list projection of a VirtualMachineSnapshotContent: all that ever
 * leaves the cluster service of a captured configuration.
 *
 * @public
 */
export interface CapturedContent {
  vmUid?: string;
  disks: CapturedDisk[];
  configuration: ConfigurationLine[];
}

/**
 * State of the connection to one cluster.
 *
 * @public
 */
export interface ClusterStatus {
  name: string;
  title?: string;
  /** `unusable`: it answers, but lacks what we need (CRDs, rights). */
  state: 'connecting' | 'live' | 'stale' | 'unusable';
  /** RFC 3339 */
  asOf?: string;
  code?: 'snapshot-crds-missing' | 'forbidden' | 'unauthorized' | 'unreachable';
  /** In words, with what to do. */
  message?: string;
  proxyBypass: 'safe' | 'open' | 'accepted' | 'unchecked';
  vms: number;
  snapshots: number;
}

/**
 * What to create as a VirtualMachineSnapshot.
 *
 * @public
 */
export interface CreateSnapshotInput {
  ref: VmRef;
  name: string;
  deadlineSeconds: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * One snapshot as the cluster has it right now.
 *
 * @public
 */
export interface SnapshotAddress {
  cluster: string;
  namespace: string;
  name: string;
}

/**
 * The only door to the clusters. Lists are answered from a cache that watches
 * them; nothing but this service builds a Kubernetes URL.
 *
 * Every method that names a cluster throws NotFoundError for one that isn't
 * configured. Live reads and writes throw {@link ClusterError}.
 *
 * @public
 */
export interface ClusterService {
  /** State of every configured cluster. No cluster call. */
  statuses(): ClusterStatus[];
  status(cluster: string): ClusterStatus;
  freshness(cluster: string): Freshness;
  /** True once every watched resource of the cluster has been listed. */
  hasSynced(cluster: string): boolean;
  /**
   * Whether the portal may change anything in this cluster. Off while the
   * account of the Kubernetes plugin could write snapshots or restores, unless
   * `kubevirtSnapshots.acceptProxyBypass` is set. Says nothing about the
   * connection; see {@link ClusterService.status}.
   */
  mutations(cluster: string): Verdict;

  /** From the cache. */
  vm(ref: VmRef): VmRecord | undefined;
  /** From the cache, all VMs of the cluster or all of them. */
  vms(cluster?: string): VmRecord[];
  /** From the cache: snapshots whose source bears this VM's name. */
  snapshots(ref: VmRef): SnapshotRecord[];
  /** From the cache. */
  snapshot(address: SnapshotAddress): SnapshotRecord | undefined;
  /** From the cache: restores and clones that name the snapshot. */
  uses(address: SnapshotAddress): UseRecord[];
  /** From the cache: unfinished restores and clones of which the VM is target or source. */
  unfinishedUses(ref: VmRef): UseRecord[];
  /**
   * Grows with each change of what the cache holds about this VM. It also grows
   * over a restart of the process, as it counts from the time of day.
   */
  revision(ref: VmRef): number;
  /**
   * Calls back (without arguments, at most once a turn of the event loop) when
   * anything of this VM or the freshness of its cluster changes.
   */
  subscribe(ref: VmRef, listener: () => void): () => void;
  /** The same for every VM, told which one; undefined means the cluster's freshness. */
  subscribeAll(
    listener: (change: { cluster: string; ref?: VmRef }) => void,
  ): () => void;

  /** Live. undefined = 404. */
  getVm(ref: VmRef): Promise<VmRecord | undefined>;
  /** Live, with its content when there is one. undefined = 404. */
  getSnapshot(address: SnapshotAddress): Promise<SnapshotRecord | undefined>;
  /** Live: one content with its VolumeSnapshots, projected. undefined = 404. */
  getContent(record: SnapshotRecord): Promise<CapturedContent | undefined>;
  /** Live: who uses this snapshot now. Empty = nobody. */
  getBlockers(record: SnapshotRecord): Promise<string[]>;

  /** Live: texts that the portal keeps in a cluster. */
  notes(cluster: string): ClusterNotes;
  /** From the cache: restores whose target bears this VM's name, of any state. */
  restores(ref: VmRef): RestoreRecord[];
  /** From the cache. */
  restore(address: SnapshotAddress): RestoreRecord | undefined;
  /** Live. undefined = 404. */
  getRestore(address: SnapshotAddress): Promise<RestoreRecord | undefined>;
  /** Live: restores whose target bears this VM's name, of any state. */
  getRestores(ref: VmRef): Promise<RestoreRecord[]>;
  /** Live: those of the claims that exist. */
  getClaims(
    where: { cluster: string; namespace: string },
    names: string[],
  ): Promise<ClaimRecord[]>;
  /** Live: claims that carry the mark of a restore, `<name>-<uid>` of it. */
  getClaimsMadeBy(
    where: { cluster: string; namespace: string },
    mark: string,
  ): Promise<ClaimRecord[]>;
  /** Live: who names this claim. Empty = nobody. */
  getClaimUsers(claim: ClaimRecord): Promise<string[]>;
  /** Live: VM and snapshot side by side. undefined = one of them or its content is gone. */
  compare(
    record: SnapshotRecord,
    ref: VmRef,
  ): Promise<RestoreComparison | undefined>;
  /** Live: what quotas leave in a namespace. undefined = the account may not see them. */
  getQuota(where: {
    cluster: string;
    namespace: string;
  }): Promise<QuotaLine[] | undefined>;
  /** Whether the portal's account has a right there; asked once in 5 minutes. */
  may(
    where: { cluster: string; namespace: string },
    right: AccountRight,
  ): Promise<boolean>;
  /** Version of KubeVirt such as `v1.9.0`; undefined when it doesn't tell. Asked once in 5 minutes. */
  kubevirtVersion(cluster: string): Promise<string | undefined>;
  /** Making VMs and templates from snapshots. */
  readonly copies: ClusterCopies;

  /** POST. AlreadyExists is a ClusterError with code `already-exists`. */
  createSnapshot(
    intent: CommittedIntent,
    input: CreateSnapshotInput,
  ): Promise<SnapshotRecord>;
  /**
   * DELETE with preconditions on both uid and resourceVersion, so that it
   * can't hit a snapshot that finished or was re-created meanwhile. A failed
   * precondition is a ClusterError with code `conflict`, absence `not-found`.
   */
  deleteSnapshot(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;
  /**
   * PUT start or stop. It has no precondition, so one looks right before; where
   * the VM is in that state already KubeVirt answers `conflict`.
   */
  setPower(
    intent: CommittedIntent,
    ref: VmRef,
    action: PowerAction,
  ): Promise<void>;
  /** POST. AlreadyExists is a ClusterError with code `already-exists`. */
  createRestore(
    intent: CommittedIntent,
    input: CreateRestoreInput,
  ): Promise<RestoreRecord>;
  /** DELETE with preconditions on both, as {@link ClusterService.deleteSnapshot}. */
  deleteRestore(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;
  /** DELETE of a PersistentVolumeClaim with preconditions on both. */
  deleteClaim(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;
}

/**
 * One text in a ConfigMap.
 *
 * @public
 */
export interface NoteAddress {
  namespace: string;
  name: string;
  /** Key in its data. */
  key: string;
}

/**
 * Texts in ConfigMaps of a cluster, which the operator has made for the
 * purpose. No act on a VM, so changing one takes no intent.
 *
 * @public
 */
export interface ClusterNotes {
  /** Live. undefined = there is no such ConfigMap, '' = without that key. */
  read(address: NoteAddress): Promise<string | undefined>;
  /**
   * Reads, edits and writes; a change in between is a ClusterError with code
   * `conflict`, an absent ConfigMap `not-found`.
   */
  change(address: NoteAddress, edit: (text: string) => string): Promise<void>;
}

/**
 * A condition in words; re-exported for callers that show them.
 *
 * @public
 */
export type Condition = KubeVirtCondition;
