// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import {
  toastApiRef,
  type ToastApiMessage,
} from '@backstage/frontend-plugin-api';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { useQuery } from '@tanstack/react-query';
import type {
  OperationState,
  OperationView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import {
  kubevirtSnapshotsApiRef,
  revokesView,
  type EntityKey,
} from '../../api';
import { queryKeys } from '../../hooks/queries';
import { useTexts, type Texts } from '../../translations';

/** The catalog reads the clusters this often or less; then it is given up, ms. */
const AWAIT_ENTITY_MS = 180_000;

/** The stream tells of changes; this is the net under it, in milliseconds. */
const RECHECK_MS = 5_000;

const OperationsContext = createContext<(operation: OperationView) => void>(
  () => {},
);

/** Follows an operation that the person has started until it is finished. */
export function useTrackOperation() {
  return useContext(OperationsContext);
}

/** Whether an operation has come to its end. */
export function isFinished(state: OperationState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'unknown';
}

/** What an operation is about, by its name. */
function subjectOf(operation: OperationView): string {
  const { type, vm, target, snapshotName } = operation;
  return type === 'restore' || type === 'power'
    ? vm.name
    : target ?? snapshotName ?? vm.name;
}

/** Whether its new VM is still to come into the catalog. */
function awaitsEntity({ type, state, clone }: OperationView): boolean {
  return type === 'clone' && state === 'succeeded' && !clone?.entityRef;
}

/** What a person is told about a finished operation. */
export function finishedToast(
  t: Texts,
  operation: OperationView,
  entityHref: (entityRef: string) => string,
): ToastApiMessage {
  const { type, state, error, clone } = operation;
  const name = subjectOf(operation);
  if (state === 'succeeded') {
    // What can be followed stays until somebody has read it.
    return clone?.entityRef
      ? {
          title: t('toast.cloneSucceeded', { name }),
          status: 'success',
          links: [
            {
              label: t('toast.openVm', { name }),
              href: entityHref(clone.entityRef),
            },
          ],
        }
      : {
          title: t(`toast.${type}Succeeded`, { name }),
          description: awaitsEntity(operation)
            ? t('toast.cloneAwaited')
            : undefined,
          status: 'success',
          timeout: 8_000,
        };
  }
  if (state === 'failed' && error?.code === 'stopped') {
    // Wanted, if not by this person.
    return { title: t('toast.stopped', { name }), timeout: 8_000 };
  }
  return state === 'failed'
    ? {
        title: t(`toast.${type}Failed`, { name }),
        description: error?.message,
        status: 'danger',
      }
    : {
        title: t('toast.unknown', { name }),
        description: t('toast.unknownText'),
        status: 'warning',
      };
}

function Follower(props: {
  entity: EntityKey;
  operation: OperationView;
  onFinished: (operation: OperationView) => void;
  onLost: (operation: OperationView) => void;
}) {
  const { entity, operation, onFinished, onLost } = props;
  const api = useApi(kubevirtSnapshotsApiRef);
  const { data, error } = useQuery({
    queryKey: queryKeys.operation(entity, operation.id),
    queryFn: ({ signal }) => api.getOperation(entity, operation.id, { signal }),
    initialData: operation,
    refetchInterval: RECHECK_MS,
  });
  const told = useRef<OperationView>();
  useEffect(() => {
    // A new VM is told of twice when the catalog learns of it later.
    const again = told.current && awaitsEntity(told.current);
    if (isFinished(data.state) && (!told.current || again)) {
      if (!again || !awaitsEntity(data)) {
        told.current = data;
        onFinished(data);
      }
    }
  }, [data, onFinished]);
  useEffect(() => {
    // It may not be seen any longer, so nobody can be told of its end.
    if (error && revokesView(error)) {
      onLost(operation);
    }
  }, [error, operation, onLost]);
  return null;
}

/** Follows the operations started on this tab and tells of each end once. */
export function Operations(props: {
  entity: EntityKey;
  children: ReactNode;
  onFinished?: (operation: OperationView) => void;
}) {
  const { entity, children, onFinished } = props;
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const entityHref = useEntityRefLink();
  const [open, setOpen] = useState<OperationView[]>([]);

  const track = useCallback(
    (operation: OperationView) =>
      setOpen(list =>
        list.some(({ id }) => id === operation.id)
          ? list
          : [...list, operation],
      ),
    [],
  );
  const drop = useCallback(
    (operation: OperationView) =>
      setOpen(list => list.filter(({ id }) => id !== operation.id)),
    [],
  );
  const finish = useCallback(
    (operation: OperationView) => {
      toastApi.post(finishedToast(t, operation, entityHref));
      if (awaitsEntity(operation)) {
        setTimeout(() => drop(operation), AWAIT_ENTITY_MS);
      } else {
        drop(operation);
      }
      onFinished?.(operation);
    },
    [toastApi, t, entityHref, drop, onFinished],
  );

  return (
    <OperationsContext.Provider value={track}>
      {children}
      {open.map(operation => (
        <Follower
          key={operation.id}
          entity={entity}
          operation={operation}
          onFinished={finish}
          onLost={drop}
        />
      ))}
    </OperationsContext.Provider>
  );
}
