// SPDX-License-Identifier: Apache-2.0
import type { CloneResult, CloneStepId } from './clones';
import type { ScheduledItem } from './schedules';
import type { PowerAction } from './power';
import type { RestoreProgress, RestoreStepId } from './restores';
import type {
  Consistency,
  KubeVirtCondition,
  SnapshotState,
} from './snapshotState';
import type { TemplateResult, TemplateStepId } from './templates';
import type { VmRef } from './vmRef';

/**
 * An answer to "may I?": when not, `reason` says why in words for a person.
 *
 * @public
 */
export type Verdict =
  | { allowed: true }
  | {
      allowed: false;
      /** Stable word for tests and translations. */
      code: RefusalCode;
      /** One sentence in English; texts from the cluster are quoted in it. */
      reason: string;
    };

/**
 * Why something is off.
 *
 * @public
 */
export type RefusalCode =
  | 'permission'
  | 'vm-busy'
  | 'snapshot-in-use'
  | 'snapshot-finished'
  | 'snapshot-unfinished'
  | 'snapshot-deleting'
  | 'snapshot-protected'
  | 'snapshot-not-protected'
  | 'vm-gone'
  | 'no-disk'
  | 'snapshot-not-ready'
  | 'snapshot-partial'
  | 'backend-storage'
  | 'no-clone-api'
  | 'no-template-api'
  | 'cluster-away'
  | 'mutations-off'
  | 'schedule-not-active'
  | 'schedule-active'
  | 'schedule-author'
  | 'schedule-limit'
  | 'snapshot-limit'
  | 'former-vm'
  | 'vm-running'
  | 'vm-stopped'
  | 'run-strategy'
  | 'not-configured'
  | 'account-rights'
  | 'old-kubevirt'
  | 'too-late'
  | 'too-early'
  | 'restore-finished'
  | 'restore-running'
  | 'claim-in-use'
  | 'restore-check';

/**
 * How fresh an answer is. Lists come from a cache that watches the cluster.
 *
 * @public
 */
export interface Freshness {
  /** `live`: the watches run. `stale`: the cluster is away, this is the last known state. */
  state: 'live' | 'stale';
  /** RFC 3339, when the cache last heard from the cluster. */
  asOf: string;
  /** When stale: what is wrong, in words. */
  message?: string;
}

/**
 * A volume of the VM and whether a snapshot taken now would contain it.
 *
 * @public
 */
export interface DiskPreview {
  /** Volume name in the VM's spec. */
  name: string;
  /** Kind of the volume in the VM's spec, e.g. `dataVolume`, `containerDisk`. */
  kind: string;
  captured: boolean;
  /**
   * Why it isn't: `not-a-disk` (nothing to lose: cloud-init and the like),
   * `no-snapshot-class`, `pvc-missing`, `ambiguous-class`, `not-checked`, `other`.
   */
  code?:
    | 'not-a-disk'
    | 'no-snapshot-class'
    | 'pvc-missing'
    | 'ambiguous-class'
    | 'not-checked'
    | 'other';
  /** The cluster's own words. */
  clusterReason?: string;
}

/**
 * What of a snapshot taken now would be consistent.
 *
 * @public
 */
export type ExpectedConsistency =
  | 'application'
  | 'crash'
  | 'paused'
  | 'offline'
  | 'configuration';

/**
 * What keeps a VM busy, so that nothing else may change it.
 *
 * @public
 */
export interface VmBusy {
  kind: 'snapshot' | 'restore' | 'clone' | 'power';
  /** Name of the snapshot, restore or clone object, or `start` and `stop`. */
  name: string;
  /** RFC 3339 */
  since?: string;
  /** The portal's operation behind it; absent when somebody else started it. */
  operationId?: string;
}

/**
 * Verbs on a VM itself.
 *
 * @public
 */
export interface VmVerdicts {
  takeSnapshot: Verdict;
  start: Verdict;
  stop: Verdict;
  /** Whether any snapshot of it may be restored; each has a verdict of its own too. */
  restore: Verdict;
  /** Whether it may be put under a schedule; a retention rule may need more. */
  createSchedule: Verdict;
  /** Stop the making of a VM from one of its snapshots. */
  stopClone: Verdict;
  /** The same of a template. */
  stopTemplate: Verdict;
}

