// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { useQueryClient } from '@tanstack/react-query';
import type {
  Freshness,
  SnapshotList,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useEffect, useState } from 'react';
import { kubevirtSnapshotsApiRef, type EntityKey } from '../api';
import { LiveConnection, type LiveState } from '../api/LiveConnection';
import { Coalescer } from '../utils/Coalescer';
import { fetchAnew } from '../utils/fetchAnew';
import { queryKeys } from './queries';

/** Messages are gathered this long before the page fetches, in milliseconds. */
export const GATHER_MS = 50;

/**
 * Keeps what is shown of a VM up to date by one event stream. Mount it once
 * for a tab.
 *
 * @param enabled - false until it is known that the VM may be seen
 */
export function useLiveUpdates(entity: EntityKey, enabled: boolean): LiveState {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const { kind, namespace, name } = entity;

  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    const key = { kind, namespace, name };
    const refetch = new Coalescer(
      () => fetchAnew(queryClient, queryKeys.entity(key)),
      GATHER_MS,
    );
    const setFreshness = (freshness: Freshness) =>
      queryClient.setQueriesData<SnapshotList>(
        { queryKey: queryKeys.list(key) },
        list => list && { ...list, freshness },
      );
    const connection = new LiveConnection({
      connect: options => api.watchEvents(key, options),
      onState: setState,
      onCatchUp: () => refetch.trigger(),
      onMessage: message => {
        if (message.type === 'freshness') {
          setFreshness(message.freshness);
          refetch.trigger();
        } else if (message.type === 'changed') {
          refetch.trigger();
        }
      },
    });
    setState('connecting');
    connection.start();
    return () => {
      connection.stop();
      refetch.stop();
    };
  }, [api, queryClient, kind, namespace, name, enabled]);

  return state;
}

/**
 * Keeps the lists of VMs up to date by one event stream, which tells at most
 * once a second.
 *
 * @param enabled - false while there is nothing to keep up to date
 */
export function useLiveFleet(enabled: boolean): LiveState {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    const refetch = new Coalescer(
      () => fetchAnew(queryClient, queryKeys.fleet()),
      GATHER_MS,
    );
    const connection = new LiveConnection({
      connect: options => api.watchVms(options),
      onState: setState,
      onCatchUp: () => refetch.trigger(),
      onMessage: ({ type }) => {
        if (type === 'changed') {
          refetch.trigger();
        }
      },
    });
    setState('connecting');
    connection.start();
    return () => {
      connection.stop();
      refetch.stop();
    };
  }, [api, queryClient, enabled]);

  return state;
}
