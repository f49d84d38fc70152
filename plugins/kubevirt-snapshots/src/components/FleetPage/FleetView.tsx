// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Skeleton, VisuallyHidden } from '@backstage/ui';
import {
  stringifyVmRef,
  type VmList,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useEffect, useState } from 'react';
import { apiFailure, revokesView } from '../../api';
import type { LiveState } from '../../api/LiveConnection';
import { useFleet } from '../../hooks/fleetQueries';
import {
  DEFAULT_FLEET_URL_STATE,
  fleetQuery,
  isFleetFiltered,
  NO_FLEET_FILTER,
  type FleetUrlState,
} from '../../hooks/fleetUrlState';
import { useLiveFleet } from '../../hooks/useLiveUpdates';
import { useFleetUrlState } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';
import {
  ScheduleManyDialog,
  SelectionBar,
  TakeManyDialog,
  useBulk,
  useSelection,
  type BulkKind,
} from '../FleetBulk';
import { FleetNotices } from './FleetNotices';
import styles from './FleetPage.module.css';
import { FleetTable, type FleetTableProps } from './FleetTable';
import { FleetToolbar } from './FleetToolbar';
import { UnderWay } from './UnderWay';
import { useStartVm } from './useStartVm';
import { VmDialogs, type VmRequest } from './VmDialogs';
import type { VmAction } from './VmRowMenu';

/** The VMs of the person, unfiltered: tells whether there are any. */
const OWN = fleetQuery({ ...DEFAULT_FLEET_URL_STATE, scope: 'mine' });

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('fleet.loading')}</VisuallyHidden>
      <Flex direction="column" gap="3">
        <Skeleton width="60%" height={28} />
        <Skeleton width="100%" height={240} />
      </Flex>
    </div>
  );
}

/** The table, or why there is none. */
function Body(props: FleetTableProps) {
  const { list, state, onChange } = props;
  const t = useTexts();
  const button = (text: string, patch: Partial<FleetUrlState>) => (
    <Button variant="secondary" onPress={() => onChange(patch)}>
      {text}
    </Button>
  );
  if (list.items.length > 0) {
    return <FleetTable {...props} />;
  }
  if (list.totalItems > 0) {
    return (
      <EmptyState title={t('table.emptyPage')}>
        {button(t('table.firstPage'), { page: 1 })}
      </EmptyState>
    );
  }
  const showAll =
    state.scope === 'mine' && button(t('fleet.showAll'), { scope: 'all' });
  const text = t('fleet.noMatchText', { count: list.allItems });
  return isFleetFiltered(state) ? (
    <EmptyState title={t('fleet.noMatch')} text={text}>
      <Flex gap="2">
        {button(t('fleet.reset'), NO_FLEET_FILTER)}
        {showAll}
      </Flex>
    </EmptyState>
  ) : (
    <EmptyState title={t('fleet.noneMine')} text={text}>
      {showAll}
    </EmptyState>
  );
}

function Content(props: {
  list: VmList;
  stale: boolean;
  live: LiveState;
  updatedAt: string;
  error: unknown;
  onRetry: () => void;
}) {
  const { list, stale, live, updatedAt, error, onRetry } = props;
  const t = useTexts();
  const { state, update, href } = useFleetUrlState();
  const [request, setRequest] = useState<VmRequest>();
  const [loading, setLoading] = useState(false);
  const selection = useSelection();
  const bulk = useBulk();
  const [bulkKind, setBulkKind] = useState<BulkKind>();
  const ManyDialog = bulkKind === 'take' ? TakeManyDialog : ScheduleManyDialog;
  const { start, starting } = useStartVm();
  const onAction = useCallback(
    (vm: VmListItem, action: VmAction, from: HTMLElement | null) => {
      const { entityRef } = vm;
      if (entityRef && action === 'start') {
        start({ entityRef, vm });
      } else if (entityRef && action !== 'start') {
        setRequest({ action, entityRef, vm, from });
      }
    },
    [start],
  );

  return (
    <div className={styles.page}>
      <FleetNotices
        staleClusters={list.staleClusters}
        live={live}
        error={error}
        onRetry={onRetry}
      />
      {list.allItems === 0 ? (
        <EmptyState title={t('fleet.empty')} text={t('fleet.emptyText')} />
      ) : (
        <>
          <FleetToolbar
            list={list}
            state={state}
            updatedAt={updatedAt}
            onChange={update}
            href={href}
          />
          <UnderWay list={list} href={href} onAction={onAction} />
          <SelectionBar
            list={list}
            query={fleetQuery(state)}
            selection={selection}
            busy={bulk.current?.snapshot.active ?? false}
            onBulk={setBulkKind}
          />
          <Body
            list={list}
            state={state}
            stale={stale}
            pending={
              starting ??
              (loading && request ? stringifyVmRef(request.vm.ref) : undefined)
            }
            onChange={update}
            onAction={onAction}
            selection={selection}
          />
        </>
      )}
      {bulkKind && (
        <ManyDialog
          vms={selection.vms}
          onClose={() => setBulkKind(undefined)}
          onBegin={run => {
            setBulkKind(undefined);
            selection.clear();
            bulk.begin(bulkKind, run);
          }}
        />
      )}
      {request && (
        <VmDialogs
          // Nothing of another VM's answer may show in the form of this one.
          key={`${request.action} ${request.entityRef}`}
          request={request}
          onLoading={setLoading}
          onClose={() => setRequest(undefined)}
        />
      )}
    </div>
  );
}

/** The VMs that the person may read, asked for again and again. */
export function FleetView() {
  const t = useTexts();
  const { state, update } = useFleetUrlState();
  const { scope, page } = state;
  const { data, dataUpdatedAt, error, isPlaceholderData, refetch } = useFleet(
    scope ? fleetQuery(state) : OWN,
  );
  // What may not be seen any longer goes, even if it was shown before.
  const list = error && revokesView(error) ? undefined : data;
  const live = useLiveFleet(Boolean(list));
  const own = scope || isPlaceholderData ? undefined : list?.totalItems;

  useEffect(() => {
    if (own !== undefined) {
      // Into the address, so that a link and a reload show the same.
      update({ scope: own > 0 ? 'mine' : 'all', page });
    }
  }, [own, page, update]);

  if (list && scope) {
    return (
      <Content
        list={list}
        stale={isPlaceholderData}
        live={live}
        updatedAt={new Date(dataUpdatedAt).toISOString()}
        error={error}
        onRetry={refetch}
      />
    );
  }
  if (!error) {
    return <Loading />;
  }
  const { status, message } = apiFailure(error);
  return status === 403 ? (
    <ErrorState
      error={error}
      onRetry={refetch}
      title={t('fleet.empty')}
      description={t('fleet.emptyText')}
    />
  ) : (
    <ErrorState
      error={error}
      onRetry={refetch}
      title={status === 401 ? undefined : t('fleet.failed')}
      description={status === undefined || status === 401 ? undefined : message}
    />
  );
}
