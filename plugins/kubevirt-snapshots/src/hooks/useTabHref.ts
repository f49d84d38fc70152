// SPDX-License-Identifier: Apache-2.0
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { useCallback } from 'react';
import type { EntityKey } from '../api';

/** Path of the tab on the entity's page, as the plugin sets it. */
const TAB_PATH = '/snapshots';

/**
 * Gives the address of an entity's tab with its snapshots, with the drawer of
 * one of them open when it is named.
 */
export function useTabHref() {
  const entityHref = useEntityRefLink();
  return useCallback(
    (
      entity: string | EntityKey,
      snapshot?: string,
      /** Only what is scheduled, or only what was taken. */
      show?: 'scheduled' | 'taken',
    ) => {
      const query = new URLSearchParams({
        ...(snapshot && { snapshot }),
        ...(show && { show }),
      }).toString();
      return `${entityHref(entity)}${TAB_PATH}${query && `?${query}`}`;
    },
    [entityHref],
  );
}
