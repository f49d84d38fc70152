// SPDX-License-Identifier: Apache-2.0
import { Link } from '@backstage/ui';
import { RiAlertLine, RiLoader4Line } from '@remixicon/react';
import type {
  SnapshotList,
  VmPower,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ReactNode } from 'react';
import type { EntityKey } from '../../api';
import { useNow } from '../../hooks/useNow';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { ToneBadge } from '../StatusBadge';
import { BUSY_TEXTS, PowerBadge } from '../VmState';
import styles from './VmCard.module.css';

/** Without a good snapshot of this time a VM counts as unprotected, ms. */
const UNPROTECTED_AFTER_MS = 30 * 24 * 3_600_000;

function powerOf({ running, paused }: VmView): VmPower {
  if (!running) {
    return 'stopped';
  }
  return paused ? 'paused' : 'running';
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/**
 * What is worth knowing at a glance.
 *
 * @param list - with the newest good snapshot as its only item
 */
export function VmFacts(props: { entity: EntityKey; list: SnapshotList }) {
  const { entity, list } = props;
  const { vm, items, allItems, scheduled } = list;
  const t = useTexts();
  const tabHref = useTabHref();
  const now = useNow(60_000).getTime();
  // Those of a former VM are older: when the newest is one, there is no other.
  const good = items.find(item => item.state === 'ready' && !item.formerVm);
  const [next] = scheduled
    .filter(one => one.nextRunAt && !one.formerVm)
    .sort((a, b) => a.nextRunAt!.localeCompare(b.nextRunAt!));
  const old =
    !good || now - new Date(good.createdAt).getTime() > UNPROTECTED_AFTER_MS;
  return (
    <dl className={styles.facts}>
      <Fact label={t('card.lastGood')}>
        {good ? (
          <>
            <Moment value={good.createdAt} />
            <Link href={tabHref(entity, good.name)}>{good.name}</Link>
          </>
        ) : (
          t('card.noGood')
        )}
        {old && (
          <ToneBadge icon={RiAlertLine} tone="warning">
            {t('card.unprotected')}
          </ToneBadge>
        )}
      </Fact>
      <Fact label={t('card.next')}>
        {next ? (
          <>
            <Moment value={next.nextRunAt!} />
            <Link href={tabHref(entity, undefined, 'scheduled')}>
              {next.name}
            </Link>
          </>
        ) : (
          t('card.notScheduled')
        )}
      </Fact>
      <Fact label={t('card.state')}>
        <PowerBadge
          vm={{ power: powerOf(vm), printableStatus: vm.printableStatus }}
        />
        {vm.busy && (
          <ToneBadge icon={RiLoader4Line} tone="info">
            {t(BUSY_TEXTS[vm.busy.kind])}
          </ToneBadge>
        )}
      </Fact>
      <Fact label={t('card.number')}>{allItems}</Fact>
    </dl>
  );
}
