// SPDX-License-Identifier: Apache-2.0
import { createApiRef } from '@backstage/frontend-plugin-api';
import { useApiHolder } from '@backstage/core-plugin-api';
import { useQuery } from '@tanstack/react-query';

interface BasicPermission {
  type: 'basic';
  name: string;
  attributes: object;
}

/**
 * The portal's permission API, by its id: for one question alone the package
 * that defines it is not worth a dependency.
 */
export const permissionApiRef = createApiRef<{
  authorize(request: {
    permission: BasicPermission;
  }): Promise<{ result: string }>;
}>({ id: 'plugin.permission.api' });

/**
 * Whether the person has a permission that concerns no single thing. The
 * backend decides anew; this only says what is worth offering. False until it
 * is known, true in a portal that asks nobody.
 */
export function usePermitted(permission: BasicPermission): boolean {
  const api = useApiHolder().get(permissionApiRef);
  const { data } = useQuery({
    queryKey: ['kubevirt-snapshots', 'permitted', permission.name],
    queryFn: async () =>
      api ? (await api.authorize({ permission })).result === 'ALLOW' : true,
    staleTime: 60_000,
  });
  return data ?? false;
}
