// SPDX-License-Identifier: Apache-2.0
import { ButtonIcon, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import { RiLoader4Line, RiMore2Line } from '@remixicon/react';
import type {
  Verdict,
  VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef } from 'react';
import { useTabHref } from '../../hooks/useTabHref';
import { useTexts } from '../../translations';
import { ActionItem } from '../SnapshotRowMenu';
import styles from './FleetPage.module.css';

/** What can be asked for of a VM. */
export type VmAction =
  | 'take'
  | 'schedule'
  | 'start'
  | 'power-off'
  | 'stop'
  | 'stop-restore';

/** Called with the element that the focus comes back to. */
export type OnVmAction = (action: VmAction, from: HTMLElement | null) => void;

/** The actions of a VM. What is off says why. */
export function VmRowMenu(props: {
  vm: VmListItem;
  /** What was asked for is being loaded. */
  pending: boolean;
  onAction: OnVmAction;
}) {
  const { vm, pending, onAction } = props;
  const { entityRef } = vm;
  const t = useTexts();
  const tabHref = useTabHref();
  const button = useRef<HTMLButtonElement>(null);
  // The entity is the door to the VM.
  const door: Verdict = entityRef
    ? { allowed: true }
    : { allowed: false, code: 'permission', reason: t('fleet.noEntity') };
  const item = (action: VmAction, label: string, verdict: Verdict) => (
    <ActionItem
      label={label}
      verdict={entityRef ? verdict : door}
      onAction={() => onAction(action, button.current)}
    />
  );
  const { takeSnapshot, createSchedule, start, stop } = vm.allowed;
  return (
    <MenuTrigger>
      <ButtonIcon
        ref={button}
        variant="tertiary"
        size="small"
        aria-label={t('fleet.menu', { name: vm.ref.name })}
        icon={
          pending ? <RiLoader4Line className={styles.spin} /> : <RiMore2Line />
        }
      />
      <Menu placement="bottom end">
        {item('take', t('fleet.take'), takeSnapshot)}
        {item('schedule', t('fleet.schedule'), createSchedule)}
        {vm.busy?.kind === 'snapshot' && item('stop', t('fleet.stop'), door)}
        {vm.busy?.kind === 'restore' &&
          item('stop-restore', t('fleet.stopRestore'), door)}
        {entityRef ? (
          <>
            <MenuItem href={tabHref(entityRef)}>{t('fleet.open')}</MenuItem>
            <MenuItem href={tabHref(entityRef, undefined, 'scheduled')}>
              {t('fleet.schedules')}
            </MenuItem>
          </>
        ) : (
          <ActionItem
            label={t('fleet.open')}
            verdict={door}
            onAction={() => {}}
          />
        )}
        {vm.power === 'stopped'
          ? item('start', t('fleet.start'), start)
          : item('power-off', t('fleet.powerOff'), stop)}
      </Menu>
    </MenuTrigger>
  );
}
