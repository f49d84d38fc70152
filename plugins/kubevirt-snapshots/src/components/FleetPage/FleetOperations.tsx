// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState,
  type ReactNode,
} from 'react';
import type { EntityKey } from '../../api';
import { queryKeys } from '../../hooks/queries';
import { Operations, useTrackOperation } from '../Operations';

interface Started {
  entity: EntityKey;
  operation: OperationView;
}

const FleetOperationsContext = createContext<(started: Started) => void>(
  () => {},
);

/** Follows an operation on one of the VMs until it is finished. */
export function useTrackVmOperation() {
  return useContext(FleetOperationsContext);
}

function Track({ operation }: { operation: OperationView }) {
  const track = useTrackOperation();
  useEffect(() => track(operation), [track, operation]);
  return null;
}

/** Follows the operations started on this page, whichever VM they are on. */
export function FleetOperations({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<Started[]>([]);
  const track = useCallback(
    (started: Started) =>
      setOpen(list => [
        ...list.filter(({ operation: { id } }) => id !== started.operation.id),
        started,
      ]),
    [],
  );
  const finish = useCallback(
    (finished: OperationView) => {
      setOpen(list => list.filter(o => o.operation.id !== finished.id));
      queryClient.invalidateQueries({ queryKey: queryKeys.fleet() });
    },
    [queryClient],
  );
  return (
    <FleetOperationsContext.Provider value={track}>
      {children}
      {open.map(({ entity, operation }) => (
        <Operations key={operation.id} entity={entity} onFinished={finish}>
          <Track operation={operation} />
        </Operations>
      ))}
    </FleetOperationsContext.Provider>
  );
}
