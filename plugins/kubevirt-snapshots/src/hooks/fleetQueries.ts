// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type {
  SnapshotListQuery,
  VmListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtSnapshotsApiRef, type EntityKey } from '../api';
import { mayPass, queryKeys } from './queries';

/**
 * No stream tells of changes here, so they are asked for while the page is
 * looked at, in milliseconds.
 */
export const REFRESH_MS = 10_000;

/** Asks again by itself, unless the answer is a refusal that will stay one. */
const refreshed = {
  refetchInterval: ({ state }: { state: { status: string; error: unknown } }) =>
    state.status === 'error' && !mayPass(state.error) ? false : REFRESH_MS,
  // The interval rests while the page is hidden.
  refetchOnWindowFocus: true,
} as const;

/** A page of the VMs that the person may read, over all clusters. */
export function useFleet(query: VmListQuery) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.fleet(query),
    queryFn: ({ signal }) => api.listVms(query, { signal }),
    placeholderData: keepPreviousData,
    ...refreshed,
  });
}

/** The newest snapshot that can be restored: no more than a card needs. */
const NEWEST_GOOD: SnapshotListQuery = {
  show: 'taken',
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
    ...refreshed,
  });
}
