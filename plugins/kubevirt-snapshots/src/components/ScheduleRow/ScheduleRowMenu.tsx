// SPDX-License-Identifier: Apache-2.0
import { ButtonIcon, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import { RiMore2Line } from '@remixicon/react';
import type { ScheduledItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';
import { ActionItem } from '../SnapshotRowMenu';

/** What the menu of a schedule can ask for. */
export type ScheduleAction =
  | 'details'
  | 'edit'
  | 'runNow'
  | 'pause'
  | 'resume'
  | 'adopt'
  | 'delete';

/** The actions of a schedule. What is off says why. */
export function ScheduleRowMenu(props: {
  item: ScheduledItem;
  onAction: (action: ScheduleAction) => void;
}) {
  const { item, onAction } = props;
  const t = useTexts();
  const { allowed } = item;
  const resumable = item.state === 'paused' || item.state === 'suspended';
  return (
    <MenuTrigger>
      <ButtonIcon
        variant="tertiary"
        size="small"
        aria-label={t('scheduleMenu.label', { name: item.name })}
        icon={<RiMore2Line />}
      />
      <Menu placement="bottom end">
        <MenuItem onAction={() => onAction('details')}>
          {t('scheduleMenu.details')}
        </MenuItem>
        <ActionItem
          label={t('scheduleMenu.edit')}
          verdict={allowed.update}
          onAction={() => onAction('edit')}
        />
        <ActionItem
          label={t('scheduleMenu.runNow')}
          verdict={allowed.runNow}
          onAction={() => onAction('runNow')}
        />
        {resumable ? (
          <ActionItem
            label={t('scheduleMenu.resume')}
            verdict={allowed.resume}
            onAction={() => onAction('resume')}
          />
        ) : (
          <ActionItem
            label={t('scheduleMenu.pause')}
            verdict={allowed.pause}
            onAction={() => onAction('pause')}
          />
        )}
        {item.authorProblem || allowed.adopt.allowed ? (
          <ActionItem
            label={t('scheduleMenu.adopt')}
            verdict={allowed.adopt}
            onAction={() => onAction('adopt')}
          />
        ) : null}
        <ActionItem
          label={t('scheduleMenu.delete')}
          verdict={allowed.delete}
          danger
          onAction={() => onAction('delete')}
        />
      </Menu>
    </MenuTrigger>
  );
}