/**
 * Something about the VM that a person should know without being asked.
 *
 * @public
 */
export interface VmNotice {
  /**
   * `claims-changed`: after a restore through the portal somebody turned the VM
   * to other claims. `restore-failed`: a failed restore stands in the way of
   * the next. `needs-attention`: a restore hangs after the disks were switched.
   */
  code: 'claims-changed' | 'restore-failed' | 'needs-attention';
  /** One sentence. */
  message: string;
  /** VirtualMachineRestore that it is about. */
  restoreName?: string;
}

/**
 * A virtual machine as the tab shows it.
 *
 * @public
 */
export interface VmView {
  ref: VmRef;
  uid: string;
  /** KubeVirt's `status.printableStatus`, e.g. `Running`. */
  printableStatus: string;
  running: boolean;
  paused: boolean;
  agentConnected: boolean;
  busy?: VmBusy;
  owners: string[];
  disks: DiskPreview[];
  expectedConsistency: ExpectedConsistency;
  allowed: VmVerdicts;
  notices: VmNotice[];
}

/**
 * One step of something that takes time.
 *
 * @public
 */
export interface StepView {
  id:
    | 'request'
    | 'lock'
    | 'cut'
    | 'store'
    | 'thaw'
    | 'remove'
    | 'done'
    | RestoreStepId
    | CloneStepId
    | TemplateStepId;
  state: 'done' | 'current' | 'waiting' | 'failed';
  /** Progress inside the step, e.g. disks cut of disks to cut. */
  count?: { done: number; total: number };
  /** RFC 3339, when it began; long operations only. */
  startedAt?: string;
}

/**
 * Kinds of operations.
 *
 * @public
 */
export type OperationType =
  | 'take'
  | 'stop'
  | 'delete'
  | 'restore'
  | 'stop-restore'
  | 'clear-restore'
  | 'clone'
  | 'template'
  | 'stop-clone'
  | 'stop-template'
  | 'power'
  | 'delete-disk';

/**
 * State of an operation. `unknown` for good means: the cluster never said
 * whether it happened, and it was looked for until the limit.
 *
 * @public
 */
export type OperationState =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'unknown';

/**
 * Something that changes the cluster, kept durably until it is settled.
 *
 * @public
 */
export interface OperationView {
  id: string;
  type: OperationType;
  state: OperationState;
  vm: VmRef;
  vmUid: string;
  /** Absent where it isn't about a snapshot. */
  snapshotName?: string;
  snapshotUid?: string;
  /** What else it is about: the name of a restore, of a claim, of a VM or template to be made. */
  target?: string;
  /** Of a power operation. */
  power?: PowerAction;
  /** Entity ref of the person who asked. */
  actor: string;
  /** RFC 3339 */
  createdAt: string;
  /** RFC 3339 */
  finishedAt?: string;
  /** Steps of a long operation. */
  steps?: StepView[];
  /** RFC 3339; when it gives up the step it is in. */
  deadlineAt?: string;
  /** Of a restore. */
  restore?: RestoreProgress;
  /** True while the cluster does not answer and the operation is being retried. */
  retrying?: boolean;
  error?: { code: string; message: string };
  /** What an operation of type `clone` has made. */
  clone?: CloneResult;
  /** What an operation of type `template` has made. */
  template?: TemplateResult;
  /**
   * Number of this state. A list asked for with it as `minRevision` is sure to
   * know the operation, whichever replica answers.
   */
  revision: number;
}

/**
 * Where a snapshot comes from. `external`: not made by this portal.
 *
 * @public
 */
export type SnapshotOrigin = 'manual' | 'schedule' | 'safety' | 'external';

/**
 * Verbs on a snapshot.
 *
 * @public
 */
export interface SnapshotVerdicts {
  stop: Verdict;
  delete: Verdict;
  /** Protect it, or change why and how long. */
  protect: Verdict;
  /** Release it. */
  unprotect: Verdict;
  /** Make a new VM from it. */
  clone?: Verdict;
  /** Make a template from it. */
  template?: Verdict;
  /** Bring the VM back to it. The plan tells the rest. */
  restore: Verdict;
}

/**
 * Keeps a snapshot from being deleted through the portal, by anybody.
 *
 * @public
 */
