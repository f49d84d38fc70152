// SPDX-License-Identifier: Apache-2.0
import { Badge, Cell, Link } from '@backstage/ui';
import {
  isUnfinished,
  type OperationView,
  type SnapshotItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { OperationButton } from '../Activity';
import { ConsistencyText } from '../ConsistencyText';
import { Moment } from '../Moment';
import { Maker } from '../Person';
import { ProtectionBadge } from '../ProtectionBadge';
import { isInProgress, SnapshotProgress } from '../SnapshotProgress';
import { SnapshotRowMenu, type RowAction } from '../SnapshotRowMenu';
import { StatusBadge } from '../StatusBadge';
import surfaces from '../surfaces.module.css';
import type { ColumnId } from './columns';
import styles from './SnapshotTable.module.css';

/** What the cells of a row need beside the item. */
export interface RowContext {
  entity: EntityKey;
  /** What is being done with the snapshots and takes long. */
  operations?: OperationView[];
  /** Columns that are shown; what has none of its own moves under the name. */
  columns: readonly ColumnId[];
  /** Address of the view with the drawer of that snapshot open. */
  detailsHref: (name: string) => string;
  onAction: (action: RowAction, item: SnapshotItem) => void;
  onStopRestore: (restoreName: string) => void;
}

function NameCell(props: { item: SnapshotItem; context: RowContext }) {
  const { item, context } = props;
  const t = useTexts();
  const shows = (column: ColumnId) => context.columns.includes(column);
  return (
    <div className={styles.stack}>
      <Link
        href={context.detailsHref(item.name)}
        weight="bold"
        className={styles.nameText}
      >
        {item.name}
      </Link>
      {item.formerVm && <Badge size="small">{t('table.formerVm')}</Badge>}
      {item.protection && <ProtectionBadge protection={item.protection} />}
      {item.description && (
        <span className={styles.description}>{item.description}</span>
      )}
      {!shows('created') && <Moment value={item.createdAt} />}
      {!shows('createdBy') && (
        <Maker createdBy={item.createdBy} origin={item.origin} />
      )}
    </div>
  );
}

function StopButton(props: { item: SnapshotItem; onPress: () => void }) {
  const { item, onPress } = props;
  const t = useTexts();
  return (
    <ActionButton
      verdict={item.allowed.stop}
      variant="secondary"
      size="small"
      aria-label={t('progress.stop', { name: item.name })}
      onPress={onPress}
    >
      {t('menu.stop')}
    </ActionButton>
  );
}

function StatusCell(props: { item: SnapshotItem; context: RowContext }) {
  const { item, context } = props;
  // What is being stopped already needs no second button for it.
  const canBeStopped = isUnfinished(item.state) && item.state !== 'stopping';
  return (
    <div className={styles.stack}>
      <StatusBadge state={item.state} />
      {context.operations
        ?.filter(({ snapshotName }) => snapshotName === item.name)
        .map(operation => (
          <OperationButton
            key={operation.id}
            entity={context.entity}
            operation={operation}
            onStopRestore={context.onStopRestore}
          />
        ))}
      {isInProgress(item) ? (
        <SnapshotProgress item={item} />
      ) : (
        item.problem && <p className={surfaces.problem}>{item.problem}</p>
      )}
      {canBeStopped && (
        <StopButton
          item={item}
          onPress={() => context.onAction('stop', item)}
        />
      )}
      {!context.columns.includes('consistency') &&
        item.consistency.level !== 'unknown' && (
          <ConsistencyText consistency={item.consistency} />
        )}
    </div>
  );
}

/** A cell of a snapshot's row. */
export function snapshotCell(
  column: ColumnId,
  item: SnapshotItem,
  context: RowContext,
) {
  const content = () => {
    switch (column) {
      case 'name':
        return <NameCell item={item} context={context} />;
      case 'created':
        return <Moment value={item.createdAt} />;
      case 'status':
        return <StatusCell item={item} context={context} />;
      case 'consistency':
        return <ConsistencyText consistency={item.consistency} />;
      case 'createdBy':
        return <Maker createdBy={item.createdBy} origin={item.origin} />;
      default:
        return (
          <SnapshotRowMenu
            item={item}
            onAction={action => context.onAction(action, item)}
          />
        );
    }
  };
  return <Cell className={styles.cell}>{content()}</Cell>;
}
