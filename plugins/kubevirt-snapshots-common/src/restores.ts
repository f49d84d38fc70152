// SPDX-License-Identifier: Apache-2.0
import type { OperationView, Verdict } from './api';

/**
 * What becomes of a running VM before its disks are replaced.
 *
 * - `stop`: the portal stops it
 * - `five-minutes`: the person stops it within 5 minutes
 * - `wait`: whenever it is stopped, within 24 hours
 * - `if-stopped`: not if it runs
 *
 * All waiting is the portal's own: nothing is in the cluster meanwhile.
 *
 * @public
 */
export type RestorePower = 'stop' | 'five-minutes' | 'wait' | 'if-stopped';

/**
 * All of {@link RestorePower}, in the order they are offered.
 *
 * @public
 */
export const RESTORE_POWERS: readonly RestorePower[] = [
  'stop',
  'five-minutes',
  'wait',
  'if-stopped',
];

/**
 * Where the disks of the snapshot go. `new-names`: beside the old ones, which
 * live until the VM is switched over. `in-place`: the old ones are deleted
 * first and made anew under their names.
 *
 * @public
 */
export type RestoreVolumes = 'new-names' | 'in-place';

/**
 * What a person chooses for a restore. Trying again keeps it.
 *
 * @public
 */
export interface RestoreChoices {
  power: RestorePower;
  /** Start the VM when it is restored, with the run strategy it had. */
  startAfterwards: boolean;
  /** Take a snapshot of the VM as it is, when it is off and before anything is replaced. */
  safetySnapshot: boolean;
  volumes: RestoreVolumes;
}

/**
 * Something that can be chosen, and why not when it can't.
 *
 * @public
 */
export interface RestoreOption<T extends string> {
  value: T;
  verdict: Verdict;
}

/**
 * What a restore does with one disk.
 *
 * - `replaced`: comes back as it was captured
 * - `returns`: was captured and isn't in the VM any more; comes back
 * - `stays`: wasn't captured; stays as it is now
 * - `leaves`: was added since; leaves the VM, its claim stays
 *
 * @public
 */
export interface RestoreDisk {
  /** Volume name in the VM's spec. */
  name: string;
  fate: 'replaced' | 'returns' | 'stays' | 'leaves';
  /** Claim that the VM uses now. */
  currentClaim?: string;
  /** Claim that it will use; absent where KubeVirt makes up the name. */
  futureClaim?: string;
  /** Bytes that the restored claim will have. */
  bytes?: number;
  /** What becomes of the claim that is replaced or leaves. */
  oldClaim?: 'deleted' | 'kept';
}

/**
 * A line of the VM's configuration, as captured and as it is. Where a value may
 * hold a secret only *present* and whether it changed is told.
 *
 * @public
 */
export interface ConfigurationDifference {
  label: string;
  /** Absent when the captured configuration doesn't have it. */
  captured?: string;
  /** Absent when the VM doesn't have it now. */
  current?: string;
  change: 'same' | 'changed' | 'only-captured' | 'only-current';
  sensitive?: boolean;
}

/**
 * What has to be true before a restore may begin.
 *
 * @public
 */
export type RestoreCheckCode =
  | 'permission'
  | 'mutations-off'
  | 'cluster-away'
  | 'snapshot-ready'
  | 'same-vm'
  | 'content-missing'
  | 'vm-busy'
  | 'snapshot-in-use'
  | 'account-rights'
  | 'old-kubevirt'
  | 'quota'
  | 'names-taken';

/**
 * A check with its own message.
 *
 * @public
 */
export interface RestoreCheck {
  code: RestoreCheckCode;
  /** `unknown`: the cluster doesn't tell; it doesn't stand in the way. */
  state: 'ok' | 'refused' | 'unknown';
  /** One sentence; present unless `ok`. */
  message?: string;
  /** Another way, where there is one. */
  instead?: 'create-vm' | 'wait' | 'ask-operator';
}

/**
 * Something to know before it is confirmed.
 *
 * @public
 */
export interface RestoreWarning {
  code:
    | 'in-place-deletes-first'
    | 'ownership-none'
    | 'claims-die-with-vm'
    | 'partial'
    | 'gitops'
    | 'no-safety-snapshot'
    | 'safety-incomplete'
    | 'instance-type-now'
    | 'starts-as-always'
    | 'clears-failed'
    | 'quota-unknown';
  message: string;
}

/**
 * Answer of `GET …/snapshots/{name}/restore-plan`: what a restore would do, as
 * the cluster is right now. Its `hash` goes into the request; when the plan
 * differs by then, the request is refused with `plan-changed`.
 *
 * @public
 */
export interface RestorePlan {
  hash: string;
  vmUid: string;
  snapshot: { name: string; uid: string; createdAt: string };
  disks: RestoreDisk[];
  configuration: ConfigurationDifference[];
  /** What is newer than the snapshot and is lost, or stays. */
  newer: {
    /** RFC 3339; what was written after it is lost. */
    lostSince: string;
    /** They stay, newest first. */
    snapshots: { name: string; createdAt: string }[];
  };
  power: {
    running: boolean;
    runStrategy?: string;
    options: RestoreOption<RestorePower>[];
    /** Whether it can be started again, and with which run strategy. */
    start: Verdict;
    startsAs?: string;
  };
  volumes: {
    options: RestoreOption<RestoreVolumes>[];
    /**
     * `None`: the restored claims don't belong to the VM, as the captured ones
     * didn't, and survive its deletion.
     */
    ownership: 'Vm' | 'None';
  };
  safety: {
    /** Whether a safety snapshot can hold all that is replaced. */
    verdict: Verdict;
    keptDays: number;
    /** Volumes that it has to hold. */
    volumes: string[];
  };
  /** Present when something outside owns the VM's manifest. */
  gitOps?: {
    /** E.g. `Argo CD`, `Helm`. */
    managers: string[];
    /**
     * What has to be committed there, else the VM is turned back to the old
     * names. Volume name → name of its new claim.
     */
    names: { volume: string; claim: string }[];
  };
  /** The VM's name has to be typed: it runs, or something newer is lost. */
  typedNameRequired: boolean;
  /** It has to be said why, because the portal is configured so. */
  reasonRequired: boolean;
  /** Failed restores of this VM, which are removed as they stand in the way. */
  clears: { name: string; uid: string; external: boolean }[];
  checks: RestoreCheck[];
  warnings: RestoreWarning[];
  /** All checks together. */
  allowed: Verdict;
  defaults: RestoreChoices;
}

