// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { Button, DialogTrigger, Link, Popover } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import type {
  VmBusy,
  VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useMemo, useRef, useState } from 'react';
import { useSnapshotUnderWay } from '../../hooks/fleetQueries';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { RestoreDetails } from '../Activity';
import { Moment } from '../Moment';
import { isInProgress, SnapshotProgress } from '../SnapshotProgress';
import { ToneBadge } from '../StatusBadge';
import { BUSY_TEXTS, PowerBadge } from '../VmState';
import styles from './FleetPage.module.css';
import type { OnVmAction } from './VmRowMenu';

function BusyName({ vm, busy }: { vm: VmListItem; busy: VmBusy }) {
  const tabHref = useTabHref();
  return vm.entityRef && busy.kind === 'snapshot' ? (
    <Link href={tabHref(vm.entityRef, busy.name)}>{busy.name}</Link>
  ) : (
    <>{busy.name}</>
  );
}

function Progress({ entityRef, name }: { entityRef: string; name: string }) {
  const entity = useMemo(() => parseEntityRef(entityRef), [entityRef]);
  const { data } = useSnapshotUnderWay(entity, name);
  return data && isInProgress(data) ? <SnapshotProgress item={data} /> : null;
}

function BusyDetails(props: {
  vm: VmListItem;
  busy: VmBusy;
  onStop: () => void;
}) {
  const { vm, busy, onStop } = props;
  const t = useTexts();
  return (
    <div className={styles.details}>
      <dl className={styles.facts}>
        <div>
          <dt>{t('fleet.busyName')}</dt>
          <dd>
            <BusyName vm={vm} busy={busy} />
          </dd>
        </div>
        <div>
          <dt>{t('fleet.busySince')}</dt>
          <dd>
            {busy.since ? (
              <Moment value={busy.since} />
            ) : (
              t('fleet.busySinceUnknown')
            )}
          </dd>
        </div>
      </dl>
      {busy.kind === 'snapshot' && vm.entityRef && (
        <Progress entityRef={vm.entityRef} name={busy.name} />
      )}
      {!busy.operationId && (
        <p className={styles.note}>{t('fleet.busyElsewhere')}</p>
      )}
      {busy.kind === 'snapshot' && vm.entityRef && (
        <Button variant="secondary" size="small" onPress={onStop}>
          {t('fleet.stop')}
        </Button>
      )}
    </div>
  );
}

/** What keeps the VM busy, with more about it on demand. */
export function BusyButton(props: {
  vm: VmListItem;
  busy: VmBusy;
  /** Where nothing beside it tells which VM it is. */
  named?: boolean;
  onAction: OnVmAction;
}) {
  const { vm, busy, named, onAction } = props;
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const state = t(BUSY_TEXTS[busy.kind]);
  const stop = (action: 'stop' | 'stop-restore') => {
    setOpen(false);
    onAction(action, button.current);
  };
  const label = t(named ? 'fleet.busyNamedDetails' : 'fleet.busyDetails', {
    state,
    name: vm.ref.name,
  });
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button
        ref={button}
        className={styles.busy}
        variant="tertiary"
        size="small"
        aria-label={label}
      >
        <ToneBadge icon={RiLoader4Line} tone="info">
          {named ? t('fleet.busyNamed', { name: vm.ref.name, state }) : state}
        </ToneBadge>
      </Button>
      <Popover aria-label={label} placement="bottom start">
        {busy.kind === 'restore' && vm.entityRef ? (
          <RestoreDetails
            entity={parseEntityRef(vm.entityRef)}
            name={busy.name}
            operationId={busy.operationId}
            onStop={() => stop('stop-restore')}
          />
        ) : (
          <BusyDetails vm={vm} busy={busy} onStop={() => stop('stop')} />
        )}
      </Popover>
    </DialogTrigger>
  );
}

/** The state of a VM, and what is being done with it. */
export function StateCell(props: { vm: VmListItem; onAction: OnVmAction }) {
  const { vm, onAction } = props;
  return (
    <div className={styles.stack}>
      <PowerBadge vm={vm} />
      {vm.busy && <BusyButton vm={vm} busy={vm.busy} onAction={onAction} />}
    </div>
  );
}
