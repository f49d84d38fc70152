// SPDX-License-Identifier: Apache-2.0
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { screen } from '@testing-library/react';
import type { ReactElement } from 'react';
import { useLocation } from 'react-router-dom';
import { kubevirtSnapshotsApiRef } from '../api';
import { createQueryClient } from '../hooks/queries';
import { permissionApiRef } from '../hooks/usePermitted';
import { fleetRouteRef } from '../routes';
import { FakeApi } from './FakeApi';

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{pathname + search}</output>;
}

/** The address that the app shows now. */
export function address(): string {
  return screen.getByTestId('address').textContent ?? '';
}

/** Renders something with a fake backend, the texts and a router around it. */
export async function renderWithApi(
  element: ReactElement,
  options: {
    api?: FakeApi;
    path?: string;
    /** Whether the person has each permission that is asked for. */
    permitted?: boolean;
  } = {},
): Promise<{
  api: FakeApi;
  toast: { post: jest.Mock };
  queryClient: QueryClient;
  container: HTMLElement;
  unmount: () => void;
}> {
  const { api = new FakeApi(), path = '/', permitted = true } = options;
  const toast = { post: jest.fn(() => ({ close: () => {} })) };
  const queryClient = createQueryClient();
  const { container, unmount } = await renderInTestApp(
    <QueryClientProvider client={queryClient}>
      {element}
      <Address />
    </QueryClientProvider>,
    {
      apis: [
        [kubevirtSnapshotsApiRef, api],
        [toastApiRef, toast],
        [
          permissionApiRef,
          { authorize: async () => ({ result: permitted ? 'ALLOW' : 'DENY' }) },
        ],
      ],
      initialRouteEntries: [path],
      mountedRoutes: {
        '/catalog/:namespace/:kind/:name': entityRouteRef,
        '/virtual-machines': fleetRouteRef,
      },
    },
  );
  return { container, unmount, api, toast, queryClient };
}
