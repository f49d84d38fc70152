// SPDX-License-Identifier: Apache-2.0
import { stringifyEntityRef } from '@backstage/catalog-model';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { EntityInfoCard, useEntity } from '@backstage/plugin-catalog-react';
import { Button, Link, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { RiAlertLine, RiLoader4Line } from '@remixicon/react';
import type { QueryClient } from '@tanstack/react-query';
import {
  stringifyVmRef,
  type VmList,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, revokesView } from '../../api';
import { REFRESH_MS, useFleet } from '../../hooks/fleetQueries';
import {
  DEFAULT_FLEET_URL_STATE,
  writeFleetUrlState,
} from '../../hooks/fleetUrlState';
import { useTabHref } from '../../hooks/useTabHref';
import { fleetRouteRef } from '../../routes';
import { useTexts } from '../../translations';
import { failureTexts } from '../ErrorState';
import { Moment } from '../Moment';
import { Providers } from '../Providers';
import { ToneBadge } from '../StatusBadge';
import { BUSY_TEXTS, PowerBadge } from '../VmState';
import styles from './RelatedVmsCard.module.css';

/** VMs of the card; the page shows the others. */
const SHOWN = 5;

/** Props of {@link RelatedVmsCard}. */
export interface RelatedVmsCardProps {
  /** For tests: answers kept apart from those of other cards. */
  queryClient?: QueryClient;
}

function Item({ vm }: { vm: VmListItem }) {
  const t = useTexts();
  const tabHref = useTabHref();
  const { lastGoodAt } = vm.snapshots;
  return (
    <li className={styles.item}>
      <div>
        {vm.entityRef ? (
          <Link
            className={styles.text}
            href={tabHref(vm.entityRef)}
            weight="bold"
          >
            {vm.ref.name}
          </Link>
        ) : (
          <Text className={styles.text} weight="bold">
            {vm.ref.name}
          </Text>
        )}
        <span className={styles.secondary}>
          {t('fleet.placeText', { ...vm.ref })}
        </span>
      </div>
      <div>
        <PowerBadge vm={vm} />
        {vm.busy && (
          <ToneBadge icon={RiLoader4Line} tone="info">
            {t(BUSY_TEXTS[vm.busy.kind])}
          </ToneBadge>
        )}
      </div>
      <div>
        {vm.unprotected && (
          <ToneBadge icon={RiAlertLine} tone="warning">
            {t('fleet.unprotected')}
          </ToneBadge>
        )}
        {lastGoodAt && (
          <span>
            {t('fleet.lastGood', { time: <Moment value={lastGoodAt} /> })}
          </span>
        )}
      </div>
    </li>
  );
}

function Vms({ list, entityRef }: { list: VmList; entityRef: string }) {
  const t = useTexts();
  const fleet = useRouteRef(fleetRouteRef);
  const { totalItems, unprotectedItems } = list;
  if (totalItems === 0) {
    return <p className={styles.text}>{t('related.none')}</p>;
  }
  const query = writeFleetUrlState(new URLSearchParams(), {
    ...DEFAULT_FLEET_URL_STATE,
    scope: 'all',
    belongsTo: entityRef,
  });
  return (
    <>
      <p className={styles.text}>
        {t('fleet.count', { count: totalItems })}
        {unprotectedItems > 0 &&
          ` · ${t('related.unprotected', { count: unprotectedItems })}`}
      </p>
      <ul className={styles.list} aria-label={t('related.title')}>
        {list.items.map(vm => (
          <Item key={stringifyVmRef(vm.ref)} vm={vm} />
        ))}
      </ul>
      {fleet && (
        <Link href={`${fleet()}?${query}`}>
          {totalItems > list.items.length
            ? t('related.all', { count: totalItems })
            : t('related.open')}
        </Link>
      )}
    </>
  );
}

function Content({ entityRef }: { entityRef: string }) {
  const t = useTexts();
  const { data, error, refetch } = useFleet(
    {
      belongsTo: entityRef,
      // Those without a good one come first, then those whose is oldest.
      sort: 'lastSnapshot',
      order: 'asc',
      limit: SHOWN,
    },
    REFRESH_MS,
  );
  // What may not be seen any longer goes, even if it was shown before.
  const list = error && revokesView(error) ? undefined : data;
  const failure = Boolean(error) && (
    <>
      <p className={styles.text} role="status">
        {failureTexts(t, apiFailure(error)).title}.
      </p>
      {!revokesView(error) && (
        <Button variant="secondary" size="small" onPress={() => refetch()}>
          {t('error.retry')}
        </Button>
      )}
    </>
  );
  return (
    <section className={styles.root} aria-label={t('related.title')}>
      <EntityInfoCard title={t('related.title')}>
        <div className={styles.content}>
          {failure}
          {list && <Vms list={list} entityRef={entityRef} />}
          {!list && !error && (
            <div role="status" aria-busy="true">
              <VisuallyHidden>{t('fleet.loading')}</VisuallyHidden>
              <Skeleton width="100%" height={96} />
            </div>
          )}
        </div>
      </EntityInfoCard>
    </section>
  );
}

/**
 * The VMs that belong to a group, a user, a system or a component, those
 * without a good snapshot first.
 */
export function RelatedVmsCard({ queryClient }: RelatedVmsCardProps) {
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  return (
    <Providers queryClient={queryClient}>
      {/* Another entity is another card: nothing of the former may stay. */}
      <Content key={entityRef} entityRef={entityRef} />
    </Providers>
  );
}
