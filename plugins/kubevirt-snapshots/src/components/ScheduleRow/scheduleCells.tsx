// SPDX-License-Identifier: Apache-2.0
import { Badge, Cell, Link, Text } from '@backstage/ui';
import type { ScheduledItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useRuleText } from '../../hooks/useRuleText';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { Person } from '../Person';
import type { ColumnId } from '../SnapshotTable/columns';
import styles from '../SnapshotTable/SnapshotTable.module.css';
import { ScheduleRowMenu, type ScheduleAction } from './ScheduleRowMenu';
import { ScheduleStatus } from './ScheduleStatus';

/** What the cells of a schedule's row need beside the item. */
export interface ScheduleRowContext {
  columns: readonly ColumnId[];
  /** Address of the view with the page of that schedule open. */
  scheduleHref: (id: string) => string;
  onSchedule: (action: ScheduleAction, item: ScheduledItem) => void;
}

function NextRun({ item }: { item: ScheduledItem }) {
  const t = useTexts();
  return item.nextRunAt ? (
    <Text>
      {t('table.nextRun', { time: <Moment value={item.nextRunAt} /> })}
    </Text>
  ) : (
    <Text color="secondary">{t('table.noNextRun')}</Text>
  );
}

function NameCell(props: { item: ScheduledItem; context: ScheduleRowContext }) {
  const { item, context } = props;
  const t = useTexts();
  const { text } = useRuleText()(item.rule);
  return (
    <div className={styles.stack}>
      <Link
        href={context.scheduleHref(item.id)}
        weight="bold"
        className={styles.nameText}
      >
        {item.name}
      </Link>
      {item.formerVm && <Badge size="small">{t('table.formerVm')}</Badge>}
      <span className={styles.description}>
        {text} ({item.timeZone})
      </span>
      {item.description && (
        <span className={styles.description}>{item.description}</span>
      )}
      {!context.columns.includes('created') && <NextRun item={item} />}
    </div>
  );
}

/** A cell of a scheduled item's row: the date is the next snapshot. */
export function scheduledCell(
  column: ColumnId,
  item: ScheduledItem,
  context: ScheduleRowContext,
) {
  const content = () => {
    switch (column) {
      case 'name':
        return <NameCell item={item} context={context} />;
      case 'created':
        return <NextRun item={item} />;
      case 'status':
        return (
          <div className={styles.stack}>
            <ScheduleStatus item={item} />
          </div>
        );
      case 'createdBy':
        return <Person entityRef={item.author} />;
      case 'actions':
        return (
          <ScheduleRowMenu
            item={item}
            onAction={action => context.onSchedule(action, item)}
          />
        );
      default:
        return null;
    }
  };
  return <Cell className={styles.cell}>{content()}</Cell>;
}
