// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { UnprotectSnapshotRequest } from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure } from '../../api';
import { useProtectionAct } from '../../hooks/queries';
import { useActId } from '../../hooks/useActId';
import { useTexts } from '../../translations';
import { ConfirmDialog } from '../ConfirmDialog';
import { PersonName } from '../Person';
import { ReasonField, reasonProblem } from '../ReasonField';
import type { ProtectionDialogProps } from './ProtectSnapshotDialog';

/** Asks why a protected snapshot shall be released. */
export function ReleaseSnapshotDialog(props: ProtectionDialogProps) {
  const { entity, vm, item, onClose } = props;
  const t = useTexts();
  const toastApi = useApi(toastApiRef);
  const actId = useActId();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const act = useProtectionAct<UnprotectSnapshotRequest>(
    entity,
    (api, request) => api.unprotectSnapshot(entity, item.name, request),
  );
  const failure = act.error ? apiFailure(act.error) : undefined;
  const refusal = failure?.field === 'reason' ? failure.message : undefined;

  const submit = () => {
    setTried(true);
    if (reasonProblem(t, reason, true)) {
      return;
    }
    const content = {
      vmUid: vm.uid,
      snapshotUid: item.uid ?? '',
      reason: reason.trim(),
    };
    act.mutate(
      { operationId: actId(content), ...content },
      {
        onSuccess: () => {
          toastApi.post({
            title: t('toast.released', { name: item.name }),
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
      title={t('release.title', { name: item.name })}
      text={t('release.text')}
      submit={t('release.submit')}
      verdict={item.allowed.unprotect}
      destructive={false}
      holdsInput
      pending={act.isPending}
      error={refusal ? undefined : act.error ?? undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      {item.protection && (
        <Text as="p">
          {t('release.because', {
            person: <PersonName entityRef={item.protection.by} />,
            reason: item.protection.reason,
          })}
        </Text>
      )}
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
