// SPDX-License-Identifier: Apache-2.0
import {
  Cell,
  Column,
  Row,
  Skeleton,
  TableBody,
  TableHeader,
  TableRoot,
  Text,
  useBreakpoint,
  VisuallyHidden,
} from '@backstage/ui';
import { useMemo, type ReactNode } from 'react';
import { apiFailure } from '../../api';
import { ErrorState } from '../ErrorState';
import styles from './OperatorSection.module.css';

/** Columns of a section's table; the first one heads the rows. */
export interface SectionColumns<Id extends string> {
  wide: readonly Id[];
  /** On a narrow screen the rest moves into these. */
  narrow: readonly Id[];
  title: (id: Id) => ReactNode;
}

/** A list for those who operate the portal, with what it is for. */
export function OperatorSection<Id extends string, Item>(props: {
  title: string;
  intro: string;
  loading: string;
  failed: string;
  query: { data?: unknown; error: unknown; refetch: () => void };
  /** Above the table, once the list is there. */
  summary?: ReactNode;
  columns: SectionColumns<Id>;
  rows: { id: string; item: Item }[];
  cell: (column: Id, item: Item, wide: boolean) => ReactNode;
  children?: ReactNode;
}) {
  const { title, query, columns, rows, cell } = props;
  const { data, error, refetch } = query;
  const wide = useBreakpoint().up('sm');
  const ids = wide ? columns.wide : columns.narrow;
  const shown = useMemo(() => ids.map(id => ({ id })), [ids]);
  return (
    <section aria-label={title} className={styles.section}>
      <Text as="h2" variant="title-x-small">
        {title}
      </Text>
      <Text as="p">{props.intro}</Text>
      {Boolean(error) && (
        <ErrorState
          error={error}
          onRetry={refetch}
          title={props.failed}
          description={apiFailure(error).message}
        />
      )}
      {!data && !error && (
        <div role="status" aria-busy="true">
          <VisuallyHidden>{props.loading}</VisuallyHidden>
          <Skeleton width="100%" height={120} />
        </div>
      )}
      {Boolean(data) && props.summary && <Text as="p">{props.summary}</Text>}
      {rows.length > 0 && (
        <div className={styles.scroll}>
          <TableRoot aria-label={title}>
            <TableHeader columns={shown}>
              {({ id }) => (
                <Column id={id} isRowHeader={id === columns.wide[0]}>
                  {columns.title(id)}
                </Column>
              )}
            </TableHeader>
            <TableBody items={rows} dependencies={[shown, data]}>
              {({ id: rowId, item }) => (
                <Row id={rowId} columns={shown} textValue={rowId}>
                  {({ id }: { id: Id }) => (
                    <Cell className={styles.cell}>
                      <div className={styles.stack}>{cell(id, item, wide)}</div>
                    </Cell>
                  )}
                </Row>
              )}
            </TableBody>
          </TableRoot>
        </div>
      )}
      {props.children}
    </section>
  );
}
