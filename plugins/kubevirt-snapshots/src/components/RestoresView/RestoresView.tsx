// SPDX-License-Identifier: Apache-2.0
import { Flex, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import type { VmView } from 'backstage-plugin-kubevirt-snapshots-common';
import { revokesView, type EntityKey } from '../../api';
import { useRestores } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';
import { LeftOverClaims } from '../LeftOverClaims';
import { useLongAct } from '../LongActs/context';
import { RestoreList } from '../RestoreList';

function Restores(props: {
  entity: EntityKey;
  vm: VmView;
  snapshotHref: (snapshot: string) => string;
}) {
  const { entity, vm, snapshotHref } = props;
  const t = useTexts();
  const { data, error, refetch } = useRestores(entity);
  const restores = error && revokesView(error) ? undefined : data;
  if (!restores) {
    return error ? (
      <ErrorState
        error={error}
        onRetry={refetch}
        title={t('restores.failed')}
      />
    ) : (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('restores.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={120} />
      </div>
    );
  }
  return restores.items.length === 0 ? (
    <EmptyState title={t('restores.empty')} text={t('restores.emptyText')} />
  ) : (
    <>
      <RestoreList
        label={t('restores.label', { vm: vm.ref.name })}
        entity={entity}
        vmUid={vm.uid}
        items={restores.items}
        snapshotHref={snapshotHref}
      />
      {restores.truncated && <Text as="p">{t('restores.truncated')}</Text>}
    </>
  );
}

/** The restores of a VM, and what they have left behind. */
export function RestoresView(props: {
  entity: EntityKey;
  vm: VmView;
  snapshotHref: (snapshot: string) => string;
}) {
  const act = useLongAct();
  return (
    <Flex direction="column" gap="6">
      <Restores {...props} />
      <LeftOverClaims
        entity={props.entity}
        onDelete={claim => act({ kind: 'delete-claim', claim })}
      />
    </Flex>
  );
}
