// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import {
  keepPreviousData,
  QueryClient,
  useQuery,
  useQueryClient,
  useMutation,
} from '@tanstack/react-query';
import type {
  AuditListQuery,
  OperationView,
  ProtectionAnswer,
  SnapshotListQuery,
  VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import {
  apiFailure,
  kubevirtSnapshotsApiRef,
  revokesView,
  type EntityKey,
  type KubevirtSnapshotsApi,
} from '../api';

const ROOT = 'kubevirt-snapshots';

/** Entries of a page of the history. */
const HISTORY_PAGE = 25;

/** How often a verification under way is looked at, in milliseconds. */
const VERIFYING_MS = 2_000;

/** How long the result of one that was asked for is waited for. */
const AWAIT_VERIFICATION_MS = 60_000;

/** How often the verification is looked at otherwise. */
const RELOOK_MS = 60_000;

/** Time after which a page that got no answer asks again, in milliseconds. */
const RECOVER_MS = 5_000;

/** Keys of the answers kept in the browser. */
export const queryKeys = {
  entity: (e: EntityKey) =>
    [ROOT, `${e.kind}:${e.namespace}/${e.name}`.toLowerCase()] as const,
  list: (e: EntityKey, query?: SnapshotListQuery) =>
    [...queryKeys.entity(e), 'list', ...(query ? [query] : [])] as const,
  details: (e: EntityKey, name: string) =>
    [...queryKeys.entity(e), 'details', name] as const,
  name: (e: EntityKey, name: string) => [ROOT, 'name', e, name] as const,
  operation: (e: EntityKey, id: string) =>
    [...queryKeys.entity(e), 'operation', id] as const,
  restorePlan: (e: EntityKey, name: string) =>
    [...queryKeys.entity(e), 'restore-plan', name] as const,
  restores: (e: EntityKey, snapshot?: string) =>
    [...queryKeys.entity(e), 'restores', snapshot ?? 'all'] as const,
  leftOverClaims: (e: EntityKey) =>
    [...queryKeys.entity(e), 'left-over-claims'] as const,
  cloneReview: (e: EntityKey, name: string) =>
    [...queryKeys.entity(e), 'clone-review', name] as const,
  templateReview: (e: EntityKey, name: string) =>
    [...queryKeys.entity(e), 'template-review', name] as const,
  newName: (e: EntityKey, kind: string, name: string) =>
    [ROOT, 'new-name', e, kind, name] as const,
  history: (e: EntityKey, before?: number) =>
    [...queryKeys.entity(e), 'history', before ?? 'newest'] as const,
  historyOpen: (e: EntityKey) => [ROOT, 'history-open', e] as const,
  audit: (query?: AuditListQuery) =>
    [ROOT, 'audit', 'list', ...(query ? [query] : [])] as const,
  auditRow: (seq: number) => [ROOT, 'audit', 'row', seq] as const,
  verification: [ROOT, 'audit', 'verification'] as const,
  clusters: [ROOT, 'clusters'] as const,
  bindings: [ROOT, 'bindings'] as const,
  scheduleAuthors: [ROOT, 'schedule-authors'] as const,
  fleet: (query?: VmListQuery) =>
    [ROOT, 'fleet', ...(query ? [query] : [])] as const,
  namedVms: (keys: readonly string[]) => [ROOT, 'named-vms', keys] as const,
  /** Of any VM. */
  lastFleetAct: [ROOT, 'last-fleet-act'] as const,
  lastAct: (e: EntityKey) => [ROOT, 'last-act', e] as const,
};

/** A refusal stays one; only what may pass by itself is asked again. */
export function mayPass(error: unknown): boolean {
  const { status } = apiFailure(error);
  return status === undefined || status === 429 || status >= 500;
}

/** Makes the plugin's own client: nothing that changes something is retried. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // `always`: a browser that believes to be offline still reports an error
      // instead of holding a request back and sending it much later.
      mutations: { retry: false, networkMode: 'always' },
      queries: {
        networkMode: 'always',
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 1 && mayPass(error) && apiFailure(error).status !== 503,
        retryDelay: 500,
      },
    },
  });
}

/** The list; the last answer stays on the screen while the next one is awaited. */
export function useSnapshotList(entity: EntityKey, query: SnapshotListQuery) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: queryKeys.list(entity, query),
    queryFn: ({ signal }) => {
      // Not in the key: it asks for a fresher answer and not for another list.
      const minRevision = queryClient.getQueryData<number>(
        queryKeys.lastAct(entity),
      );
      return api.listSnapshots(entity, { ...query, minRevision }, { signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.status === 'error' && mayPass(state.error) ? RECOVER_MS : false,
  });
}

/** One snapshot in full. */
export function useSnapshotDetails(entity: EntityKey, name: string) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.details(entity, name),
    queryFn: ({ signal }) => api.getSnapshot(entity, name, { signal }),
  });
}

/** A page of the VM's history; what changes the VM fetches it anew. */
export function useHistory(entity: EntityKey, before?: number) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.history(entity, before),
    queryFn: ({ signal }) =>
      api.listHistory(entity, { before, limit: HISTORY_PAGE }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.status === 'error' && mayPass(state.error) ? RECOVER_MS : false,
  });
}

