// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  PauseAuthorRequest,
  ScheduleAnswer,
  SchedulePreviewRequest,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  kubevirtSnapshotsApiRef,
  type EntityKey,
  type KubevirtSnapshotsApi,
} from '../api';
import { mayPass, queryKeys } from './queries';

/** Runs on a page of a schedule. */
export const RUNS_PAGE = 20;

/** Time after which what got no answer asks again, in milliseconds. */
const RECOVER_MS = 5_000;

const recover = ({ state }: { state: { status: string; error: unknown } }) =>
  state.status === 'error' && mayPass(state.error) ? RECOVER_MS : false;

/** Limits and presets; asked for once a form is about schedules. */
export function useScheduleLimits(entity: EntityKey, enabled: boolean) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: [...queryKeys.entity(entity), 'schedule-limits'],
    queryFn: ({ signal }) => api.getScheduleLimits(entity, { signal }),
    enabled,
    refetchInterval: recover,
  });
}

/** What settings would keep and remove; undefined settings are not asked for. */
export function useSchedulePreview(
  entity: EntityKey,
  request: SchedulePreviewRequest | undefined,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: [...queryKeys.entity(entity), 'schedule-preview', request],
    queryFn: ({ signal }) => api.previewSchedule(entity, request!, { signal }),
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: recover,
  });
}

/** A schedule with a page of its runs. */
export function useSchedule(entity: EntityKey, id: string, page: number) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: [...queryKeys.entity(entity), 'schedule', id, page],
    queryFn: ({ signal }) => {
      const minRevision = queryClient.getQueryData<number>(
        queryKeys.lastAct(entity),
      );
      return api.getSchedule(
        entity,
        id,
        { offset: (page - 1) * RUNS_PAGE, limit: RUNS_PAGE, minRevision },
        { signal },
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval: recover,
  });
}

/** Past snapshots and coming runs. */
export function useScheduleCalendar(
  entity: EntityKey,
  from: string,
  to: string,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: [...queryKeys.entity(entity), 'schedule-calendar', from, to],
    queryFn: ({ signal }) =>
      api.getScheduleCalendar(entity, { from, to }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: recover,
  });
}

/** Sends a change of a schedule, which is done with its answer. */
export function useScheduleAct<Request>(
  entity: EntityKey,
  act: (api: KubevirtSnapshotsApi, request: Request) => Promise<ScheduleAnswer>,
) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: Request) => act(api, request),
    onSuccess: ({ revision }) => {
      queryClient.setQueryData<number>(queryKeys.lastAct(entity), (last = 0) =>
        Math.max(last, revision),
      );
    },
    onSettled: () => {
      queryClient.invalidateQueries({ queryKey: queryKeys.entity(entity) });
      queryClient.invalidateQueries({ queryKey: queryKeys.fleet() });
    },
  });
}

/** Who answers for schedules, for operators. */
export function useScheduleAuthors() {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.scheduleAuthors,
    queryFn: ({ signal }) => api.listScheduleAuthors({ signal }),
    refetchInterval: recover,
  });
}

/** Pauses or resumes all schedules of somebody. */
export function useAuthorAct(verb: 'pause' | 'resume') {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: PauseAuthorRequest) =>
      verb === 'pause'
        ? api.pauseScheduleAuthor(request)
        : api.resumeScheduleAuthor(request),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: queryKeys.scheduleAuthors }),
  });
}
