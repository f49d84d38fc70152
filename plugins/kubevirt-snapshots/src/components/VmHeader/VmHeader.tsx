// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import type {
  VmBusy,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useId, type ReactNode } from 'react';
import { useTexts } from '../../translations';
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

/** The VM as the cluster knows it, with the action that concerns all of it. */
export function VmHeader({ vm, action }: { vm: VmView; action: ReactNode }) {
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
          {vm.busy && (
            <Fact label={t('vm.busy')}>
              <ToneBadge icon={RiLoader4Line} tone="info">
                {t(BUSY_TEXTS[vm.busy.kind], { name: vm.busy.name })}
              </ToneBadge>{' '}
              {vm.busy.since && <Moment value={vm.busy.since} />}
            </Fact>
          )}
        </dl>
      </div>
      {action}
    </section>
  );
}
