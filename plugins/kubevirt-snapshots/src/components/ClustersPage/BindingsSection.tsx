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
import type { UnconfirmedEntity } from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo } from 'react';
import { apiFailure } from '../../api';
import { useBindings } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { ErrorState } from '../ErrorState';
import { Person } from '../Person';
import styles from './ClustersPage.module.css';

type ColumnId = 'entity' | 'annotation' | 'missing';

const WIDE: readonly ColumnId[] = ['entity', 'annotation', 'missing'];

/** On a narrow screen the annotation moves under the entity. */
const NARROW: readonly ColumnId[] = ['entity', 'missing'];

function Content(props: { column: ColumnId; entity: UnconfirmedEntity }) {
  const { column, entity } = props;
  switch (column) {
    case 'entity':
      return <Person entityRef={entity.entityRef} />;
    case 'annotation':
      return <span className={styles.wrap}>{entity.annotation}</span>;
    default:
      return <Text>{entity.reason}</Text>;
  }
}

function Title({ column }: { column: ColumnId }) {
  const t = useTexts();
  return <>{t(`bindings.${column}` as const)}</>;
}

/**
 * Entities that say they stand for a VM and aren't believed, with what is
 * missing: a catalog file alone proves nothing.
 */
export function BindingsSection() {
  const t = useTexts();
  const { data, error, refetch } = useBindings();
  const wide = useBreakpoint().up('sm');
  const columns = useMemo(
    () => (wide ? WIDE : NARROW).map(id => ({ id })),
    [wide],
  );
  const rows = (data?.unconfirmed ?? []).map(entity => ({
    id: entity.entityRef,
    entity,
  }));
  return (
    <section aria-label={t('bindings.title')} className={styles.list}>
      <Text as="h2" variant="title-x-small">
        {t('bindings.title')}
      </Text>
      <Text as="p">{t('bindings.intro')}</Text>
      {error && (
        <ErrorState
          error={error}
          onRetry={refetch}
          title={t('bindings.failed')}
          description={apiFailure(error).message}
        />
      )}
      {!data && !error && (
        <div role="status" aria-busy="true">
          <VisuallyHidden>{t('bindings.loading')}</VisuallyHidden>
          <Skeleton width="100%" height={120} />
        </div>
      )}
      {data && (
        <Text as="p">
          {t('bindings.confirmed', { count: data.confirmed })}
          {data.truncated && ` ${t('bindings.truncated')}`}
        </Text>
      )}
      {rows.length > 0 && (
        <div className={styles.scroll}>
          <TableRoot aria-label={t('bindings.title')}>
            <TableHeader columns={columns}>
              {({ id }) => (
                <Column id={id} isRowHeader={id === 'entity'}>
                  <Title column={id} />
                </Column>
              )}
            </TableHeader>
            <TableBody items={rows} dependencies={[columns]}>
              {({ id: rowId, entity }) => (
                <Row id={rowId} columns={columns} textValue={entity.entityRef}>
                  {({ id }: { id: ColumnId }) => (
                    <Cell className={styles.cell}>
                      <div className={styles.stack}>
                        <Content column={id} entity={entity} />
                        {id === 'entity' && !wide && (
                          <Content column="annotation" entity={entity} />
                        )}
                      </div>
                    </Cell>
                  )}
                </Row>
              )}
            </TableBody>
          </TableRoot>
        </div>
      )}
    </section>
  );
}
