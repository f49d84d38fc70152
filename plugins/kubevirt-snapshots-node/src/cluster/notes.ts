// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '@backstage/types';
import { at, object, type Raw } from '../project/raw';
import { RESOURCES } from '../transport/resources';
import { ClusterError } from './ClusterError';
import type { KubeClient } from './KubeClient';
import type { ClusterNotes, NoteAddress } from './types';

/** It is ours and is parsed, so it is neither capped nor cleaned. */
function textOf(raw: Raw, key: string): string {
  const text = at(raw, 'data', key);
  return typeof text === 'string' ? text : '';
}

function describe({ namespace, name }: NoteAddress): string {
  return `ConfigMap ${name} in namespace ${namespace}`;
}

/** ConfigMaps of a cluster, by its API. */
export function createNotes(client: KubeClient): ClusterNotes {
  const get = ({ namespace, name }: NoteAddress) =>
    client.get(RESOURCES.configMaps, namespace, name);
  return {
    read: async address => {
      const raw = await get(address);
      return raw && textOf(raw, address.key);
    },
    change: async (address, edit) => {
      const raw = await get(address);
      if (!raw) {
        throw new ClusterError(
          'not-found',
          `There is no ${describe(address)}. It has to be made, empty.`,
        );
      }
      const before = textOf(raw, address.key);
      const after = edit(before);
      if (after === before) {
        return;
      }
      // With the resourceVersion that was read: a change in between is refused.
      await client.update(
        RESOURCES.configMaps,
        address.namespace,
        address.name,
        {
          ...(raw as JsonObject),
          data: {
            ...(object(at(raw, 'data')) as JsonObject),
            [address.key]: after,
          },
        },
      );
    },
  };
}
