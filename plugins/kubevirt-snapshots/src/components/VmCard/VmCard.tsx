// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_NAMESPACE } from '@backstage/catalog-model';
import { EntityInfoCard, useEntity } from '@backstage/plugin-catalog-react';
import { Button, Link, Skeleton, VisuallyHidden } from '@backstage/ui';
import type { QueryClient } from '@tanstack/react-query';
import type { OperationView } from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, useState } from 'react';
import { apiFailure, revokesView, type EntityKey } from '../../api';
import { useNewestGood } from '../../hooks/fleetQueries';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { failureTexts } from '../ErrorState';
import { Notices } from '../Notices';
import { Operations, useTrackOperation } from '../Operations';
import { PowerButton, StopVmDialog } from '../PowerButton';
import { Providers } from '../Providers';
import { TakeSnapshotDialog } from '../TakeSnapshotDialog';
import { VmFacts } from './VmFacts';
import styles from './VmCard.module.css';

/** Props of {@link VmCard}. */
export interface VmCardProps {
  /** For tests: answers kept apart from those of other cards. */
  queryClient?: QueryClient;
}

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('card.loading')}</VisuallyHidden>
      <Skeleton width="100%" height={64} />
    </div>
  );
}

/** Why there is nothing to show, in a sentence; the tab says what to do. */
function Refusal({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useTexts();
  return (
    <>
      <p className={styles.text} role="status">
        {failureTexts(t, apiFailure(error)).title}.
      </p>
      {!revokesView(error) && (
        <Button variant="secondary" size="small" onPress={onRetry}>
          {t('error.retry')}
        </Button>
      )}
    </>
  );
}

function Content({ entity }: { entity: EntityKey }) {
  const t = useTexts();
  const tabHref = useTabHref();
  const track = useTrackOperation();
  const [dialog, setDialog] = useState<'take' | 'stop'>();
  const close = () => setDialog(undefined);
  const accepted = (operation: OperationView) => {
    track(operation);
    close();
  };
  const { data, error, refetch } = useNewestGood(entity);
  // What may not be seen any longer goes, even if it was shown before.
  const list = error && revokesView(error) ? undefined : data;

  const body = () => {
    if (list) {
      return (
        <>
          <Notices
            vm={list.vm.ref}
            freshness={list.freshness}
            live="live"
            error={error}
            onRetry={refetch}
          />
          <VmFacts entity={entity} list={list} />
        </>
      );
    }
    return error ? <Refusal error={error} onRetry={refetch} /> : <Loading />;
  };
  return (
    <section className={styles.root} aria-label={t('card.title')}>
      <EntityInfoCard title={t('card.title')}>
        <div className={styles.content}>
          {body()}
          <div className={styles.buttons}>
            {list && (
              <>
                <ActionButton
                  variant="secondary"
                  size="small"
                  verdict={list.vm.allowed.takeSnapshot}
                  onPress={() => setDialog('take')}
                >
                  {t('tab.take')}
                </ActionButton>
                <PowerButton
                  entity={entity}
                  vm={list.vm}
                  size="small"
                  onStop={() => setDialog('stop')}
                />
              </>
            )}
            <Link href={tabHref(entity)}>{t('card.open')}</Link>
          </div>
        </div>
      </EntityInfoCard>
      {dialog === 'take' && list && (
        <TakeSnapshotDialog
          entity={entity}
          vm={list.vm}
          onClose={close}
          onTaken={accepted}
        />
      )}
      {dialog === 'stop' && list && (
        <StopVmDialog
          entity={entity}
          vm={list.vm}
          onClose={close}
          onAccepted={accepted}
        />
      )}
    </section>
  );
}

/** The snapshots of the VM that the entity stands for, in a few words. */
export function VmCard({ queryClient }: VmCardProps) {
  const { entity } = useEntity();
  const { kind } = entity;
  const { namespace = DEFAULT_NAMESPACE, name } = entity.metadata;
  const key = useMemo<EntityKey>(
    () => ({ kind, namespace, name }),
    [kind, namespace, name],
  );
  return (
    <Providers queryClient={queryClient}>
      {/* Another entity is another card: nothing of the former may stay. */}
      <Operations key={`${kind}:${namespace}/${name}`} entity={key}>
        <Content entity={key} />
      </Operations>
    </Providers>
  );
}
