// SPDX-License-Identifier: Apache-2.0
import {
  Column,
  Row,
  TableBody,
  TableHeader,
  TableRoot,
  VisuallyHidden,
} from '@backstage/ui';
import {
  stringifyVmRef,
  type VmList,
  type VmSort,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { memo, useMemo } from 'react';
import type { FleetUrlState } from '../../hooks/fleetUrlState';
import { useTexts } from '../../translations';
import type { Selection } from '../FleetBulk';
import { Pages } from '../Pages';
import { vmCell, type RowContext } from './cells';
import { useColumns, type ColumnId } from './columns';
import styles from './FleetPage.module.css';

const SORTS: readonly string[] = [
  'name',
  'owner',
  'place',
  'state',
  'lastSnapshot',
  'nextRun',
] satisfies VmSort[];

const COLUMN_STYLES: Partial<Record<ColumnId, string>> = {
  name: styles.name,
  place: styles.place,
  state: styles.state,
  lastSnapshot: styles.snapshots,
  nextRun: styles.next,
  actions: styles.actions,
};

/** Props of {@link FleetTable}. */
export interface FleetTableProps {
  list: VmList;
  state: FleetUrlState;
  /** Another list has been asked for and isn't there yet. */
  stale: boolean;
  pending: RowContext['pending'];
  onChange: (patch: Partial<FleetUrlState>) => void;
  onAction: RowContext['onAction'];
  selection: Selection;
}

function Title({ column }: { column: ColumnId }) {
  const t = useTexts();
  const text = t(`fleet.${column}` as const);
  return column === 'actions' ? (
    <VisuallyHidden>{text}</VisuallyHidden>
  ) : (
    <>{text}</>
  );
}

function Table(props: FleetTableProps) {
  const { list, state, stale, pending, onChange, onAction, selection } = props;
  const t = useTexts();
  const columns = useColumns();
  const headers = useMemo(() => columns.map(id => ({ id })), [columns]);
  const rows = useMemo(
    () => list.items.map(vm => ({ id: stringifyVmRef(vm.ref), vm })),
    [list.items],
  );
  const context = useMemo<RowContext>(
    () => ({ columns, pending, onAction }),
    [columns, pending, onAction],
  );

  return (
    <div>
      <div className={styles.scroll}>
        <TableRoot
          aria-label={t('fleet.label')}
          stale={stale}
          selectionMode="multiple"
          selectionBehavior="toggle"
          selectedKeys={selection.keys}
          onSelectionChange={keys => selection.choose(list.items, keys)}
          sortDescriptor={{
            column: state.sort,
            direction: state.order === 'desc' ? 'descending' : 'ascending',
          }}
          onSortChange={({ column, direction }) =>
            onChange({
              sort: column as VmSort,
              order: direction === 'descending' ? 'desc' : 'asc',
            })
          }
        >
          <TableHeader columns={headers}>
            {({ id }) => (
              <Column
                id={id}
                isRowHeader={id === 'name'}
                allowsSorting={SORTS.includes(id)}
                className={COLUMN_STYLES[id]}
              >
                <Title column={id} />
              </Column>
            )}
          </TableHeader>
          <TableBody items={rows} dependencies={[context]}>
            {({ id: rowId, vm }) => (
              <Row
                id={rowId}
                columns={headers}
                textValue={vm.ref.name}
                // Its cells are kept until one of these changes.
                dependencies={[context]}
              >
                {({ id }: { id: ColumnId }) => vmCell(id, vm, context)}
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
 * A page of the VMs. The backend has sorted it. What changes around it, such as
 * the age of the list, is told often, and rendering the rows takes long.
 */
export const FleetTable = memo(Table);
