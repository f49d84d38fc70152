// SPDX-License-Identifier: Apache-2.0
import { Cell, Link, Text } from '@backstage/ui';
import { RiAlertLine } from '@remixicon/react';
import {
  stringifyVmRef,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { Moment } from '../Moment';
import { Person } from '../Person';
import { ToneBadge } from '../StatusBadge';
import type { ColumnId } from './columns';
import styles from './FleetPage.module.css';
import { StateCell } from './StateCell';
import { VmRowMenu, type VmAction } from './VmRowMenu';

/** What the cells of a row need beside the VM. */
export interface RowContext {
  /** Columns that are shown; what has none of its own moves under the name. */
  columns: readonly ColumnId[];
  /** {@link stringifyVmRef} of the VM for which something is being loaded. */
  pending?: string;
  onAction: (
    vm: VmListItem,
    action: VmAction,
    from: HTMLElement | null,
  ) => void;
}

function Owners({ vm }: { vm: VmListItem }) {
  const t = useTexts();
  if (!vm.owners.length) {
    return <Text color="secondary">{t('fleet.noOwner')}</Text>;
  }
  return (
    <div className={styles.stack}>
      {vm.owners.map(owner => (
        <Person key={owner} entityRef={owner} />
      ))}
    </div>
  );
}

function Place({ vm }: { vm: VmListItem }) {
  const t = useTexts();
  const { cluster, namespace } = vm.ref;
  return (
    <span className={styles.secondary}>
      {t('fleet.placeText', { cluster, namespace })}
    </span>
  );
}

/** When the next snapshot is due, or that there is no schedule. */
function NextRun({ vm }: { vm: VmListItem }) {
  const t = useTexts();
  if (!vm.schedule) {
    return <span className={styles.secondary}>{t('fleet.noSchedule')}</span>;
  }
  return vm.schedule.nextRunAt ? (
    <Moment value={vm.schedule.nextRunAt} />
  ) : (
    <span className={styles.secondary}>{t('fleet.noNextRun')}</span>
  );
}

function Snapshots({ vm, context }: { vm: VmListItem; context: RowContext }) {
  const t = useTexts();
  const { total, lastGoodAt } = vm.snapshots;
  const lastGood = lastGoodAt
    ? t('fleet.lastGood', { time: <Moment value={lastGoodAt} /> })
    : t('fleet.noGood');
  return (
    <div className={styles.stack}>
      <span>
        {total ? t('fleet.total', { count: total }) : t('fleet.none')}
      </span>
      {total > 0 && <span>{lastGood}</span>}
      {vm.unprotected && (
        <ToneBadge icon={RiAlertLine} tone="warning">
          {t('fleet.unprotected')}
        </ToneBadge>
      )}
      {!context.columns.includes('nextRun') && (
        <span>
          {vm.schedule?.nextRunAt ? (
            t('fleet.nextAt', {
              time: <Moment value={vm.schedule.nextRunAt} />,
            })
          ) : (
            <NextRun vm={vm} />
          )}
        </span>
      )}
    </div>
  );
}

function State({ vm, context }: { vm: VmListItem; context: RowContext }) {
  return (
    <StateCell vm={vm} onAction={(...args) => context.onAction(vm, ...args)} />
  );
}

function Name({ vm, context }: { vm: VmListItem; context: RowContext }) {
  const tabHref = useTabHref();
  const shows = (column: ColumnId) => context.columns.includes(column);
  return (
    <div className={styles.stack}>
      {vm.entityRef ? (
        <Link
          href={tabHref(vm.entityRef)}
          weight="bold"
          className={styles.text}
        >
          {vm.ref.name}
        </Link>
      ) : (
        <Text weight="bold" className={styles.text}>
          {vm.ref.name}
        </Text>
      )}
      {!shows('place') && <Place vm={vm} />}
      {!shows('owner') && <Owners vm={vm} />}
      {!shows('state') && <State vm={vm} context={context} />}
    </div>
  );
}

/** A cell of a VM's row. */
export function vmCell(column: ColumnId, vm: VmListItem, context: RowContext) {
  const content = () => {
    switch (column) {
      case 'name':
        return <Name vm={vm} context={context} />;
      case 'owner':
        return <Owners vm={vm} />;
      case 'place':
        return <Place vm={vm} />;
      case 'state':
        return <State vm={vm} context={context} />;
      case 'lastSnapshot':
        return <Snapshots vm={vm} context={context} />;
      case 'nextRun':
        return <NextRun vm={vm} />;
      default:
        return (
          <VmRowMenu
            vm={vm}
            pending={context.pending === stringifyVmRef(vm.ref)}
            onAction={(...args) => context.onAction(vm, ...args)}
          />
        );
    }
  };
  return <Cell className={styles.cell}>{content()}</Cell>;
}
