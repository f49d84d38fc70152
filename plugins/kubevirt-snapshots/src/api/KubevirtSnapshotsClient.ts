// SPDX-License-Identifier: Apache-2.0
import type { FetchApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';
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
  TakeSnapshotRequest,
  TemplateRequest,
  TemplateReview,
  UnprotectSnapshotRequest,
  UpdateScheduleRequest,
  VmList,
  VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { EventStreamParser, parseStreamMessage } from './eventStream';
import type {
  EntityKey,
  KubevirtSnapshotsApi,
  ReadOptions,
  WatchOptions,
} from './KubevirtSnapshotsApi';

const BASE = 'plugin://kubevirt-snapshots';

/** A read that takes longer than this is given up, in milliseconds. */
const READ_TIMEOUT_MS = 20_000;

function segments(...parts: string[]) {
  return parts.map(part => `/${encodeURIComponent(part)}`).join('');
}

function entityPath({ kind, namespace, name }: EntityKey) {
  return `/entities${segments(kind.toLowerCase(), namespace, name)}`;
}

type QueryValue = string | number | boolean | readonly string[] | undefined;

/** A query string without what says nothing. */
function queryString(values: Record<string, QueryValue>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (text) {
      params.set(key, text);
    }
  }
  const query = params.toString();
  return query ? `?${query}` : '';
}

/** Query string of a list; what is left to the backend's default is left out. */
export function listSearchParams(query: SnapshotListQuery): string {
  return queryString({
    show: query.show,
    sort: query.sort,
    order: query.order,
    state: query.states,
    search: query.search,
    offset: query.offset,
    limit: query.limit,
    minRevision: query.minRevision,
  });
}

/** The same for the audit trail. */
export function auditSearchParams(
  query: AuditListQuery & Partial<AuditExportQuery>,
): string {
  return queryString({
    format: query.format,
    after: query.after,
    vm: query.vm,
    actor: query.actor,
    action: query.actions,
    outcome: query.outcomes,
    origin: query.origins,
    from: query.from,
    to: query.to,
    before: query.before,
    limit: query.limit,
  });
}

/**
 * Talks to the backend of the plugin.
 *
 * @public
 */
export class KubevirtSnapshotsClient implements KubevirtSnapshotsApi {
  readonly #fetchApi: FetchApi;

  /** Makes a client that sends its requests by the portal's fetch API. */
  static create(options: { fetchApi: FetchApi }) {
    return new KubevirtSnapshotsClient(options.fetchApi);
  }

