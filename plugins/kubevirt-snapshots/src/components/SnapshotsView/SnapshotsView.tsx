// SPDX-License-Identifier: Apache-2.0
import { Flex, Skeleton, VisuallyHidden } from '@backstage/ui';
import { RiCalendarScheduleLine, RiCameraLine } from '@remixicon/react';
import type {
  OperationView,
  ScheduledItem,
  SnapshotItem,
  SnapshotList,
  SnapshotListQuery,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback, useMemo, useState } from 'react';
import { revokesView, type EntityKey } from '../../api';
import type { LiveState } from '../../api/LiveConnection';
import { useHistoryOpen, useSnapshotList } from '../../hooks/queries';
import { useLiveUpdates } from '../../hooks/useLiveUpdates';
import { useStateAnnouncements } from '../../hooks/useStateAnnouncements';
import {
  PAGE_SIZE,
  useUrlState,
  type TabView,
  type UrlState,
} from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { DeleteSnapshotDialog } from '../DeleteSnapshotDialog';
import { ErrorState } from '../ErrorState';
import { HistoryView } from '../HistoryView';
import { LongActs, useLongAct } from '../LongActs';
import { MonthView } from '../MonthView';
import { Notices } from '../Notices';
import { useTrackOperation } from '../Operations';
import { PowerButton } from '../PowerButton';
import {
  ProtectSnapshotDialog,
  ReleaseSnapshotDialog,
} from '../ProtectSnapshotDialog';
import { RestoresView } from '../RestoresView';
import { ScheduleDialog } from '../ScheduleDialogs';
import { ScheduleDrawer } from '../ScheduleDrawer';
import type { RuleKind } from '../ScheduleForm';
import type { ScheduleAction } from '../ScheduleRow';
import { SnapshotDrawer } from '../SnapshotDrawer';
import type { RowAction } from '../SnapshotRowMenu';
import { SnapshotToolbar } from '../SnapshotToolbar';
import { StopSnapshotDialog } from '../StopSnapshotDialog';
import { TakeSnapshotDialog } from '../TakeSnapshotDialog';
import { VmHeader } from '../VmHeader';
import { VmNotices } from '../VmNotices';
import { ListBody } from './ListBody';
import { ViewSwitch } from './ViewSwitch';

/** What has its dialog in `LongActs`. */
type LongKind = 'restore' | 'clone' | 'template';

function isLong(action: RowAction): action is LongKind {
  return action === 'restore' || action === 'clone' || action === 'template';
}

type OpenDialog =
  | { kind: 'take'; initialKind?: RuleKind }
  | {
      kind: 'schedule';
      action: Exclude<ScheduleAction, 'details'>;
      item: ScheduledItem;
    }
  | { kind: Exclude<RowAction, 'details' | LongKind>; item: SnapshotItem };

const OPEN_VIEWS: readonly TabView[] = ['snapshots', 'month', 'restores'];
const ALL_VIEWS: readonly TabView[] = [...OPEN_VIEWS, 'history'];

function listQuery(state: UrlState): SnapshotListQuery {
  return {
    show: state.show,
    sort: state.sort,
    order: state.order,
    states: state.states,
    search: state.search,
    offset: (state.page - 1) * PAGE_SIZE,
    limit: PAGE_SIZE,
  };
}

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('tab.loading')}</VisuallyHidden>
      <Flex direction="column" gap="3">
        <Skeleton width="40%" height={28} />
        <Skeleton width="70%" height={20} />
        <Skeleton width="100%" height={200} />
      </Flex>
    </div>
  );
}

function Dialogs(props: {
  entity: EntityKey;
  list: SnapshotList;
  dialog?: OpenDialog;
  onClose: () => void;
}) {
  const { entity, list, dialog, onClose } = props;
  const track = useTrackOperation();
  const accepted = (operation: OperationView) => {
    track(operation);
    onClose();
  };
  if (!dialog) {
    return null;
  }
  if (dialog.kind === 'take') {
    return (
      <TakeSnapshotDialog
        entity={entity}
        vm={list.vm}
        initialKind={dialog.initialKind}
        onClose={onClose}
        onTaken={accepted}
      />
    );
  }
  if (dialog.kind === 'schedule') {
    return (
      <ScheduleDialog
        entity={entity}
        vm={list.vm}
        action={dialog.action}
        // As it is now, for what is allowed may have changed.
        item={
          list.scheduled.find(each => each.id === dialog.item.id) ?? dialog.item
        }
        onClose={onClose}
      />
    );
  }
  // As it is now: meanwhile it may have finished.
  const item = list.items.find(i => i.name === dialog.item.name) ?? dialog.item;
  if (dialog.kind === 'protect' || dialog.kind === 'release') {
    const Form =
      dialog.kind === 'protect' ? ProtectSnapshotDialog : ReleaseSnapshotDialog;
    return <Form entity={entity} vm={list.vm} item={item} onClose={onClose} />;
  }
  const Confirm =
    dialog.kind === 'stop' ? StopSnapshotDialog : DeleteSnapshotDialog;
  return (
    <Confirm
      entity={entity}
      vm={list.vm}
      item={item}
      onClose={onClose}
      onAccepted={accepted}
    />
  );
}

