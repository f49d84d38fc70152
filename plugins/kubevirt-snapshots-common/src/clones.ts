// SPDX-License-Identifier: Apache-2.0
import type { ConfigurationLine, Verdict } from './api';
import type { VmRef } from './vmRef';

/**
 * Longest name of a VM that we create. KubeVirt copies it into label values;
 * with a longer one every later snapshot of the VM would hang until its
 * deadline.
 *
 * @public
 */
export const MAX_VM_NAME_LENGTH = 63;

/**
 * Something a review says about what is going to be made.
 *
 * @public
 */
export interface ReviewNote<TCode extends string = string> {
  /** Stable word for tests and translations. */
  code: TCode;
  /** One or two sentences in English; texts from the cluster are quoted. */
  message: string;
  /** What it is about, e.g. names of disks or interfaces. */
  subjects?: string[];
}

/**
 * Why a snapshot can't become a VM at all. Each of them would hang or fail in
 * the cluster, some without ever saying why, so it is told before.
 *
 * - `snapshot-not-ready`: it is unfinished, failed, or lost its disks
 * - `snapshot-partial`: a disk isn't in it
 * - `backend-storage`: persistent TPM or EFI state; KubeVirt can't copy it
 * - `content-missing`: what was captured isn't in the cluster any more
 * - `labels-missing`: nothing that decides about permissions could be put on
 *   the new VM, because the captured VM had no label at all
 * - `no-clone-api`: the cluster doesn't serve VirtualMachineClone
 *
 * @public
 */
export type CloneProblemCode =
  | 'snapshot-not-ready'
  | 'snapshot-partial'
  | 'backend-storage'
  | 'content-missing'
  | 'labels-missing'
  | 'no-clone-api';

/**
 * What one should know before the new VM is started.
 *
 * - `static-address`: addresses set inside the guest are the same in both
 * - `host-name`: the guest keeps the host name of the captured VM
 * - `cloud-init`: it runs with the captured data, or not at all
 * - `secrets`: keys, tokens and passwords inside the disks travel along
 * - `secret-reference`: it uses the same Secrets of the namespace
 * - `selected-by-services`: labels of the instance, by which services and
 *   network policies find it, can be copied
 * - `former-vm`: the snapshot is of a former VM of this name
 * - `plain-claims`: claims that stay behind when the new VM is deleted
 * - `shared-disk`: a volume that isn't captured and is used by both
 *
 * @public
 */
export type CloneWarningCode =
  | 'static-address'
  | 'host-name'
  | 'cloud-init'
  | 'secrets'
  | 'secret-reference'
  | 'selected-by-services'
  | 'former-vm'
  | 'plain-claims'
  | 'shared-disk';

/**
 * A captured disk as a new VM or a template would get it.
 *
 * @public
 */
export interface CapturedDiskView {
  /** Volume name in the captured configuration. */
  name: string;
  storageClass?: string;
  /** Bytes; the larger one of what was asked for and what a restore needs. */
  sizeBytes?: number;
}

/**
 * A network interface of the captured configuration.
 *
 * @public
 */
export interface CapturedInterface {
  name: string;
  /** `pod`, or the name of a network attachment. */
  network: string;
  /** It has a MAC address of its own, which a copy must not have. */
  fixedMac: boolean;
}

/**
 * Answer of `GET …/snapshots/{name}/clone`: what Create VM would do. Costs the
 * cluster one read of the captured content.
 *
 * @public
 */
export interface CloneReview {
  snapshotName: string;
  snapshotUid: string;
  /** UID of the VM as it is now; goes into the request. */
  vmUid: string;
  /** RFC 3339 */
  createdAt: string;
  /** Whether the person may do it now. */
  verdict: Verdict;
  /** All that makes it impossible; empty when it can be done. */
  problems: ReviewNote<CloneProblemCode>[];
  warnings: ReviewNote<CloneWarningCode>[];
  /** Free now, as far as the portal knows. */
  suggestedName: string;
  disks: CapturedDiskView[];
  interfaces: CapturedInterface[];
  configuration: ConfigurationLine[];
  /**
   * Labels that the new VM gets, whatever is asked for: those of the VM as it
   * is now, so that permissions which depend on them can't be evaded.
   */
  labels: Record<string, string>;
  /** Keys of captured annotations that are copied unless one says otherwise. */
  annotations: string[];
  /** Labels of the instance that are copied only when one asks for it. */
  instanceLabels: Record<string, string>;
  /** Entity refs; whose the new VM will be: those who own the VM now. */
  owners: string[];
  /** Goes into the request, which is refused when the plan has changed. */
  planHash: string;
}

/**
 * Body of `POST …/snapshots/{name}/clone`.
 *
 * @public
 */
export interface CloneRequest {
  /** UUID made by the client; a repeat gets the same answer. */
  operationId: string;
  /** From the review. */
  vmUid: string;
  snapshotUid: string;
  planHash: string;
  /** Name of the new VM; see {@link checkVmName}. */
  name: string;
  description?: string;
  /** Start it when it is there. False by default: KubeVirt makes it stopped. */
  start?: boolean;
  /**
   * MAC addresses by interface, with `:` or `-`. An interface that isn't named
   * gets a new one from the cluster; the captured one is never kept.
   */
  macAddresses?: Record<string, string>;
  /** SMBIOS serial, 1 to 64 letters, digits, `-`, `_`, `.`. A new one by default. */
  serial?: string;
  /**
   * Further labels. Keys that the VM has already, and those of KubeVirt,
   * Kubernetes, Backstage, GitOps tools and this plugin, are refused.
   */
  labels?: Record<string, string>;
  /** Copy the captured annotations, tools' and ours apart. True by default. */
  keepAnnotations?: boolean;
  /**
   * Copy the labels of the instance, so that the same services and network
   * policies find the new VM. False by default.
   */
  keepInstanceLabels?: boolean;
}

/**
 * Steps of an operation that makes a VM.
 *
 * - `copy`: KubeVirt fills the disks and makes the VM
 * - `start`: where that was asked for
 * - `clean`: what KubeVirt needed for it is removed
 * - `undo`: it has failed, and what it had made is removed
 *
 * @public
 */
export type CloneStepId = 'request' | 'copy' | 'start' | 'clean' | 'undo';

/**
 * What an operation of type `clone` has made, as far as it got.
 *
 * @public
 */
export interface CloneResult {
  vm: VmRef;
  /** Absent until it is in the cluster. */
  vmUid?: string;
  /** The entity that stands for it, when the catalog has it. */
  entityRef?: string;
  /** Disks are filled when the VM first starts; until then the snapshot is needed. */
  waitsForFirstStart?: boolean;
  /** What stopping it means at this step, while it runs. */
  stop?: CopyStop;
}

/**
 * What stopping a VM or a template that is being made means at this step.
 *
 * @public
 */
export interface CopyStop {
  /** `removes`: what was made for it so far goes. */
  effect: 'removes' | 'too-late';
  message: string;
}

/**
 * Body of `POST …/clones/{operation}/stop` and `POST …/templates/{operation}/stop`.
 *
 * @public
 */
export interface StopCopyRequest {
  operationId: string;
  vmUid: string;
}

/**
 * Answer of `GET …/vm-names/{name}` and `GET …/template-names/{name}`.
 *
 * @public
 */
export interface NameCheck {
  /** Absent when what was asked for is no name at all: it isn't sent back. */
  name?: string;
  free: boolean;
  /** In words, when it isn't. */
  reason?: string;
}
