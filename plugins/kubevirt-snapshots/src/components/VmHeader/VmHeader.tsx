// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import type {
  OperationView,
  VmBusy,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId, type ReactNode } from 'react';
import type { EntityKey } from '../../api';
import { useTexts } from '../../translations';
import { BusyRestoreButton, OperationButton } from '../Activity';
import { Moment } from '../Moment';
import { ToneBadge } from '../StatusBadge';
import styles from './VmHeader.module.css';

const BUSY_TEXTS = {
  snapshot: 'vm.busySnapshot',
  restore: 'vm.busyRestore',
  clone: 'vm.busyClone',
  power: 'vm.busyPower',
} as const satisfies Record<VmBusy['kind'], string>;

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function useAgentText(vm: VmView): string {
  const t = useTexts();
  if (!vm.running) {
    return t('vm.agentOff');
  }
  return vm.agentConnected ? t('vm.agentConnected') : t('vm.agentMissing');
}

function Busy({ busy }: { busy: VmBusy }) {
  const t = useTexts();
  return (
    <>
      <ToneBadge icon={RiLoader4Line} tone="info">
        {t(BUSY_TEXTS[busy.kind], { name: busy.name })}
      </ToneBadge>{' '}
      {busy.since && <Moment value={busy.since} />}
    </>
  );
}

/** What is going on: ours with all its steps, and what else keeps it busy. */
function Activities(props: Omit<VmHeaderProps, 'action'>) {
  const { entity, vm, operations = [], onStopRestore } = props;
  const { busy } = vm;
  const ours = operations.some(({ id }) => id === busy?.operationId);
  return (
    <div className={styles.activities}>
      {operations.map(operation => (
        <OperationButton
          key={operation.id}
          entity={entity}
          operation={operation}
          onStopRestore={onStopRestore}
        />
      ))}
      {busy &&
        !ours &&
        (busy.kind === 'restore' ? (
          <BusyRestoreButton
            entity={entity}
            busy={busy}
            onStopRestore={onStopRestore}
          />
        ) : (
          <Busy busy={busy} />
        ))}
    </div>
  );
}

/** Props of {@link VmHeader}. */
export interface VmHeaderProps {
  entity: EntityKey;
  vm: VmView;
  /** What the portal is doing with the VM and takes long. */
  operations?: OperationView[];
  onStopRestore: (restoreName: string) => void;
  action: ReactNode;
}

/** The VM as the cluster knows it, with the action that concerns all of it. */
export function VmHeader({ action, ...props }: VmHeaderProps) {
  const { vm, operations = [] } = props;
  const t = useTexts();
  const titleId = useId();
  const agent = useAgentText(vm);
  return (
    <section className={styles.root} aria-labelledby={titleId}>
      <div>
        <Text as="h2" variant="title-small" id={titleId}>
          {vm.ref.name}
        </Text>
        <dl className={styles.facts}>
          <Fact label={t('vm.namespace')}>{vm.ref.namespace}</Fact>
          <Fact label={t('vm.cluster')}>{vm.ref.cluster}</Fact>
          <Fact label={t('vm.power')}>
            {vm.printableStatus}
            {vm.paused && vm.printableStatus.toLowerCase() !== 'paused'
              ? ` (${t('vm.paused')})`
              : ''}
          </Fact>
          <Fact label={t('vm.agent')}>{agent}</Fact>
          {(vm.busy || operations.length > 0) && (
            <Fact label={t('vm.busy')}>
              <Activities {...props} />
            </Fact>
          )}
        </dl>
      </div>
      {action}
    </section>
  );
}
