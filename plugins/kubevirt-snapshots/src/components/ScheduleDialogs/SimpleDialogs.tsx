// SPDX-License-Identifier: Apache-2.0
import { useEntityPresentation } from '@backstage/plugin-catalog-react';
import { useTexts } from '../../translations';
import { ConfirmDialog } from '../ConfirmDialog';
import { useScheduleStep, type ScheduleDialogProps } from './useScheduleStep';

/** Asks before one snapshot more is taken. */
export function RunScheduleDialog(props: ScheduleDialogProps) {
  const { entity, item, onClose } = props;
  const t = useTexts();
  const { name } = item;
  const step = useScheduleStep<{}>(
    props,
    t('scheduleAct.ranToast', { name }),
    (api, request) => api.runSchedule(entity, item.id, request),
  );
  return (
    <ConfirmDialog
      title={t('scheduleAct.runTitle', { name })}
      text={t('scheduleAct.runText')}
      submit={t('scheduleAct.runSubmit')}
      verdict={item.allowed.runNow}
      destructive={false}
      pending={step.pending}
      error={step.error}
      onClose={onClose}
      onSubmit={() => step.send({})}
    />
  );
}

/** Asks before a schedule goes on. */
export function ResumeScheduleDialog(props: ScheduleDialogProps) {
  const { entity, item, onClose } = props;
  const t = useTexts();
  const { name } = item;
  const step = useScheduleStep<{}>(
    props,
    t('scheduleAct.resumedToast', { name }),
    (api, request) => api.resumeSchedule(entity, item.id, request),
  );
  return (
    <ConfirmDialog
      title={t('scheduleAct.resumeTitle', { name })}
      text={t('scheduleAct.resumeText')}
      submit={t('scheduleAct.resumeSubmit')}
      verdict={item.allowed.resume}
      destructive={false}
      pending={step.pending}
      error={step.error}
      onClose={onClose}
      onSubmit={() => step.send({})}
    />
  );
}

/** Asks before somebody else answers for a schedule. */
export function AdoptScheduleDialog(props: ScheduleDialogProps) {
  const { entity, item, onClose } = props;
  const t = useTexts();
  const { name } = item;
  const author = useEntityPresentation(item.author).primaryTitle;
  const step = useScheduleStep<{}>(
    props,
    t('scheduleAct.adoptedToast', { name }),
    (api, request) => api.adoptSchedule(entity, item.id, request),
  );
  return (
    <ConfirmDialog
      title={t('scheduleAct.adoptTitle', { name })}
      text={t('scheduleAct.adoptText', { person: author })}
      submit={t('scheduleAct.adoptSubmit')}
      verdict={item.allowed.adopt}
      destructive={false}
      pending={step.pending}
      error={step.error}
      onClose={onClose}
      onSubmit={() => step.send({})}
    />
  );
}
