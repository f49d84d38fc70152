// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import {
  keepPreviousData,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  SnapshotListQuery,
  VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtSnapshotsApiRef, type EntityKey } from '../api';
import { mayPass, queryKeys } from './queries';

/**
 * No stream tells a card of changes, so they are asked for while the page is
 * looked at, in milliseconds.
 */
export const REFRESH_MS = 10_000;

/**
 * The net under the stream of a page: what time alone changes, such as the age
 * after which a VM counts as unprotected, nobody tells of. Milliseconds.
 */
export const FLEET_REFRESH_MS = 60_000;

/** Asks again by itself, unless the answer is a refusal that will stay one. */
const refreshed = (ms: number) =>
  ({
    refetchInterval: ({
      state,
    }: {
      state: { status: string; error: unknown };
    }) => {
      if (state.status !== 'error') {
        return ms;
      }
      return mayPass(state.error) && Math.min(ms, REFRESH_MS);
    },
    // The interval rests while the page is hidden.
    refetchOnWindowFocus: true,
  } as const);

/** A page of the VMs that the person may read, over all clusters. */
export function useFleet(query: VmListQuery, refreshMs = FLEET_REFRESH_MS) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: queryKeys.fleet(query),
    queryFn: ({ signal }) => {
      // Not in the key: it asks for a fresher answer and not for another list.
      const minRevision = queryClient.getQueryData<number>(
        queryKeys.lastFleetAct,
      );
      return api.listVms({ ...query, minRevision }, { signal });
    },
    placeholderData: keepPreviousData,
    ...refreshed(refreshMs),
  });
}

/** How often what is under way is looked at while its details are open, ms. */
const PROGRESS_MS = 2_000;

/** A snapshot that is being taken, with its steps. */
export function useSnapshotUnderWay(entity: EntityKey, name: string) {
  const api = useApi(kubevirtSnapshotsApiRef);
  const query: SnapshotListQuery = { search: name, show: 'taken' };
  return useQuery({
    queryKey: queryKeys.list(entity, query),
    queryFn: ({ signal }) => api.listSnapshots(entity, query, { signal }),
    select: ({ items }) => items.find(item => item.name === name),
    refetchInterval: PROGRESS_MS,
  });
}

/** The newest snapshot that can be restored: no more than a card needs. */
const NEWEST_GOOD: SnapshotListQuery = {
  // With the schedules, for the next run.
  show: 'all',
  states: ['ready'],
  sort: 'created',
  order: 'desc',
  limit: 1,
};

/** The VM of an entity with its last good snapshot. */
export function useNewestGood(entity: EntityKey) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.list(entity, NEWEST_GOOD),
    queryFn: ({ signal }) => api.listSnapshots(entity, NEWEST_GOOD, { signal }),
    ...refreshed(REFRESH_MS),
  });
}
