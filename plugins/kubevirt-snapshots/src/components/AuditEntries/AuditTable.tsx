// SPDX-License-Identifier: Apache-2.0
import {
  Badge,
  Cell,
  Column,
  Link,
  Row,
  TableBody,
  TableHeader,
  TableRoot,
  Text,
  useBreakpoint,
} from '@backstage/ui';
import {
  stringifyVmRef,
  type AuditEntry,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo } from 'react';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { Actor } from './Actor';
import styles from './AuditEntries.module.css';
import { actionText } from './looks';
import { OutcomeText } from './OutcomeText';

type ColumnId = 'when' | 'who' | 'what' | 'vm' | 'result' | 'reason';

/** What the cells of a row need beside the entry. */
interface RowContext {
  /** Columns that are shown; what has none of its own moves under others. */
  columns: readonly ColumnId[];
  /** Address of an entry's details; without it there are none. */
  detailsHref?: (seq: number) => string;
}

/** Columns that fit; on a narrow screen their content moves into others. */
function useColumns(withVm: boolean): readonly ColumnId[] {
  const { up } = useBreakpoint();
  const wide = up('md');
  const medium = up('xs');
  return useMemo(() => {
    if (wide) {
      return withVm
        ? ['when', 'who', 'what', 'vm', 'result', 'reason']
        : ['when', 'who', 'what', 'result', 'reason'];
    }
    return medium ? ['when', 'who', 'what', 'result'] : ['what', 'result'];
  }, [wide, medium, withVm]);
}

function Who({ entry }: { entry: AuditEntry }) {
  const t = useTexts();
  return (
    <div className={styles.stack}>
      <Actor actor={entry.actor} />
      {entry.onBehalfOf && (
        <span className={styles.secondary}>
          {t('entry.onBehalf', { service: entry.onBehalfOf })}
        </span>
      )}
    </div>
  );
}

function Vm({ entry }: { entry: AuditEntry }) {
  return entry.vm ? (
    <span className={styles.secondary}>{stringifyVmRef(entry.vm)}</span>
  ) : null;
}

function Reason({ entry }: { entry: AuditEntry }) {
  return entry.reason ? <p className={styles.text}>{entry.reason}</p> : null;
}

function What(props: { entry: AuditEntry; context: RowContext }) {
  const { entry, context } = props;
  const { columns, detailsHref } = context;
  const t = useTexts();
  const action = actionText(t, entry.action);
  const shows = (column: ColumnId) => columns.includes(column);
  return (
    <div className={styles.stack}>
      {detailsHref ? (
        <Link
          href={detailsHref(entry.seq)}
          weight="bold"
          aria-label={t('entry.open', { seq: String(entry.seq), action })}
        >
          {action}
        </Link>
      ) : (
        <Text weight="bold">{action}</Text>
      )}
      {entry.snapshot?.name && (
        <span className={styles.text}>{entry.snapshot.name}</span>
      )}
      {entry.formerVm && <Badge size="small">{t('entry.formerVm')}</Badge>}
      {detailsHref && !shows('vm') && <Vm entry={entry} />}
      {!shows('when') && <Moment value={entry.at} />}
      {!shows('who') && <Who entry={entry} />}
      {!shows('reason') && <Reason entry={entry} />}
    </div>
  );
}

function Content(props: {
  column: ColumnId;
  entry: AuditEntry;
  context: RowContext;
}) {
  const { column, entry, context } = props;
  switch (column) {
    case 'when':
      return <Moment value={entry.at} />;
    case 'who':
      return <Who entry={entry} />;
    case 'what':
      return <What entry={entry} context={context} />;
    case 'vm':
      return <Vm entry={entry} />;
    case 'result':
      return <OutcomeText entry={entry} />;
    default:
      return <Reason entry={entry} />;
  }
}

function Title({ column }: { column: ColumnId }) {
  const t = useTexts();
  return <>{t(`entry.${column}` as const)}</>;
}

/** Entries of the audit trail, in the order of the backend. */
export function AuditTable(props: {
  label: string;
  entries: AuditEntry[];
  /** Another page has been asked for and isn't there yet. */
  stale?: boolean;
  /** Without it the entries are all of one VM and have no details. */
  detailsHref?: (seq: number) => string;
}) {
  const { label, entries, stale, detailsHref } = props;
  const t = useTexts();
  const columns = useColumns(Boolean(detailsHref));
  const headers = useMemo(() => columns.map(id => ({ id })), [columns]);
  const rows = useMemo(
    () => entries.map(entry => ({ id: String(entry.seq), entry })),
    [entries],
  );
  const context = useMemo<RowContext>(
    () => ({ columns, detailsHref }),
    [columns, detailsHref],
  );
  return (
    <div className={styles.scroll}>
      <TableRoot aria-label={label} stale={stale}>
        <TableHeader columns={headers}>
          {({ id }) => (
            <Column id={id} isRowHeader={id === 'what'}>
              <Title column={id} />
            </Column>
          )}
        </TableHeader>
        <TableBody items={rows} dependencies={[context]}>
          {row => (
            <Row
              id={row.id}
              columns={headers}
              textValue={actionText(t, row.entry.action)}
            >
              {({ id }: { id: ColumnId }) => (
                <Cell className={styles.cell}>
                  <Content column={id} entry={row.entry} context={context} />
                </Cell>
              )}
            </Row>
          )}
        </TableBody>
      </TableRoot>
    </div>
  );
}
