// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { useEntityPresentation } from '@backstage/plugin-catalog-react';
import type {
  ScheduleAuthorSummary,
  Verdict,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure } from '../../api';
import { useAuthorAct } from '../../hooks/scheduleQueries';
import { useActId } from '../../hooks/useActId';
import { useTexts } from '../../translations';
import { ConfirmDialog } from '../ConfirmDialog';
import { ReasonField, reasonProblem } from '../ReasonField';

/** Asks why all schedules of somebody shall stop, or go on again. */
export function AuthorDialog(props: {
  one: ScheduleAuthorSummary;
  verdict: Verdict;
  onClose: () => void;
}) {
  const { one, verdict, onClose } = props;
  const { author } = one;
  // Of the moment when it was opened: the list goes on behind it.
  const verb = one.paused ? 'resume' : 'pause';
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const actId = useActId();
  const person = useEntityPresentation(author).primaryTitle;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const act = useAuthorAct(verb);
  const refusal =
    act.error && apiFailure(act.error).field === 'reason'
      ? apiFailure(act.error).message
      : undefined;

  const submit = () => {
    setTried(true);
    if (reasonProblem(t, reason, true)) {
      return;
    }
    const request = { author, reason: reason.trim() };
    act.mutate(
      { ...request, operationId: actId({ ...request, verb }) },
      {
        onSuccess: ({ changed }) => {
          toastApi.post({
            title: t(
              verb === 'pause' ? 'authors.pausedToast' : 'authors.resumedToast',
              { count: changed, person },
            ),
            status: 'success',
            timeout: 8_000,
          });
          onClose();
        },
      },
    );
  };

  return (
    <ConfirmDialog
      title={t(
        verb === 'pause' ? 'authors.pauseTitle' : 'authors.resumeTitle',
        { person },
      )}
      text={t(verb === 'pause' ? 'authors.pauseText' : 'authors.resumeText', {
        person,
      })}
      submit={t(verb === 'pause' ? 'authors.pause' : 'authors.resume')}
      verdict={verdict}
      destructive={false}
      holdsInput
      pending={act.isPending}
      error={refusal ? undefined : act.error ?? undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ReasonField
        value={reason}
        onChange={setReason}
        required
        tried={tried}
        refusal={refusal}
        first
      />
    </ConfirmDialog>
  );
}