export interface Protection {
  /** Why, in the words of who protected it. */
  reason: string;
  /** RFC 3339; without it the protection lasts until it is released. */
  until?: string;
  /** Entity ref. */
  by: string;
  /** RFC 3339 */
  at: string;
}

/**
 * Body of `POST …/snapshots/{name}/protect`.
 *
 * @public
 */
export interface ProtectSnapshotRequest {
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  /** 1 to 500 characters. */
  reason: string;
  /** RFC 3339, in the future. */
  until?: string;
}

/**
 * Body of `POST …/snapshots/{name}/unprotect`.
 *
 * @public
 */
export interface UnprotectSnapshotRequest {
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  /** 1 to 500 characters. */
  reason: string;
}

/**
 * Answer to protecting and releasing, which are done when it arrives.
 *
 * @public
 */
export interface ProtectionAnswer {
  protection?: Protection;
  /** For `minRevision`, as {@link OperationView.revision}. */
  revision: number;
}

/**
 * How a delete has to be confirmed: `plain` for one that is of no use, `name`
 * (typed) for the last one that can be restored.
 *
 * @public
 */
export type DeleteConfirmation = 'plain' | 'standard' | 'name';

/**
 * A row of the list.
 *
 * @public
 */
export interface SnapshotItem {
  name: string;
  /** Absent while it isn't in the cluster yet. */
  uid?: string;
  state: SnapshotState;
  consistency: Consistency;
  origin: SnapshotOrigin;
  /** RFC 3339. When the disks were cut; before that when it was asked for. */
  createdAt: string;
  /** RFC 3339. When the object was made. */
  requestedAt: string;
  /** RFC 3339; present while unfinished, absent when it has no deadline. */
  deadlineAt?: string;
  /** Entity ref when the portal's own record names it. */
  createdBy?: string;
  description?: string;
  /** It is of a former VM of the same name. */
  formerVm: boolean;
  /** The cluster's own words when something is wrong. */
  problem?: string;
  steps?: StepView[];
  operation?: OperationView;
  protection?: Protection;
  deleteConfirmation: DeleteConfirmation;
  /** A delete has to say why. */
  deleteNeedsReason: boolean;
  allowed: SnapshotVerdicts;
}

/**
 * Sort keys of the list.
 *
 * @public
 */
export type SnapshotSort = 'name' | 'created';

/**
 * What the list shows: snapshots taken, schedules, or both.
 *
 * @public
 */
export type SnapshotKindFilter = 'all' | 'taken' | 'scheduled';

/**
 * Query of the list.
 *
 * @public
 */
export interface SnapshotListQuery {
  show?: SnapshotKindFilter;
  sort?: SnapshotSort;
  order?: 'asc' | 'desc';
  states?: SnapshotState[];
  /** Part of a name or description, any case. */
  search?: string;
  offset?: number;
  /** 1 to 100, 20 by default. */
  limit?: number;
  /** {@link OperationView.revision} of the person's last act. */
  minRevision?: number;
}

/**
 * Answer of `GET …/snapshots`.
 *
 * @public
 */
export interface SnapshotList {
  vm: VmView;
  /** Scheduled items, on top. */
  scheduled: ScheduledItem[];
  /** Unfinished ones first (newest first), then the page in the order asked for. */
  items: SnapshotItem[];
  /**
   * Unfinished operations on the VM that take long, whoever started them:
   * restores, clones, templates and power. Newest first.
   */
  operations?: OperationView[];
  /** Rows that match the query, unfinished ones included. */
  totalItems: number;
  /** Rows of this VM that the person may see, whatever the query. */
  allItems: number;
  /** Rows per state before the status filter. */
  stateCounts: Partial<Record<SnapshotState, number>>;
  offset: number;
  limit: number;
  /** Grows with each change of this VM, its snapshots or operations. */
  revision: number;
  freshness: Freshness;
}

/**
 * A disk of a snapshot.
 *
 * @public
 */
export interface SnapshotDisk {
  name: string;
  included: boolean;
  /** Why it isn't, in the cluster's words where they are known. */
  reason?: string;
  claimName?: string;
  storageClass?: string;
  /** Bytes the claim asked for. */
  capacityBytes?: number;
  /** Bytes a restore needs, as the storage driver tells it. */
  restoreBytes?: number;
  /** RFC 3339, when this disk was cut. */
  cutAt?: string;
  ready?: boolean;
  problem?: string;
}

