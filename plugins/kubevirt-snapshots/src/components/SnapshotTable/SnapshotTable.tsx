// SPDX-License-Identifier: Apache-2.0
import {
  Column,
  Row,
  TableBody,
  TableHeader,
  TableRoot,
  VisuallyHidden,
} from '@backstage/ui';
import type {
  ScheduledItem,
  SnapshotItem,
  SnapshotList,
  SnapshotSort,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { memo, useMemo } from 'react';
import type { EntityKey } from '../../api';
import type { UrlState } from '../../hooks/useUrlState';
import { useTexts } from '../../translations';
import { Pages } from '../Pages';
import { scheduledCell, type ScheduleRowContext } from '../ScheduleRow';
import { snapshotCell, type RowContext } from './cells';
import { useColumns, type ColumnId } from './columns';
import styles from './SnapshotTable.module.css';

type TableRow =
  | { id: string; scheduled: ScheduledItem }
  | { id: string; snapshot: SnapshotItem };

const SORTED_BY: Partial<Record<ColumnId, SnapshotSort>> = {
  name: 'name',
  created: 'created',
};

const COLUMN_STYLES: Partial<Record<ColumnId, string>> = {
  name: styles.name,
  status: styles.status,
  actions: styles.actions,
};

/** Props of {@link SnapshotTable}. */
export interface SnapshotTableProps {
  entity: EntityKey;
  list: SnapshotList;
  state: UrlState;
  /** Another list has been asked for and isn't there yet. */
  stale?: boolean;
  onChange: (patch: Partial<UrlState>) => void;
  detailsHref: RowContext['detailsHref'];
  onAction: RowContext['onAction'];
  onStopRestore: RowContext['onStopRestore'];
  scheduleHref: ScheduleRowContext['scheduleHref'];
  onSchedule: ScheduleRowContext['onSchedule'];
}

function Header({ column }: { column: ColumnId }) {
  const t = useTexts();
  const text = t(`table.${column}` as const);
  return column === 'actions' ? <VisuallyHidden>{text}</VisuallyHidden> : text;
}

function Table(props: SnapshotTableProps) {
  const { entity, list, state, stale, onChange } = props;
  const { detailsHref, onAction, onStopRestore } = props;
  const { scheduleHref, onSchedule } = props;
  const t = useTexts();
  const columns = useColumns();
  const headers = useMemo(() => columns.map(id => ({ id })), [columns]);
  const rows = useMemo<TableRow[]>(
    () => [
      ...list.scheduled.map(item => ({
        id: `schedule:${item.id}`,
        scheduled: item,
      })),
      ...list.items.map(item => ({
        // Not the UID: it comes later, and the row must keep its focus.
        id: `snapshot:${item.name}`,
        snapshot: item,
      })),
    ],
    [list.scheduled, list.items],
  );
  const { operations } = list;
  const context = useMemo<RowContext & ScheduleRowContext>(
    () => ({
      entity,
      operations,
      columns,
      detailsHref,
      onAction,
      onStopRestore,
      scheduleHref,
      onSchedule,
    }),
    [
      entity,
      operations,
      columns,
      detailsHref,
      onAction,
      onStopRestore,
      scheduleHref,
      onSchedule,
    ],
  );

  return (
    <div>
      <div className={styles.scroll}>
        <TableRoot
          aria-label={t('table.label')}
          stale={stale}
          sortDescriptor={{
            column: state.sort,
            direction: state.order === 'desc' ? 'descending' : 'ascending',
          }}
          onSortChange={({ column, direction }) => {
            const sort = SORTED_BY[column as ColumnId];
            if (sort) {
              onChange({
                sort,
                order: direction === 'descending' ? 'desc' : 'asc',
              });
            }
          }}
        >
          <TableHeader columns={headers}>
            {({ id }) => (
              <Column
                id={id}
                isRowHeader={id === 'name'}
                allowsSorting={Boolean(SORTED_BY[id])}
                className={COLUMN_STYLES[id]}
              >
                <Header column={id} />
              </Column>
            )}
          </TableHeader>
          <TableBody items={rows} dependencies={[context]}>
            {row => (
              <Row
                id={row.id}
                columns={headers}
                textValue={
                  'snapshot' in row ? row.snapshot.name : row.scheduled.name
                }
              >
                {({ id }: { id: ColumnId }) =>
                  'snapshot' in row
                    ? snapshotCell(id, row.snapshot, context)
                    : scheduledCell(id, row.scheduled, context)
                }
              </Row>
            )}
          </TableBody>
        </TableRoot>
      </div>
      <Pages
        offset={list.offset}
        limit={list.limit}
        totalItems={list.totalItems}
        page={state.page}
        onPage={page => onChange({ page })}
      />
    </div>
  );
}

/**
 * The list: scheduled items on top, then unfinished snapshots, then the page
 * in the order asked for. The backend has sorted it. What changes around it,
 * such as the age of the list, is told often, and rendering the rows takes long.
 */
export const SnapshotTable = memo(Table);
