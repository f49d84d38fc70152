// SPDX-License-Identifier: Apache-2.0
import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  AuditDetails,
  AuditExportQuery,
  AuditList,
  AuditListQuery,
  AuditVerification,
  BindingList,
  ClearRestoreRequest,
  CloneRequest,
  CloneReview,
  ClusterView,
  CreateScheduleRequest,
  DeleteClaimRequest,
  DeleteScheduleRequest,
  DeleteSnapshotRequest,
  LeftOverClaimList,
  NameCheck,
  OperationView,
  PauseAuthorAnswer,
  PauseAuthorRequest,
  PauseScheduleRequest,
  PowerRequest,
  ProtectionAnswer,
  ProtectSnapshotRequest,
  RestoreList,
  RestoreListQuery,
  RestorePlan,
  RestoreSnapshotRequest,
  ScheduleActRequest,
  ScheduleAnswer,
  ScheduleAuthorList,
  ScheduleCalendar,
  ScheduleCalendarQuery,
  ScheduleDetails,
  ScheduleLimits,
  SchedulePreview,
  SchedulePreviewRequest,
  ScheduleRunsQuery,
  SnapshotDetails,
  SnapshotList,
  SnapshotListQuery,
  StopCopyRequest,
  StopRestoreRequest,
  StopSnapshotRequest,
  StreamMessage,
  TakeSnapshotRequest,
  TemplateRequest,
  TemplateReview,
  UnprotectSnapshotRequest,
  UpdateScheduleRequest,
  VmList,
  VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';

/**
 * The catalog entity whose page the VM is looked at from.
 *
 * @public
 */
export interface EntityKey {
  kind: string;
  namespace: string;
  name: string;
}

/**
 * Options of a read.
 *
 * @public
 */
