// SPDX-License-Identifier: Apache-2.0
import { Container } from '@backstage/ui';
import type { QueryClient } from '@tanstack/react-query';
import { Announcer } from '../Announcer';
import { BulkPanel } from '../FleetBulk';
import { Providers } from '../Providers';
import { FleetOperations } from './FleetOperations';
import { FleetView } from './FleetView';

/** Props of {@link FleetPage}. */
export interface FleetPageProps {
  /** For tests: answers kept apart from those of other pages. */
  queryClient?: QueryClient;
}

/**
 * The VMs that the person may read, over all clusters. The page around it
 * brings the title.
 */
export function FleetPage({ queryClient }: FleetPageProps) {
  return (
    <Providers queryClient={queryClient}>
      <Announcer>
        <FleetOperations>
          {/* The page around it has no main landmark. */}
          <main>
            <Container>
              <BulkPanel />
              <FleetView />
            </Container>
          </main>
        </FleetOperations>
      </Announcer>
    </Providers>
  );
}
