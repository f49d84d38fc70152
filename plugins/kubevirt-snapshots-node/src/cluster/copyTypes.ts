// SPDX-License-Identifier: Apache-2.0
import type {
  CapturedInterface,
  ConfigurationLine,
  TemplateApi,
  TemplateDropCode,
  TemplateParameter,
  TemplateSlot,
  TemplateUserData,
  TemplateUserDataChoice,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { CommittedIntent } from './CommittedIntent';
import type { CapturedDisk, SnapshotAddress, SnapshotRecord } from './types';

/**
 * Which optional APIs a cluster serves.
 *
 * @public
 */
export interface ClusterApis {
  clone: boolean;
  /** CDI, which fills disks. */
  dataVolumes: boolean;
  /** `kubevirt` where it has both. */
  template?: TemplateApi;
}

/**
 * What a copy of a captured VM would be made of: the allow-list projection for
 * Create VM and Create VM template. It holds no value that may be a secret.
 *
 * @public
 */
export interface CapturedPlan {
  vmUid?: string;
  disks: CapturedDisk[];
  configuration: ConfigurationLine[];
  interfaces: CapturedInterface[];
  /** Of the captured VM; undefined when it had none at all. */
  labels?: Record<string, string>;
  /** Keys alone: a value may hold anything. */
  annotationKeys: string[];
  /** Of the captured VM's instance. */
  instanceLabels: Record<string, string>;
  /** Names of volumes with a claim that the snapshot doesn't hold. */
  uncaptured: string[];
  /** It keeps TPM or EFI state in a claim. */
  backendStorage: boolean;
  /** Set in the configuration, so that the guest gets it. */
  hostName?: string;
  /** Volumes with data for the first boot. */
  userData: TemplateUserData[];
  /** Names of volumes that read a Secret of the namespace. */
  secretVolumes: string[];
  /** Names of volumes that no DataVolume template made. */
  plainClaims: string[];
  /** Names of volumes outside the snapshot that both VMs would use. */
  sharedVolumes: string[];
  /** Places that may become a parameter of a template. */
  slots: TemplateSlot[];
  /** What a template leaves out. */
  dropped: { code: TemplateDropCode; subjects: string[] }[];
  /** Where texts like `${X}` are, which a template would take for parameters. */
  placeholders: string[];
}

/**
 * A VirtualMachineClone as the cluster has it.
 *
 * @public
 */
export interface CloneRecord {
  uid: string;
  resourceVersion: string;
  name: string;
  /** Judged by `phase` alone: its conditions forget a failure within 30 ms. */
  state: 'running' | 'succeeded' | 'failed';
  phase?: string;
  targetName?: string;
  /** The helper restore, as long as it is needed. */
  restoreName?: string;
  /** Label that we put on it. */
  operationId?: string;
  deleting: boolean;
}

/**
 * What to create as a VirtualMachineClone. Labels and owner of the new VM are
 * read from the source VM by the door itself, and never come from here.
 *
 * @public
 */
export interface CreateCloneInput {
  /** Name of the VirtualMachineClone. */
  name: string;
  /** As it was reviewed. */
  snapshot: Pick<SnapshotRecord, 'uid' | 'name' | 'contentName'>;
  /** The VM that the snapshot is of, as it is now. */
  source: VmRef;
  sourceUid: string;
  /** Name of the new VM. */
  target: string;
  description?: string;
  /** With dashes. */
  macAddresses: Record<string, string>;
  serial?: string;
  /** Beside those of the source. */
  labels: Record<string, string>;
  keepAnnotations: boolean;
  keepInstanceLabels: boolean;
}

/**
 * A DataVolume that holds a disk of a template.
 *
 * @public
 */
export interface DataVolumeRecord {
  name: string;
  uid: string;
  resourceVersion: string;
  phase?: string;
  /** e.g. `42.00%` */
  progress?: string;
  /** Of the condition that says what is wrong. */
  message?: string;
  operationId?: string;
  /** UIDs of its owners. */
  owners: string[];
  deleting: boolean;
}

/**
 * A template as the cluster has it.
 *
 * @public
 */
export interface TemplateRecord {
  api: TemplateApi;
  name: string;
  uid: string;
  resourceVersion: string;
  operationId?: string;
  deleting: boolean;
}

/**
 * What to create as a template.
 *
 * @public
 */
export interface CreateTemplateInput {
  api: TemplateApi;
  name: string;
  snapshot: Pick<SnapshotRecord, 'uid' | 'name' | 'contentName'>;
  source: VmRef;
  sourceUid: string;
  description?: string;
  parameters: TemplateParameter[];
  userData: TemplateUserDataChoice[];
}

/**
 * The part of the door that makes VMs and templates from snapshots. All methods
 * but `apis` and `whenChanged` ask the cluster, and throw `ClusterError`.
 *
 * @public
 */
export interface ClusterCopies {
  /** What the cluster serves, as last seen; undefined before that. No cluster call. */
  apis(cluster: string): ClusterApis | undefined;
  /** What it serves now. */
  readApis(cluster: string): Promise<ClusterApis>;

  /** Live: one content with its VolumeSnapshots, projected. undefined = 404. */
  getPlan(record: SnapshotRecord): Promise<CapturedPlan | undefined>;

  getClone(address: SnapshotAddress): Promise<CloneRecord | undefined>;
  /** What events say about why a clone doesn't get on, the last one. */
  getCloneTrouble(
    address: SnapshotAddress,
    clone: CloneRecord,
  ): Promise<string | undefined>;
  createClone(
    intent: CommittedIntent,
    input: CreateCloneInput,
  ): Promise<CloneRecord>;
  deleteClone(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;
  /**
   * Removes one claim or DataVolume that a clone left behind when it did not
   * succeed. Only those that its helper restore made, that nothing owns. Where
   * the VM was made after all its disks stay, also those that it doesn't own.
   *
   * @returns the name of what was removed; undefined when nothing is left to
   *   remove
   * @throws ClusterError `conflict` while the helper restore is still there
   */
  deleteCloneLeftover(
    intent: CommittedIntent,
    target: VmRef,
    cloneUid: string,
  ): Promise<string | undefined>;

  /** Live, without its content. undefined = 404. */
  getTemplate(
    api: TemplateApi,
    address: SnapshotAddress,
  ): Promise<TemplateRecord | undefined>;
  createTemplate(
    intent: CommittedIntent,
    input: CreateTemplateInput,
  ): Promise<TemplateRecord>;
  deleteTemplate(
    intent: CommittedIntent,
    api: TemplateApi,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;

  getDataVolume(
    address: SnapshotAddress,
  ): Promise<DataVolumeRecord | undefined>;
  /** Whether a claim has this name; a DataVolume would take it over or fail. */
  isClaimNameTaken(address: SnapshotAddress): Promise<boolean>;
  /** Makes the disk of a template from a captured one. */
  createTemplateDisk(
    intent: CommittedIntent,
    input: {
      name: string;
      /** Of the captured volume. */
      volume: string;
      snapshot: Pick<SnapshotRecord, 'uid' | 'name' | 'contentName'>;
      source: VmRef;
    },
  ): Promise<DataVolumeRecord>;
  /** Makes the template own the disk, so that the one goes with the other. */
  handDataVolumeOver(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
    owner: TemplateRecord,
  ): Promise<void>;
  deleteDataVolume(
    intent: CommittedIntent,
    address: SnapshotAddress,
    preconditions: { uid: string; resourceVersion: string },
  ): Promise<void>;
}