  private constructor(fetchApi: FetchApi) {
    this.#fetchApi = fetchApi;
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listVms} */
  listVms(query: VmListQuery, options?: ReadOptions): Promise<VmList> {
    return this.#read(`/vms${queryString({ ...query })}`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listSnapshots} */
  listSnapshots(
    entity: EntityKey,
    query: SnapshotListQuery,
    options?: ReadOptions,
  ): Promise<SnapshotList> {
    return this.#read(
      `${entityPath(entity)}/snapshots${listSearchParams(query)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getSnapshot} */
  getSnapshot(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<SnapshotDetails> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshots', name)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.checkName} */
  checkName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<{ free: boolean; reason?: string }> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshot-names', candidate)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.takeSnapshot} */
  takeSnapshot(
    entity: EntityKey,
    request: TakeSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(`${entityPath(entity)}/snapshots`, request);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.stopSnapshot} */
  stopSnapshot(
    entity: EntityKey,
    name: string,
    request: StopSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'stop')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.deleteSnapshot} */
  deleteSnapshot(
    entity: EntityKey,
    name: string,
    request: DeleteSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'delete')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.protectSnapshot} */
  protectSnapshot(
    entity: EntityKey,
    name: string,
    request: ProtectSnapshotRequest,
  ): Promise<ProtectionAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('snapshots', name, 'protect')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.unprotectSnapshot} */
  unprotectSnapshot(
    entity: EntityKey,
    name: string,
    request: UnprotectSnapshotRequest,
  ): Promise<ProtectionAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('snapshots', name, 'unprotect')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getRestorePlan} */
  getRestorePlan(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<RestorePlan> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshots', name, 'restore-plan')}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.restoreSnapshot} */
  restoreSnapshot(
    entity: EntityKey,
    name: string,
    request: RestoreSnapshotRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'restore')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listRestores} */
  listRestores(
    entity: EntityKey,
    query: RestoreListQuery = {},
    options?: ReadOptions,
  ): Promise<RestoreList> {
    return this.#read(
      `${entityPath(entity)}/restores${queryString({ ...query })}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.stopRestore} */
  stopRestore(
    entity: EntityKey,
    restore: string,
    request: StopRestoreRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('restores', restore, 'stop')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.stopCopy} */
  stopCopy(
    entity: EntityKey,
    { type, id }: Pick<OperationView, 'type' | 'id'>,
    request: StopCopyRequest,
  ): Promise<OperationView> {
    const making = type === 'clone' ? 'clones' : 'templates';
    return this.#act(
      `${entityPath(entity)}${segments(making, id, 'stop')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.clearRestore} */
  clearRestore(
    entity: EntityKey,
    restore: string,
    request: ClearRestoreRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('restores', restore, 'clear')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listLeftOverClaims} */
  listLeftOverClaims(
    entity: EntityKey,
    options?: ReadOptions,
  ): Promise<LeftOverClaimList> {
    return this.#read(`${entityPath(entity)}/left-over-claims`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.deleteLeftOverClaim} */
  deleteLeftOverClaim(
    entity: EntityKey,
    claim: string,
    request: DeleteClaimRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('left-over-claims', claim, 'delete')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.powerVm} */
  powerVm(entity: EntityKey, request: PowerRequest): Promise<OperationView> {
    return this.#act(`${entityPath(entity)}/power`, request);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getCloneReview} */
  getCloneReview(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<CloneReview> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshots', name, 'clone')}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.cloneSnapshot} */
  cloneSnapshot(
    entity: EntityKey,
    name: string,
    request: CloneRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'clone')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.checkVmName} */
  checkVmName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<NameCheck> {
    return this.#read(
      `${entityPath(entity)}${segments('vm-names', candidate)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getTemplateReview} */
  getTemplateReview(
    entity: EntityKey,
    name: string,
    options?: ReadOptions,
  ): Promise<TemplateReview> {
    return this.#read(
      `${entityPath(entity)}${segments('snapshots', name, 'template')}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.makeTemplate} */
  makeTemplate(
    entity: EntityKey,
    name: string,
    request: TemplateRequest,
  ): Promise<OperationView> {
    return this.#act(
      `${entityPath(entity)}${segments('snapshots', name, 'template')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.checkTemplateName} */
  checkTemplateName(
    entity: EntityKey,
    candidate: string,
    options?: ReadOptions,
  ): Promise<NameCheck> {
    return this.#read(
      `${entityPath(entity)}${segments('template-names', candidate)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getOperation} */
  getOperation(
    entity: EntityKey,
    id: string,
    options?: ReadOptions,
  ): Promise<OperationView> {
    return this.#read(
      `${entityPath(entity)}${segments('operations', id)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.watchEvents} */
  watchEvents(entity: EntityKey, options: WatchOptions): Promise<void> {
    return this.#watch(`${entityPath(entity)}/events`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.watchVms} */
  watchVms(options: WatchOptions): Promise<void> {
    return this.#watch('/vms/events', options);
  }

  async #watch(path: string, options: WatchOptions): Promise<void> {
    // Not EventSource: it can't send the Authorization header.
    const response = await this.#fetchApi.fetch(`${BASE}${path}`, {
      headers: { accept: 'text/event-stream' },
      cache: 'no-store',
      signal: options.signal,
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    if (!response.body) {
      throw new Error('The event stream has no body');
    }
    const parser = new EventStreamParser(data => {
      const message = parseStreamMessage(data);
      if (message) {
        options.onMessage(message);
      }
    });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || options.signal.aborted) {
          return;
        }
        options.onActivity?.();
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listHistory} */
  listHistory(
    entity: EntityKey,
    query: Omit<AuditListQuery, 'vm'>,
    options?: ReadOptions,
  ): Promise<AuditList> {
    return this.#read(
      `${entityPath(entity)}/history${auditSearchParams(query)}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listAudit} */
  listAudit(query: AuditListQuery, options?: ReadOptions): Promise<AuditList> {
    return this.#read(`/audit${auditSearchParams(query)}`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getAuditRow} */
  getAuditRow(seq: number, options?: ReadOptions): Promise<AuditDetails> {
    return this.#read(`/audit${segments('rows', String(seq))}`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.exportAudit} */
  async exportAudit(
    query: AuditExportQuery,
    options?: ReadOptions,
  ): Promise<Blob> {
    // No time limit: a long trail takes its time. Not a link: it would go out
    // without the Authorization header.
    const response = await this.#fetchApi.fetch(
      `${BASE}/audit/export${auditSearchParams(query)}`,
      { cache: 'no-store', signal: options?.signal },
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.blob();
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getAuditVerification} */
  getAuditVerification(options?: ReadOptions): Promise<AuditVerification> {
    return this.#read('/audit/verification', options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.verifyAudit} */
  verifyAudit(): Promise<AuditVerification> {
    return this.#post('/audit/verify', {});
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listClusters} */
  async listClusters(options?: ReadOptions): Promise<ClusterView[]> {
    const { clusters } = await this.#read<{ clusters: ClusterView[] }>(
      '/clusters',
      options,
    );
    return clusters;
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listBindings} */
  listBindings(options?: ReadOptions): Promise<BindingList> {
    return this.#read('/bindings', options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getScheduleLimits} */
  getScheduleLimits(
    entity: EntityKey,
    options?: ReadOptions,
  ): Promise<ScheduleLimits> {
    return this.#read(`${entityPath(entity)}/schedule-limits`, options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getScheduleCalendar} */
  getScheduleCalendar(
    entity: EntityKey,
    query: ScheduleCalendarQuery,
    options?: ReadOptions,
  ): Promise<ScheduleCalendar> {
    return this.#read(
      `${entityPath(entity)}/schedule-calendar${queryString({ ...query })}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.previewSchedule} */
  previewSchedule(
    entity: EntityKey,
    request: SchedulePreviewRequest,
    options?: ReadOptions,
  ): Promise<SchedulePreview> {
    return this.#post(
      `${entityPath(entity)}/schedules/preview`,
      request,
      options?.signal,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.getSchedule} */
  getSchedule(
    entity: EntityKey,
    id: string,
    query: ScheduleRunsQuery,
    options?: ReadOptions,
  ): Promise<ScheduleDetails> {
    return this.#read(
      `${entityPath(entity)}${segments('schedules', id)}${queryString({
        ...query,
      })}`,
      options,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.createSchedule} */
  createSchedule(
    entity: EntityKey,
    request: CreateScheduleRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(`${entityPath(entity)}/schedules`, request);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.updateSchedule} */
  updateSchedule(
    entity: EntityKey,
    id: string,
    request: UpdateScheduleRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'update')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.runSchedule} */
  runSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'run')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.pauseSchedule} */
  pauseSchedule(
    entity: EntityKey,
    id: string,
    request: PauseScheduleRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'pause')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.resumeSchedule} */
  resumeSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'resume')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.adoptSchedule} */
  adoptSchedule(
    entity: EntityKey,
    id: string,
    request: ScheduleActRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'adopt')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.deleteSchedule} */
  deleteSchedule(
    entity: EntityKey,
    id: string,
    request: DeleteScheduleRequest,
  ): Promise<ScheduleAnswer> {
    return this.#post(
      `${entityPath(entity)}${segments('schedules', id, 'delete')}`,
      request,
    );
  }

  /** {@inheritdoc KubevirtSnapshotsApi.listScheduleAuthors} */
  listScheduleAuthors(options?: ReadOptions): Promise<ScheduleAuthorList> {
    return this.#read('/schedule-authors', options);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.pauseScheduleAuthor} */
  pauseScheduleAuthor(request: PauseAuthorRequest): Promise<PauseAuthorAnswer> {
    return this.#post('/schedule-authors/pause', request);
  }

  /** {@inheritdoc KubevirtSnapshotsApi.resumeScheduleAuthor} */
  resumeScheduleAuthor(
    request: PauseAuthorRequest,
  ): Promise<PauseAuthorAnswer> {
    return this.#post('/schedule-authors/resume', request);
  }

  async #read<T>(path: string, options?: ReadOptions): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, READ_TIMEOUT_MS);
    options?.signal?.addEventListener('abort', abort);
    if (options?.signal?.aborted) {
      abort();
    }
    try {
      const response = await this.#fetchApi.fetch(`${BASE}${path}`, {
        signal: controller.signal,
      });
      return await this.#json<T>(response);
    } finally {
      clearTimeout(timer);
      options?.signal?.removeEventListener('abort', abort);
    }
  }

  async #act(path: string, body: unknown): Promise<OperationView> {
    const answer = await this.#post<{ operation: OperationView }>(path, body);
    return answer.operation;
  }

  async #post<T>(
    path: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await this.#fetchApi.fetch(`${BASE}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
    return this.#json<T>(response);
  }

  async #json<T>(response: Response): Promise<T> {
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}
