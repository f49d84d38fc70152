// SPDX-License-Identifier: Apache-2.0
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import type { DefaultClusterService } from '../cluster/DefaultClusterService';
import type { SnapshotRecord } from '../cluster/types';
import type { ClusterTransport } from '../transport/ClusterTransport';
import type { AdminClient } from './AdminClient';

/**
 * Things that can only be done to a sandbox. Checks that need them say so
 * elsewhere, or find another way.
 */
export interface Disturbances {
  /** Ends every watch. */
  cutWatches(): void;
  /** Makes the cluster forget its history. */
  compact(): void;
  /** From now on no disk is cut and no claim bound, until `releaseStorage`. */
  holdStorage(): void;
  releaseStorage(): void;
}

/** What a check works with. */
export interface ContractContext {
  /** Under test: the cluster service with the token of deploy/'s account. */
  service: DefaultClusterService;
  /** The same account, for what it may not do. */
  account: ClusterTransport;
  /** A cluster service with another token, not started. */
  serviceWithToken(token: string): Promise<DefaultClusterService>;
  admin: AdminClient;
  /** Whether the cluster has DataVolumes; else disks are plain claims. */
  dataVolumes: boolean;
  /** Storage that gave no disk, and why: nobody waits for it again. */
  deadStorage: Map<string, string>;
  cluster: string;
  /** Made for this run. */
  namespace: string;
  /** Storage that can snapshot; the cluster's default when absent. */
  storageClass?: string;
  /** Storage that can't. */
  plainStorageClass?: string;
  disturb?: Disturbances;
  /** How long anything may take, milliseconds. */
  patience: number;
}

/** One thing that the plugin relies on. */
export interface ContractCheck {
  name: string;
  run(context: ContractContext): Promise<void>;
  /** Why it can't be asked of this cluster. */
  skip?(context: ContractContext): string | undefined;
}

/** Thrown by a check that finds out that it can't be asked of this cluster. */
export class Skipped extends Error {}

/** How a check went. */
export interface ContractResult {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  reason?: string;
}

/** A snapshot that a check waits for. */
export type SnapshotTest = (record: SnapshotRecord) => unknown;

/** A VM that a check made. */
export interface MadeVm {
  ref: VmRef;
  uid: string;
}
