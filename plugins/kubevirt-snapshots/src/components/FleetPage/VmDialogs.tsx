// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import type {
  OperationView,
  SnapshotList,
  VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import type { EntityKey } from '../../api';
import { useSnapshotList } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { useAnnounce } from '../Announcer';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';
import { StopVmDialog } from '../PowerButton';
import { StopRestoreDialog } from '../StopRestoreDialog';
import { StopSnapshotDialog } from '../StopSnapshotDialog';
import surfaces from '../surfaces.module.css';
import { TakeSnapshotDialog } from '../TakeSnapshotDialog';
import { useTrackVmOperation } from './FleetOperations';
import type { VmAction } from './VmRowMenu';

/** What a person is asked about before it is done. */
export type VmDialogAction = Exclude<VmAction, 'start'>;

const TITLES = {
  take: 'fleet.takeFor',
  schedule: 'fleet.scheduleFor',
  'power-off': 'fleet.powerOffFor',
  stop: 'fleet.stopFor',
  'stop-restore': 'fleet.stopRestoreFor',
} as const satisfies Record<VmDialogAction, string>;

/** What a person wants to do with a VM. */
export interface VmRequest {
  action: VmDialogAction;
  entityRef: string;
  /** As it was when it was asked for. */
  vm: VmListItem;
  /** The focus comes back to it. */
  from: HTMLElement | null;
}

/** Says inside a dialog why there is no form in it. */
function MessageDialog(props: {
  title: string;
  children: ReactNode;
  onClose: () => void;
}) {
  const { title, children, onClose } = props;
  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={open => !open && onClose()}
      width={480}
      className={surfaces.dialog}
    >
      <DialogHeader>{title}</DialogHeader>
      <DialogBody>{children}</DialogBody>
    </Dialog>
  );
}

function Form(props: {
  request: VmRequest;
  entity: EntityKey;
  list: SnapshotList;
  title: string;
  onClose: () => void;
}) {
  const { request, entity, list, title, onClose } = props;
  const t = useTexts();
  const track = useTrackVmOperation();
  const accepted = (operation: OperationView) => {
    track({ entity, operation });
    onClose();
  };
  if (request.action === 'take' || request.action === 'schedule') {
    return (
      <TakeSnapshotDialog
        entity={entity}
        vm={list.vm}
        initialKind={request.action === 'schedule' ? 'daily' : undefined}
        onClose={onClose}
        onTaken={accepted}
      />
    );
  }
  if (request.action === 'power-off') {
    return (
      <StopVmDialog
        entity={entity}
        vm={list.vm}
        onClose={onClose}
        onAccepted={accepted}
      />
    );
  }
  const name = request.vm.busy?.name ?? '';
  if (request.action === 'stop-restore') {
    return (
      <StopRestoreDialog
        entity={entity}
        vm={list.vm}
        restoreName={name}
        onClose={onClose}
        onAccepted={accepted}
      />
    );
  }
  const item = list.items.find(one => one.name === name);
  return item ? (
    <StopSnapshotDialog
      entity={entity}
      vm={list.vm}
      item={item}
      onClose={onClose}
      onAccepted={accepted}
    />
  ) : (
    <MessageDialog title={title} onClose={onClose}>
      <EmptyState
        title={t('fleet.over', { name })}
        text={t('fleet.overText')}
      />
    </MessageDialog>
  );
}

/**
 * Brings the focus back. A dialog does so by itself only if the focus was there
 * when it opened; here it opens later, while the menu may still be closing.
 */
function useReturnFocus(from: HTMLElement | null) {
  useEffect(() => {
    const row = from?.closest('[role="row"]');
    const goBack = () => {
      // What the VM was busy with may be over, and with it the button for it.
      const target = from?.isConnected
        ? from
        : row?.querySelector<HTMLElement>('[aria-haspopup="true"]');
      if (!document.activeElement?.closest('[role="dialog"]')) {
        target?.focus();
      }
    };
    // After the dialog's own attempt, which takes one frame.
    return () => {
      requestAnimationFrame(() => requestAnimationFrame(goBack));
    };
  }, [from]);
}

/** Loads what the form needs, then opens it: there is only one dialog. */
export function VmDialogs(props: {
  request: VmRequest;
  onLoading: (loading: boolean) => void;
  onClose: () => void;
}) {
  const { request, onLoading, onClose } = props;
  const { action, entityRef, vm } = request;
  const t = useTexts();
  const announce = useAnnounce();
  const entity = useMemo<EntityKey>(
    () => parseEntityRef(entityRef),
    [entityRef],
  );
  const { data, error, status, isFetching, isFetchedAfterMount, refetch } =
    useSnapshotList(
      entity,
      // The one to stop may be beyond the first page once it is finished.
      action === 'stop' ? { search: vm.busy?.name } : { limit: 1 },
    );
  // Once open it stays: what was typed must survive a refresh that fails.
  const opened = useRef(false);
  opened.current ||= status === 'success' && isFetchedAfterMount;
  const failed = !opened.current && status === 'error' && !isFetching;
  const loading = !opened.current && !failed;

  useEffect(() => {
    onLoading(loading);
    if (loading) {
      announce(t('fleet.opening', { name: vm.ref.name }));
    }
    return () => onLoading(false);
  }, [loading, onLoading, announce, t, vm.ref.name]);

  useReturnFocus(request.from);

  const title = t(TITLES[action], { name: vm.ref.name });
  if (opened.current && data) {
    return (
      <Form
        request={request}
        entity={entity}
        list={data}
        title={title}
        onClose={onClose}
      />
    );
  }
  return failed ? (
    <MessageDialog title={title} onClose={onClose}>
      <ErrorState error={error} onRetry={refetch} />
    </MessageDialog>
  ) : null;
}
