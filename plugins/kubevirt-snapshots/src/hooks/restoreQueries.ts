// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import {
  keepPreviousData,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import {
  checkTemplateName,
  checkVmName,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtSnapshotsApiRef, type EntityKey } from '../api';
import { mayPass, queryKeys } from './queries';
import { useDebounced } from './useDebounced';
import type { NameCheck } from './useNameCheck';

/** Time after which what got no answer is asked for again, in milliseconds. */
const RECOVER_MS = 5_000;

/** The stream tells of changes; this is the net under it, in milliseconds. */
const RELOOK_MS = 5_000;

/** Time without a key press before the backend is asked, in milliseconds. */
const TYPING_MS = 300;

const recover = ({
  state,
}: {
  state: { status: string; error: unknown };
}): number | false =>
  state.status === 'error' && mayPass(state.error) ? RECOVER_MS : false;

/** What a restore of that snapshot would do; what changes the VM fetches it anew. */
export function useRestorePlan(entity: EntityKey, name: string) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.restorePlan(entity, name),
    queryFn: ({ signal }) => api.getRestorePlan(entity, name, { signal }),
    // One that was looked at before is never the one to decide by.
    gcTime: 0,
    refetchInterval: recover,
  });
}

/** What making a VM of that snapshot would do. */
export function useCloneReview(entity: EntityKey, name: string) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.cloneReview(entity, name),
    queryFn: ({ signal }) => api.getCloneReview(entity, name, { signal }),
    gcTime: 0,
    refetchInterval: recover,
  });
}

/** What making a template of that snapshot would do. */
export function useTemplateReview(entity: EntityKey, name: string) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.templateReview(entity, name),
    queryFn: ({ signal }) => api.getTemplateReview(entity, name, { signal }),
    gcTime: 0,
    refetchInterval: recover,
  });
}

/**
 * The restores of the VM, newest first.
 *
 * @param snapshot - only those of this snapshot
 */
export function useRestores(
  entity: EntityKey,
  options: { snapshot?: string; enabled?: boolean } = {},
) {
  const { snapshot, enabled = true } = options;
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: queryKeys.restores(entity, snapshot),
    queryFn: ({ signal }) => {
      const minRevision = queryClient.getQueryData<number>(
        queryKeys.lastAct(entity),
      );
      return api.listRestores(entity, { snapshot, minRevision }, { signal });
    },
    enabled,
    placeholderData: keepPreviousData,
    // Where no stream tells of the VM, as on the page of all VMs.
    refetchInterval: query =>
      query.state.data?.items.some(({ state }) => state === 'running')
        ? RELOOK_MS
        : recover(query),
  });
}

/** Claims that restores of the VM have made and nothing uses any more. */
export function useLeftOverClaims(entity: EntityKey) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.leftOverClaims(entity),
    queryFn: ({ signal }) => api.listLeftOverClaims(entity, { signal }),
    refetchInterval: recover,
  });
}

/** An operation as it is now. */
export function useOperation(entity: EntityKey, id: string | undefined) {
  const api = useApi(kubevirtSnapshotsApiRef);
  return useQuery({
    queryKey: queryKeys.operation(entity, id ?? ''),
    queryFn: ({ signal }) => api.getOperation(entity, id ?? '', { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) =>
      state.status === 'error' && !mayPass(state.error) ? false : RELOOK_MS,
  });
}

/** What kind of thing a name is for. */
export type NewNameKind = 'vm' | 'template';

/**
 * Checks the name of something new at once by its form, and a moment later by
 * asking whether it is free. When the backend can't say, the name passes: the
 * request itself is checked again.
 */
export function useNewName(
  entity: EntityKey,
  kind: NewNameKind,
  name: string,
): NameCheck {
  const api = useApi(kubevirtSnapshotsApiRef);
  const problem = kind === 'vm' ? checkVmName(name) : checkTemplateName(name);
  const settled = useDebounced(name, TYPING_MS);
  const ask = !problem && settled === name;
  const { data, isFetching } = useQuery({
    queryKey: queryKeys.newName(entity, kind, settled),
    queryFn: ({ signal }) =>
      kind === 'vm'
        ? api.checkVmName(entity, settled, { signal })
        : api.checkTemplateName(entity, settled, { signal }),
    enabled: ask,
    retry: false,
  });
  const answer = ask ? data : undefined;
  return {
    problem,
    taken: answer && !answer.free ? { reason: answer.reason } : undefined,
    free: Boolean(answer?.free),
    checking: !problem && !answer && (isFetching || settled !== name),
  };
}
