// SPDX-License-Identifier: Apache-2.0
import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Fetches what is shown anew, so that the answers know of everything up to now.
 *
 * Invalidating alone is not enough: a query that waits for its very first
 * answer is left to it, although it was asked for before the change.
 */
export async function fetchAnew(
  queryClient: QueryClient,
  queryKey: QueryKey,
): Promise<void> {
  const early = queryClient
    .getQueryCache()
    .findAll({ queryKey, type: 'active', fetchStatus: 'fetching' })
    .filter(query => query.state.data === undefined);
  await queryClient.invalidateQueries({ queryKey });
  await Promise.all(
    early.map(query =>
      queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true }),
    ),
  );
}
