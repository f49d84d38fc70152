// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from 'react';
import { apiFailure } from '../../api';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import { fromLocalInput, isHalfEntered } from '../../utils/localTime';
import { ConfirmDialog } from '../ConfirmDialog';
import { DateTimeField } from '../DateTimeField';
import { ReasonField, reasonProblem } from '../ReasonField';
import { useScheduleStep, type ScheduleDialogProps } from './useScheduleStep';

/** Asks why and how long a schedule shall take no snapshots. */
export function PauseScheduleDialog(props: ScheduleDialogProps) {
  const { entity, item, onClose } = props;
  const t = useTexts();
  const { name } = item;
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [late, setLate] = useState<'half' | 'past'>();
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  const step = useScheduleStep<{ reason: string; until?: string }>(
    props,
    t('scheduleAct.pausedToast', { name }),
    (api, request) => api.pauseSchedule(entity, item.id, request),
  );
  const failure = step.error ? apiFailure(step.error) : undefined;
  const refusal = (at: string) =>
    failure?.field === at ? failure.message : undefined;

  const submit = () => {
    setTried(true);
    const end = fromLocalInput(until);
    const half = isHalfEntered(field.current);
    const past = end !== undefined && Date.parse(end) <= Date.now();
    setLate((half && 'half') || (past && 'past') || undefined);
    if (!half && !past && !reasonProblem(t, reason, true)) {
      step.send({ reason: reason.trim(), until: end });
    }
  };
  const problem = {
    half: t('schedule.half'),
    past: t('scheduleAct.pausePast'),
  };

  return (
    <ConfirmDialog
      title={t('scheduleAct.pauseTitle', { name })}
      text={t('scheduleAct.pauseText')}
      submit={t('scheduleAct.pauseSubmit')}
      verdict={item.allowed.pause}
      destructive={false}
      holdsInput
      pending={step.pending}
      error={refusal('reason') || refusal('until') ? undefined : step.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <ReasonField
        value={reason}
        onChange={setReason}
        required
        tried={tried}
        refusal={refusal('reason')}
        first
      />
      <DateTimeField
        ref={field}
        label={t('scheduleAct.pauseUntil')}
        description={t('scheduleAct.pauseUntilHint', {
          zone: viewerTimeZone(),
        })}
        value={until}
        onChange={value => {
          setUntil(value);
          setLate(undefined);
        }}
        problem={(late && problem[late]) ?? refusal('until')}
      />
    </ConfirmDialog>
  );
}