export interface ReadOptions {
  /** Ends the request when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

/**
 * Options of {@link KubevirtSnapshotsApi.watchEvents}.
 *
 * @public
 */
export interface WatchOptions {
  /** Ends the stream. */
  signal: AbortSignal;
  /** Called for each message. */
  onMessage: (message: StreamMessage) => void;
  /** Called whenever anything arrives, heartbeats included. */
  onActivity?: () => void;
}

/**
 * The backend of the plugin, one method for each of its routes. Every method
 * rejects with a `ResponseError` when the backend refuses; `apiFailure` reads
 * the reason from it. Nothing is retried here.
 *
 * @public
 */
export interface KubevirtSnapshotsApi {
  /** The VMs that one may read, over all clusters. */
  listVms(query: VmListQuery, options?: ReadOptions): Promise<VmList>;
  /**
   * Follows the changes of the VMs that one may read. Resolves and rejects as
   * {@link KubevirtSnapshotsApi.watchEvents} does.
   */
  watchVms(options: WatchOptions): Promise<void>;
  /** The VM behind an entity and a page of its snapshots. */
  listSnapshots(
    entity: EntityKey,
    query: SnapshotListQuery,
    options?: ReadOptions,
  ): Promise<SnapshotList>;
  /** Everything about one snapshot. */
  getSnapshot(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<SnapshotDetails>;
  /** Whether a snapshot could have this name. */
  checkName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<{ free: boolean; reason?: string }>;
  /** Asks for a snapshot. */
  takeSnapshot(
    entity: EntityKey,
    request: TakeSnapshotRequest,
  ): Promise<OperationView>;
  /** Stops a snapshot that isn't finished. */
  stopSnapshot(
    entity: EntityKey,
    name: string,
    request: StopSnapshotRequest,
  ): Promise<OperationView>;
  /** Deletes a snapshot. */
  deleteSnapshot(
    entity: EntityKey,
    name: string,
    request: DeleteSnapshotRequest,
  ): Promise<OperationView>;
  /** Protects a snapshot from deletion, or changes why and how long. */
  protectSnapshot(
    entity: EntityKey,
    name: string,
    request: ProtectSnapshotRequest,
  ): Promise<ProtectionAnswer>;
  /** Releases a protected snapshot. */
  unprotectSnapshot(
    entity: EntityKey,
    name: string,
    request: UnprotectSnapshotRequest,
  ): Promise<ProtectionAnswer>;
  /** What a restore would do, as the cluster is right now. */
  getRestorePlan(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<RestorePlan>;
  /** Brings the VM back to a snapshot. */
  restoreSnapshot(
    entity: EntityKey,
    name: string,
    request: RestoreSnapshotRequest,
  ): Promise<OperationView>;
  /** The restores of the VM, newest first. */
  listRestores(
    entity: EntityKey,
    query?: RestoreListQuery,
    options?: ReadOptions,
  ): Promise<RestoreList>;
  /** Stops a restore, as far as it can be stopped. */
  stopRestore(
    entity: EntityKey,
    restore: string,
    request: StopRestoreRequest,
  ): Promise<OperationView>;
  /** Stops the making of a VM or a template. */
  stopCopy(
    entity: EntityKey,
    operation: Pick<OperationView, 'type' | 'id'>,
    request: StopCopyRequest,
  ): Promise<OperationView>;
  /** Removes a failed restore from the cluster. */
  clearRestore(
    entity: EntityKey,
    restore: string,
    request: ClearRestoreRequest,
  ): Promise<OperationView>;
  /** Claims that restores have made and nothing uses any more. */
  listLeftOverClaims(
    entity: EntityKey,
    options?: ReadOptions,
  ): Promise<LeftOverClaimList>;
  /** Deletes one of them. */
  deleteLeftOverClaim(
    entity: EntityKey,
    claim: string,
    request: DeleteClaimRequest,
  ): Promise<OperationView>;
  /** Starts or stops the VM. */
  powerVm(entity: EntityKey, request: PowerRequest): Promise<OperationView>;
  /** What making a VM of a snapshot would do. */
  getCloneReview(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<CloneReview>;
  /** Makes a VM of a snapshot. */
  cloneSnapshot(
    entity: EntityKey,
    name: string,
    request: CloneRequest,
  ): Promise<OperationView>;
  /** Whether a new VM could have this name. */
  checkVmName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<NameCheck>;
  /** What making a template of a snapshot would do. */
  getTemplateReview(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<TemplateReview>;
  /** Makes a template of a snapshot. */
  makeTemplate(
    entity: EntityKey,
    name: string,
    request: TemplateRequest,
  ): Promise<OperationView>;
  /** Whether a new template could have this name. */
  checkTemplateName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<NameCheck>;
  /** An operation as it is now. */
  getOperation(
    entity: EntityKey,
    id: string,
    options?: ReadOptions,
  ): Promise<OperationView>;
  /**
   * Follows the changes of the VM. Resolves when the backend ends the stream,
   * rejects when it can't be opened or breaks.
   */
  watchEvents(entity: EntityKey, options: WatchOptions): Promise<void>;
  /** Who did what to the VM behind an entity, newest first. */
  listHistory(
    entity: EntityKey,
    query: Omit<AuditListQuery, 'vm'>,
    options?: ReadOptions,
  ): Promise<AuditList>;
  /** The audit trail, newest first, as far as one may see it. */
  listAudit(query: AuditListQuery, options?: ReadOptions): Promise<AuditList>;
  /** One act of the audit trail with its rows. */
  getAuditRow(seq: number, options?: ReadOptions): Promise<AuditDetails>;
  /** The audit trail as a file. */
  exportAudit(query: AuditExportQuery, options?: ReadOptions): Promise<Blob>;
  /** Whether the audit trail is whole, as last verified. */
  getAuditVerification(options?: ReadOptions): Promise<AuditVerification>;
  /** Begins to verify the audit trail. */
  verifyAudit(): Promise<AuditVerification>;
  /** The clusters and the soundness of their set-up, for operators. */
  listClusters(options?: ReadOptions): Promise<ClusterView[]>;
  /** Entities whose claim to be a VM nobody confirms, for operators. */
  listBindings(options?: ReadOptions): Promise<BindingList>;
  /** Limits and presets of schedules, and how much of them is used. */
  getScheduleLimits(
    entity: EntityKey,
    options?: ReadOptions,
  ): Promise<ScheduleLimits>;
  /** Past snapshots and runs of a VM, and the coming ones. */
  getScheduleCalendar(
    entity: EntityKey,
    query: ScheduleCalendarQuery,
    options?: ReadOptions,
  ): Promise<ScheduleCalendar>;
  /** When settings would run, and what they would keep and remove. */
  previewSchedule(
    entity: EntityKey,
    request: SchedulePreviewRequest,
    options?: ReadOptions,
  ): Promise<SchedulePreview>;
  /** A schedule with a page of its runs and the snapshots it owns. */
  getSchedule(
    entity: EntityKey,
    id: string,
    query: ScheduleRunsQuery,
    options?: ReadOptions,
  ): Promise<ScheduleDetails>;
  /** Puts the VM under a schedule. */
  createSchedule(
    entity: EntityKey,
    request: CreateScheduleRequest,
  ): Promise<ScheduleAnswer>;
  /** Replaces the settings of a schedule. */
  updateSchedule(
    entity: EntityKey,
    id: string,
    request: UpdateScheduleRequest,
  ): Promise<ScheduleAnswer>;
  /** Takes a snapshot of a schedule now, beside its rhythm. */
  runSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer>;
  /** Pauses a schedule. */
  pauseSchedule(
    entity: EntityKey,
    id: string,
    request: PauseScheduleRequest,
  ): Promise<ScheduleAnswer>;
  /** Resumes a paused or suspended schedule, and answers for it. */
  resumeSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer>;
  /** Answers for a schedule in the stead of its author. */
  adoptSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer>;
  /** Deletes a schedule, with its snapshots or without. */
  deleteSchedule(
    entity: EntityKey,
    id: string,
    request: DeleteScheduleRequest,
  ): Promise<ScheduleAnswer>;
  /** Who answers for how many schedules, for operators. */
  listScheduleAuthors(options?: ReadOptions): Promise<ScheduleAuthorList>;
  /** Pauses all schedules of somebody. */
  pauseScheduleAuthor(request: PauseAuthorRequest): Promise<PauseAuthorAnswer>;
  /** Resumes what that paused. */
  resumeScheduleAuthor(request: PauseAuthorRequest): Promise<PauseAuthorAnswer>;
}

/**
 * Reference of the {@link KubevirtSnapshotsApi}.
 *
 * @public
 */
export const kubevirtSnapshotsApiRef =
  createApiRef<KubevirtSnapshotsApi>().with({
    id: 'plugin.kubevirt-snapshots.api',
    pluginId: 'kubevirt-snapshots',
  });