/**
 * Body of `POST …/snapshots/{name}/restore`.
 *
 * @public
 */
export interface RestoreSnapshotRequest extends RestoreChoices {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  vmUid: string;
  snapshotUid: string;
  /** {@link RestorePlan.hash} of what was reviewed. */
  planHash: string;
  /** Name of the VM, where the plan asks for it. */
  typedName?: string;
  /** Claims that will be committed, where the plan has `gitOps`. */
  acknowledgedNames?: string[];
  /** At most 500 characters. */
  reason?: string;
}

/**
 * Name of the VirtualMachineRestore of an operation. It is known before the
 * object exists, and in the path of stop and clear.
 *
 * @public
 */
export const restoreNameOf = (operationId: string): string =>
  `restore-${operationId}`;

/**
 * Steps of a restore, in their order. Those that aren't needed are left out.
 *
 * @public
 */
export type RestoreStepId =
  | 'wait-off'
  | 'power-off'
  | 'safety'
  | 'check'
  | 'claims'
  | 'switch'
  | 'power-on'
  | 'undo'
  | 'finish';

/**
 * What is special about a restore that runs or has run. In
 * {@link OperationView.restore}.
 *
 * @public
 */
export interface RestoreProgress {
  /** Of the VirtualMachineRestore. */
  name: string;
  choices: RestoreChoices;
  /** Per disk, once KubeVirt has told the claims. */
  disks: { name: string; claim: string; state: 'waiting' | 'bound' }[];
  /** What stopping it now would mean. Absent when it is finished. */
  stop?: {
    effect: 'safe' | 'leaves-claims' | 'too-late';
    /** One sentence. */
    message: string;
  };
  /** It hangs where it can't be withdrawn any more: somebody has to look. */
  needsAttention?: string;
  /** The safety snapshot, when it is there. */
  safetySnapshot?: string;
  /** The VirtualMachineRestore failed and is still there; it can be cleared. */
  clearable?: boolean;
}

/**
 * Body of `POST …/restores/{restore}/stop`.
 *
 * @public
 */
export interface StopRestoreRequest {
  operationId: string;
  vmUid: string;
  /** UID of the VirtualMachineRestore; needed for one that the portal didn't make. */
  restoreUid?: string;
}

/**
 * Body of `POST …/restores/{restore}/clear`: removes a VirtualMachineRestore
 * that has failed and would stand in the way of the next.
 *
 * @public
 */
export interface ClearRestoreRequest {
  operationId: string;
  vmUid: string;
  restoreUid: string;
}

/**
 * A restore of the VM, the portal's or another's.
 *
 * @public
 */
export interface RestoreHistoryItem {
  /** Of the VirtualMachineRestore. */
  name: string;
  /** UID of the VirtualMachineRestore, while it is in the cluster. */
  uid?: string;
  /** `external`: not made by this portal. */
  origin: 'portal' | 'external';
  snapshotName?: string;
  state: 'running' | 'succeeded' | 'failed' | 'unknown';
  /** RFC 3339 */
  startedAt: string;
  /** RFC 3339 */
  finishedAt?: string;
  /** Entity ref of who asked for it. */
  actor?: string;
  /** Why, in the person's words. */
  reason?: string;
  /** Why it failed, in words. */
  message?: string;
  operation?: OperationView;
  allowed: { stop: Verdict; clear: Verdict };
}

/**
 * Query of `GET …/restores`.
 *
 * @public
 */
export interface RestoreListQuery {
  /** Only those of this snapshot. */
  snapshot?: string;
  /** {@link OperationView.revision} of the person's last act. */
  minRevision?: number;
}

/**
 * Answer of `GET …/restores`, newest first.
 *
 * @public
 */
export interface RestoreList {
  items: RestoreHistoryItem[];
  /** There are older ones. */
  truncated: boolean;
}

/**
 * A claim that a restore of ours made and nothing uses any more.
 *
 * @public
 */
export interface LeftOverClaim {
  name: string;
  uid: string;
  /** Volume that it was made for. */
  volume: string;
  bytes?: number;
  storageClass?: string;
  /** RFC 3339 */
  createdAt: string;
  /** VirtualMachineRestore that made it. */
  restoreName: string;
  /** RFC 3339, the earliest moment that it may be deleted. */
  deletableAt: string;
  delete: Verdict;
}

/**
 * Answer of `GET …/left-over-claims`.
 *
 * @public
 */
export interface LeftOverClaimList {
  items: LeftOverClaim[];
  totalBytes: number;
}

/**
 * Body of `POST …/left-over-claims/{claim}/delete`.
 *
 * @public
 */
export interface DeleteClaimRequest {
  operationId: string;
  vmUid: string;
  claimUid: string;
  /** Name of the claim. */
  typedName: string;
}