function Content(props: {
  entity: EntityKey;
  list: SnapshotList;
  stale: boolean;
  live: LiveState;
  error: unknown;
  onRetry: () => void;
}) {
  const { entity, list, stale, live, error, onRetry } = props;
  const t = useTexts();
  const { state, update, href } = useUrlState();
  const [dialog, setDialog] = useState<OpenDialog>();
  const historyOpen = useHistoryOpen(entity);
  const { view } = state;
  const longAct = useLongAct();
  const onStopRestore = useCallback(
    (restoreName: string) => longAct({ kind: 'stop-restore', restoreName }),
    [longAct],
  );
  const listId = useMemo(
    () => JSON.stringify({ ...state, snapshot: undefined, stale }),
    [state, stale],
  );
  useStateAnnouncements(list.items, listId);

  const detailsHref = useCallback(
    (name: string) => href({ snapshot: name }),
    [href],
  );
  const onAction = useCallback(
    (action: RowAction, item: SnapshotItem) => {
      if (action === 'details') {
        update({ snapshot: item.name }, { push: true });
      } else if (isLong(action)) {
        longAct({ kind: action, snapshotName: item.name });
      } else {
        setDialog({ kind: action, item });
      }
    },
    [update, longAct],
  );
  const scheduleHref = useCallback(
    (id: string) => href({ schedule: id, runs: 1 }),
    [href],
  );
  const onSchedule = useCallback(
    (action: ScheduleAction, item: ScheduledItem) => {
      if (action === 'details') {
        update({ schedule: item.id, runs: 1 }, { push: true });
      } else {
        setDialog({ kind: 'schedule', action, item });
      }
    },
    [update],
  );
  const takeButton = (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      <ActionButton
        variant="secondary"
        verdict={list.vm.allowed.createSchedule}
        iconStart={<RiCalendarScheduleLine aria-hidden="true" />}
        onPress={() => setDialog({ kind: 'take', initialKind: 'daily' })}
      >
        {t('schedule.create')}
      </ActionButton>
      <ActionButton
        variant="primary"
        iconStart={<RiCameraLine aria-hidden="true" />}
        verdict={list.vm.allowed.takeSnapshot}
        onPress={() => setDialog({ kind: 'take' })}
      >
        {t('tab.take')}
      </ActionButton>
    </Flex>
  );
  const unused = list.allItems === 0 && list.scheduled.length === 0;

  return (
    <Flex direction="column" gap="4">
      <VmHeader
        entity={entity}
        vm={list.vm}
        operations={list.operations}
        onStopRestore={onStopRestore}
        action={
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            <PowerButton
              entity={entity}
              vm={list.vm}
              onStop={() => longAct({ kind: 'stop-vm' })}
            />
            {/* The empty list brings its own. */}
            {unused && view === 'snapshots' && state.show !== 'scheduled'
              ? null
              : takeButton}
          </Flex>
        }
      />
      <VmNotices
        entity={entity}
        vm={list.vm}
        onShow={() => update({ view: 'restores' }, { push: true })}
      />
      <Notices
        vm={list.vm.ref}
        freshness={list.freshness}
        live={live}
        error={error}
        onRetry={onRetry}
      />
      <ViewSwitch
        view={view}
        // Who comes by a link sees why it is closed, and the way back.
        views={historyOpen || view === 'history' ? ALL_VIEWS : OPEN_VIEWS}
        onChange={next =>
          update({ view: next, before: undefined }, { push: true })
        }
      />
      {view === 'restores' && (
        <RestoresView entity={entity} vm={list.vm} snapshotHref={detailsHref} />
      )}
      {view === 'history' && (
        <HistoryView
          entity={entity}
          vm={list.vm.ref}
          before={state.before}
          onPage={before => update({ before }, { push: true })}
        />
      )}
      {view === 'month' && (
        <MonthView
          entity={entity}
          schedules={list.scheduled}
          month={state.month}
          onMonth={month => update({ month })}
          snapshotHref={detailsHref}
          scheduleHref={scheduleHref}
        />
      )}
      {view === 'snapshots' && (
        <>
          <SnapshotToolbar
            state={state}
            onChange={update}
            stateCounts={list.stateCounts}
            totalItems={list.totalItems}
            allItems={list.allItems}
          />
          <ListBody
            entity={entity}
            list={list}
            state={state}
            stale={stale}
            onChange={update}
            detailsHref={detailsHref}
            onAction={onAction}
            onStopRestore={onStopRestore}
            scheduleHref={scheduleHref}
            onSchedule={onSchedule}
            takeButton={takeButton}
          />
        </>
      )}
      {state.schedule && !state.snapshot && (
        <ScheduleDrawer
          entity={entity}
          id={state.schedule}
          row={list.scheduled.find(each => each.id === state.schedule)}
          page={state.runs}
          onPage={runs => update({ runs })}
          onClose={() => update({ schedule: undefined, runs: 1 })}
          onAction={onSchedule}
          snapshotHref={detailsHref}
        />
      )}
      {state.snapshot && (
        <SnapshotDrawer
          entity={entity}
          name={state.snapshot}
          onClose={() => update({ snapshot: undefined })}
          onAction={onAction}
        />
      )}
      <Dialogs
        entity={entity}
        list={list}
        dialog={dialog}
        onClose={() => setDialog(undefined)}
      />
    </Flex>
  );
}

/** The VM of an entity with its snapshots, kept up to date. */
export function SnapshotsView({ entity }: { entity: EntityKey }) {
  const { state } = useUrlState();
  const { data, error, isPlaceholderData, refetch } = useSnapshotList(
    entity,
    listQuery(state),
  );
  // What may not be seen any longer goes, even if it was shown before.
  const list = error && revokesView(error) ? undefined : data;
  const live = useLiveUpdates(entity, Boolean(list));

  if (list) {
    return (
      <LongActs entity={entity} vm={list.vm}>
        <Content
          entity={entity}
          list={list}
          stale={isPlaceholderData}
          live={live}
          error={error}
          onRetry={refetch}
        />
      </LongActs>
    );
  }
  return error ? <ErrorState error={error} onRetry={refetch} /> : <Loading />;
}