/**
 * A line of a captured configuration. Where a value may hold a secret only
 * its presence is told.
 *
 * @public
 */
export interface ConfigurationLine {
  label: string;
  value: string;
  sensitive?: boolean;
}

/**
 * A restore or clone made from a snapshot.
 *
 * @public
 */
export interface SnapshotUse {
  kind: 'restore' | 'clone';
  name: string;
  target?: string;
  state: 'running' | 'succeeded' | 'failed';
  /** RFC 3339 */
  createdAt: string;
  message?: string;
}

/**
 * Answer of `GET …/snapshots/{name}`, what the drawer shows.
 *
 * @public
 */
export interface SnapshotDetails {
  item: SnapshotItem;
  vm: VmView;
  disks: SnapshotDisk[];
  configuration: ConfigurationLine[];
  conditions: KubeVirtCondition[];
  indications: { indication: string; message?: string }[];
  uses: SnapshotUse[];
  deletionPolicy?: string;
  /** True when the captured content could not be read. */
  contentMissing: boolean;
  freshness: Freshness;
}

/**
 * Body of `POST …/snapshots`.
 *
 * @public
 */
export interface TakeSnapshotRequest {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  /** UID of the VM that the person saw. */
  vmUid: string;
  name: string;
  description?: string;
  deadlineSeconds?: number;
  /** Take it although no disk can be captured. */
  configurationOnly?: boolean;
}

/**
 * Body of `POST …/snapshots/{name}/stop`.
 *
 * @public
 */
export interface StopSnapshotRequest {
  operationId: string;
  vmUid: string;
  /** UID of the snapshot that the person saw; absent while it was only queued. */
  snapshotUid?: string;
}

/**
 * Body of `POST …/snapshots/{name}/delete`.
 *
 * @public
 */
export interface DeleteSnapshotRequest {
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  /** Required where the item's `deleteConfirmation` is `name`. */
  typedName?: string;
  /** Required where the item's `deleteNeedsReason` is set; at most 500 characters. */
  reason?: string;
}

/**
 * A message of the event stream. It is a hint: what changed is fetched anew,
 * so that each read is decided on its own.
 *
 * @public
 */
export type StreamMessage =
  | { type: 'hello'; revision: number }
  | { type: 'changed'; revision: number }
  | { type: 'freshness'; freshness: Freshness }
  | { type: 'bye'; reason: 'shutdown' | 'expired' | 'revoked' };

/**
 * `error.details` of an answer that refuses something. `code` is a
 * {@link RefusalCode} or one of the words listed in the API description.
 *
 * @public
 */
export interface ErrorDetails {
  code: string;
  /** Entity refs whom to ask. */
  owners?: string[];
  /** What holds the lock. */
  holder?: string;
  /** Field of the request that is wrong. */
  field?: string;
}

/**
 * A cluster as `GET /clusters` tells it to operators.
 *
 * @public
 */
export interface ClusterView {
  name: string;
  title?: string;
  state: 'connecting' | 'live' | 'stale' | 'unusable';
  /** RFC 3339 */
  asOf?: string;
  message?: string;
  /** The Kubernetes plugin's account can write snapshots or restores. */
  proxyBypass: 'safe' | 'open' | 'accepted' | 'unchecked';
  mutations: Verdict;
  vms: number;
  snapshots: number;
}

/**
 * An entity that says it stands for a VM, and isn't believed.
 *
 * @public
 */
export interface UnconfirmedEntity {
  entityRef: string;
  /** What its annotation says. */
  annotation: string;
  code:
    | 'malformed-annotation'
    | 'unknown-cluster'
    | 'cluster-never-synced'
    | 'vm-gone'
    | 'not-bound';
  /** In words, with what is missing. */
  reason: string;
}

/**
 * Answer of `GET /bindings`, for operators.
 *
 * @public
 */
export interface BindingList {
  /** Entities that stand for a VM. */
  confirmed: number;
  unconfirmed: UnconfirmedEntity[];
  /** There are more entities with the annotation than were looked at. */
  truncated: boolean;
}
