// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_NAMESPACE } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import type { QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { EntityKey } from '../../api';
import { Announcer } from '../Announcer';
import { Operations } from '../Operations';
import { Providers } from '../Providers';
import { SnapshotsView } from '../SnapshotsView';

/** Props of {@link SnapshotsTab}. */
export interface SnapshotsTabProps {
  /** For tests: answers kept apart from those of other tabs. */
  queryClient?: QueryClient;
}

/** The snapshots of the VM that the entity around it stands for. */
export function SnapshotsTab({ queryClient }: SnapshotsTabProps) {
  const { entity } = useEntity();
  const { kind } = entity;
  const { namespace = DEFAULT_NAMESPACE, name } = entity.metadata;
  const key = useMemo<EntityKey>(
    () => ({ kind, namespace, name }),
    [kind, namespace, name],
  );
  return (
    <Providers queryClient={queryClient}>
      <Announcer>
        {/* Another entity is another tab: nothing of the former may stay. */}
        <Operations key={`${kind}:${namespace}/${name}`} entity={key}>
          <SnapshotsView entity={key} />
        </Operations>
      </Announcer>
    </Providers>
  );
}
