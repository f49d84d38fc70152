// SPDX-License-Identifier: Apache-2.0
import { Radio, RadioGroup } from '@backstage/ui';
import { useState } from 'react';
import { useTexts } from '../../translations';
import { ConfirmDialog } from '../ConfirmDialog';
import { useScheduleStep, type ScheduleDialogProps } from './useScheduleStep';

/** Asks what becomes of the snapshots of a schedule that goes. */
export function DeleteScheduleDialog(props: ScheduleDialogProps) {
  const { entity, item, onClose } = props;
  const t = useTexts();
  const { name, ownedSnapshots } = item;
  const [keep, setKeep] = useState(true);
  const step = useScheduleStep<{ keepSnapshots: boolean }>(
    props,
    t('scheduleAct.deletedToast', { name }),
    (api, request) => api.deleteSchedule(entity, item.id, request),
  );
  return (
    <ConfirmDialog
      title={t('scheduleAct.deleteTitle', { name })}
      text={t('scheduleAct.deleteText')}
      submit={t('scheduleAct.deleteSubmit')}
      verdict={item.allowed.delete}
      pending={step.pending}
      error={step.error}
      onClose={onClose}
      onSubmit={() => step.send({ keepSnapshots: keep })}
    >
      {ownedSnapshots > 0 && (
        <RadioGroup
          label={t('scheduleAct.deleteSnapshots', {
            number: String(ownedSnapshots),
          })}
          value={keep ? 'keep' : 'remove'}
          onChange={value => setKeep(value === 'keep')}
        >
          <Radio value="keep">{t('scheduleAct.deleteKeep')}</Radio>
          <Radio value="remove">{t('scheduleAct.deleteRemove')}</Radio>
        </RadioGroup>
      )}
    </ConfirmDialog>
  );
}
