// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type { UnconfirmedEntity } from 'backstage-plugin-kubevirt-snapshots-common';
import { useBindings } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { OperatorSection } from '../OperatorSection';
import { Person } from '../Person';

type ColumnId = 'entity' | 'annotation' | 'missing';

const WIDE: readonly ColumnId[] = ['entity', 'annotation', 'missing'];

/** On a narrow screen the annotation moves under the entity. */
const NARROW: readonly ColumnId[] = ['entity', 'missing'];

function Content(props: {
  column: ColumnId;
  entity: UnconfirmedEntity;
  wide: boolean;
}) {
  const { column, entity, wide } = props;
  const annotation = <span>{entity.annotation}</span>;
  switch (column) {
    case 'entity':
      return (
        <>
          <Person entityRef={entity.entityRef} />
          {!wide && annotation}
        </>
      );
    case 'annotation':
      return annotation;
    default:
      return <Text>{entity.reason}</Text>;
  }
}

/**
 * Entities that say they stand for a VM and aren't believed, with what is
 * missing: a catalog file alone proves nothing.
 */
export function BindingsSection() {
  const t = useTexts();
  const query = useBindings();
  const { data } = query;
  return (
    <OperatorSection
      title={t('bindings.title')}
      intro={t('bindings.intro')}
      loading={t('bindings.loading')}
      failed={t('bindings.failed')}
      query={query}
      summary={
        data && (
          <>
            {t('bindings.confirmed', { count: data.confirmed })}
            {data.truncated && ` ${t('bindings.truncated')}`}
          </>
        )
      }
      columns={{
        wide: WIDE,
        narrow: NARROW,
        title: id => t(`bindings.${id}` as const),
      }}
      rows={(data?.unconfirmed ?? []).map(item => ({
        id: item.entityRef,
        item,
      }))}
      cell={(column, entity, wide) => (
        <Content column={column} entity={entity} wide={wide} />
      )}
    />
  );
}
