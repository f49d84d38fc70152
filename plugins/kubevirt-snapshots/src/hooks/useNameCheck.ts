// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { useQuery } from '@tanstack/react-query';
import {
  checkSnapshotName,
  type SnapshotNameProblem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { kubevirtSnapshotsApiRef, type EntityKey } from '../api';
import { queryKeys } from './queries';
import { useDebounced } from './useDebounced';

/** Time without a key press before the backend is asked, in milliseconds. */
const TYPING_MS = 300;

/** What is known about a name that somebody types. */
export interface NameCheck {
  problem?: SnapshotNameProblem;
  /** The backend says that it is taken; `reason` in its words. */
  taken?: { reason?: string };
  free: boolean;
  checking: boolean;
}

/**
 * Checks a name at once by its form, and a moment later by asking the backend
 * whether it is free. When the backend can't say, the name passes: the request
 * itself is checked again.
 */
export function useNameCheck(
  entity: EntityKey,
  name: string,
  options: {
    /** False where the answer would be a refusal, or isn't wanted. */
    ask?: boolean;
  } = {},
): NameCheck {
  const api = useApi(kubevirtSnapshotsApiRef);
  const problem = checkSnapshotName(name);
  const settled = useDebounced(name, TYPING_MS);
  const wanted = options.ask ?? true;
  const ask = wanted && !problem && settled === name;
  const { data, isFetching } = useQuery({
    queryKey: queryKeys.name(entity, settled),
    queryFn: ({ signal }) => api.checkName(entity, settled, { signal }),
    enabled: ask,
    retry: false,
  });
  const answer = ask ? data : undefined;
  return {
    problem,
    taken: answer && !answer.free ? { reason: answer.reason } : undefined,
    free: Boolean(answer?.free),
    checking: wanted && !problem && !answer && (isFetching || settled !== name),
  };
}