/**
 * Whether the person may see the history: nothing else tells, so it is asked
 * for one entry of it. Undefined until that is known.
 */
export function useHistoryOpen(entity: EntityKey): boolean | undefined {
  const api = useApi(kubevirtSnapshotsApiRef);
  const { data } = useQuery({
    queryKey: queryKeys.historyOpen(entity),
    queryFn: async ({ signal }) => {
      try {
        await api.listHistory(entity, { limit: 1 }, { signal });
        return true;
      } catch (error) {
        if (revokesView(error)) {
          return false;
        }
        throw error;
      }
    },
    staleTime: 60_000,
    refetchInterval: ({ state }) =>
      state.status === 'error' ? RECOVER_MS : false,
  });
  return data;
}

/** A page of the audit trail. Not live: each reading is itself recorded. */
export function useAudit(query: AuditListQuery) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.audit(query),
    queryFn: ({ signal }) => api.listAudit(query, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.status === 'error' && mayPass(state.error) ? RECOVER_MS : false,
  });
}

/** One entry of the audit trail with its rows. */
export function useAuditRow(seq: number) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.auditRow(seq),
    queryFn: ({ signal }) => api.getAuditRow(seq, { signal }),
  });
}

/**
 * How the trail was verified last, and a way to have it verified now.
 *
 * @param options - `enabled`: false for who isn't told, so as not to ask
 */
export function useVerification(options: { enabled: boolean }) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<{ at: number; last?: string }>();
  const query = useQuery({
    queryKey: queryKeys.verification,
    queryFn: ({ signal }) => api.getAuditVerification({ signal }),
    enabled: options.enabled,
    refetchInterval: ({ state: { status, error, data } }) => {
      if (status === 'error' && !mayPass(error)) {
        return false;
      }
      // Another replica may be the one that does it, and answer so.
      const awaited =
        asked !== undefined &&
        data?.last?.at === asked.last &&
        Date.now() - asked.at < AWAIT_VERIFICATION_MS;
      return data?.running || awaited ? VERIFYING_MS : RELOOK_MS;
    },
  });
  const verify = useMutation({
    mutationFn: () => api.verifyAudit(),
    onSuccess: answer => {
      setAsked({ at: Date.now(), last: query.data?.last?.at });
      queryClient.setQueryData(queryKeys.verification, answer);
    },
  });
  return { query, verify };
}

/** The clusters, for operators. */
export function useClusters() {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.clusters,
    queryFn: ({ signal }) => api.listClusters({ signal }),
    refetchInterval: ({ state }) =>
      state.status === 'error' && !mayPass(state.error) ? false : RECOVER_MS,
  });
}

/** Entities whose claim to be a VM nobody confirms, for operators. */
export function useBindings() {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.bindings,
    queryFn: ({ signal }) => api.listBindings({ signal }),
  });
}

/** The next lists have to know an act that was accepted. */
export function noteAct(
  queryClient: QueryClient,
  entity: EntityKey,
  revision: number,
) {
  for (const key of [queryKeys.lastAct(entity), queryKeys.lastFleetAct]) {
    queryClient.setQueryData<number>(key, (last = 0) =>
      Math.max(last, revision),
    );
  }
}

/** What follows an act: the next list has to know it, and all is fetched anew. */
function useAfterAct(entity: EntityKey) {
  const queryClient = useQueryClient();
  return {
    onSuccess: ({ revision }: { revision: number }) =>
      noteAct(queryClient, entity, revision),
    onSettled: () => {
      queryClient.invalidateQueries({ queryKey: queryKeys.entity(entity) });
      queryClient.invalidateQueries({ queryKey: queryKeys.fleet() });
    },
  };
}

/** Sends a request that protects or releases, which is done with its answer. */
export function useProtectionAct<Request>(
  entity: EntityKey,
  act: (
    api: KubevirtSnapshotsApi,
    request: Request,
  ) => Promise<ProtectionAnswer>,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useMutation({
    mutationFn: (request: Request) => act(api, request),
    ...useAfterAct(entity),
  });
}

/**
 * Sends a request that changes something, then fetches the VM anew.
 *
 * @param operationId - made once for the form: sending it again is the same
 *   act. When an earlier try whose answer was lost had asked for something
 *   else, that operation is the answer.
 */
export function useAct(
  entity: EntityKey,
  operationId: string,
  act: (api: KubevirtSnapshotsApi) => Promise<OperationView>,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useMutation({
    mutationFn: async () => {
      try {
        return await act(api);
      } catch (error) {
        if (apiFailure(error).code === 'operation-id-used') {
          return api.getOperation(entity, operationId);
        }
        throw error;
      }
    },
    ...useAfterAct(entity),
  });
}

/**
 * The same for a form whose content makes the act: with `useActId` the same
 * content sent again is the same act, and another content another.
 */
export function useOperationAct<Request extends { operationId: string }>(
  entity: EntityKey,
  act: (api: KubevirtSnapshotsApi, request: Request) => Promise<OperationView>,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useMutation({
    mutationFn: async (request: Request) => {
      try {
        return await act(api, request);
      } catch (error) {
        if (apiFailure(error).code === 'operation-id-used') {
          return api.getOperation(entity, request.operationId);
        }
        throw error;
      }
    },
    ...useAfterAct(entity),
  });
}
