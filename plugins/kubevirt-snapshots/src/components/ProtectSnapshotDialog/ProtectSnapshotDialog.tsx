// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import type {
  ProtectSnapshotRequest,
  SnapshotItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useRef, useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useProtectionAct } from '../../hooks/queries';
import { useActId } from '../../hooks/useActId';
import { useTexts } from '../../translations';
import { viewerTimeZone } from '../../utils/format';
import {
  fromLocalInput,
  isHalfEntered,
  toLocalInput,
} from '../../utils/localTime';
import { ConfirmDialog } from '../ConfirmDialog';
import { DateTimeField } from '../DateTimeField';
import { ReasonField, reasonProblem } from '../ReasonField';

/** Props of the dialogs that protect and release. */
export interface ProtectionDialogProps {
  entity: EntityKey;
  vm: VmView;
  item: SnapshotItem;
  onClose: () => void;
}

/** The end that was entered and what is wrong with it. */
function useEnd(initial: string | undefined) {
  const t = useTexts();
  const [text, setText] = useState(() => toLocalInput(initial));
  const [late, setLate] = useState<'past' | 'half'>();
  const field = useRef<HTMLDivElement>(null);
  // What was there is sent as it was: the field knows no seconds.
  const until = text === toLocalInput(initial) ? initial : fromLocalInput(text);
  return {
    field,
    text,
    until,
    set: (value: string) => {
      setText(value);
      setLate(undefined);
    },
    problem: late && t(late === 'past' ? 'protect.past' : 'protect.half'),
    /** Whether it may be sent as it stands at this moment. */
    check: () => {
      const past = until !== undefined && Date.parse(until) <= Date.now();
      const half = isHalfEntered(field.current);
      setLate((half && 'half') || (past && 'past') || undefined);
      return !half && !past;
    },
  };
}

/** Asks why and how long a snapshot shall be protected from deletion. */
export function ProtectSnapshotDialog(props: ProtectionDialogProps) {
  const { entity, vm, item, onClose } = props;
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const actId = useActId();
  const [reason, setReason] = useState(item.protection?.reason ?? '');
  const [tried, setTried] = useState(false);
  const end = useEnd(item.protection?.until);
  // As it was when the dialog opened: what it says must not turn round.
  const [changes] = useState(Boolean(item.protection));
  const act = useProtectionAct<ProtectSnapshotRequest>(entity, (api, request) =>
    api.protectSnapshot(entity, item.name, request),
  );
  const failure = act.error ? apiFailure(act.error) : undefined;
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;

  const submit = () => {
    setTried(true);
    const endIsFine = end.check();
    if (!endIsFine || reasonProblem(t, reason, true)) {
      return;
    }
    const content = {
      vmUid: vm.uid,
      snapshotUid: item.uid ?? '',
      reason: reason.trim(),
      until: end.until,
    };
    act.mutate(
      { operationId: actId(content), ...content },
      {
        onSuccess: () => {
          toastApi.post({
            title: t('toast.protected', { name: item.name }),
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
      title={
        changes
          ? t('protect.changeTitle', { name: item.name })
          : t('protect.title', { name: item.name })
      }
      text={t('protect.text')}
      submit={changes ? t('protect.changeSubmit') : t('protect.submit')}
      verdict={item.allowed.protect}
      destructive={false}
      holdsInput
      pending={act.isPending}
      error={
        refusal('reason') || refusal('until')
          ? undefined
          : act.error ?? undefined
      }
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
        ref={end.field}
        label={t('protect.until')}
        description={t('protect.untilHint', { zone: viewerTimeZone() })}
        value={end.text}
        onChange={end.set}
        problem={end.problem ?? refusal('until')}
      />
    </ConfirmDialog>
  );
}
