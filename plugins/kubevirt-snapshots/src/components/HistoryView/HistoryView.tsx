// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Skeleton, VisuallyHidden } from '@backstage/ui';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, revokesView, type EntityKey } from '../../api';
import { useHistory } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { AuditTable, Paging } from '../AuditEntries';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('history.loading')}</VisuallyHidden>
      <Skeleton width="100%" height={200} />
    </div>
  );
}

/** Who did what to the VM, when, why and with which result. */
export function HistoryView(props: {
  entity: EntityKey;
  vm: VmRef;
  before?: number;
  onPage: (before: number | undefined) => void;
}) {
  const { entity, vm, before, onPage } = props;
  const t = useTexts();
  const { data, error, isPlaceholderData, refetch } = useHistory(
    entity,
    before,
  );
  const history = error && revokesView(error) ? undefined : data;

  if (!history) {
    if (!error) {
      return <Loading />;
    }
    const { status } = apiFailure(error);
    const title = status === 403 ? t('history.denied') : t('history.failed');
    return <ErrorState error={error} onRetry={refetch} title={title} />;
  }
  const list = () => {
    if (history.items.length > 0) {
      return (
        <AuditTable
          label={t('history.label', { vm: vm.name })}
          entries={history.items}
          stale={isPlaceholderData}
        />
      );
    }
    return before === undefined ? (
      <EmptyState title={t('history.empty')} text={t('history.emptyText')} />
    ) : (
      <EmptyState title={t('history.emptyPage')} />
    );
  };
  return (
    <div>
      {error && (
        <Alert
          role="status"
          status="warning"
          icon
          title={t('history.refreshFailed', {
            message: apiFailure(error).message,
          })}
          customActions={
            <Button variant="secondary" size="small" onPress={() => refetch()}>
              {t('notice.retry')}
            </Button>
          }
        />
      )}
      {list()}
      <Paging
        before={before}
        next={history.next}
        stale={isPlaceholderData}
        onChange={onPage}
      />
    </div>
  );
}
