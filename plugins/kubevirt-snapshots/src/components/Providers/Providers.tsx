// SPDX-License-Identifier: Apache-2.0
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { createQueryClient } from '../../hooks/queries';

// One for the browser tab, so that coming back shows the last state at once.
// Our own and not the app's: its settings are ours to choose.
const sharedClient = createQueryClient();

/** What the plugin's components need around them. */
export function Providers(props: {
  children: ReactNode;
  /** Instead of the one that all parts of the plugin share. */
  queryClient?: QueryClient;
}) {
  const { children, queryClient = sharedClient } = props;
  return (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  );
}
