// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { apiFailure } from '../../api';
import { useAct } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ConfirmDialog } from '../ConfirmDialog';
import { ReasonField, reasonProblem } from '../ReasonField';
import type { SnapshotDialogProps } from '../StopSnapshotDialog';
import { TypedNameField } from '../TypedNameField';

/**
 * Asks whether a snapshot shall be deleted, with a weight that fits what would
 * be lost: the last one that can be restored asks for its name.
 */
export function DeleteSnapshotDialog(props: SnapshotDialogProps) {
  const { entity, vm, item, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const asksName = item.deleteConfirmation === 'name';
  const mismatch = asksName && typed !== item.name;

  const remove = useAct(entity, operationId, api =>
    api.deleteSnapshot(entity, item.name, {
      operationId,
      vmUid: vm.uid,
      snapshotUid: item.uid ?? '',
      typedName: asksName ? typed : undefined,
      reason: reason.trim() || undefined,
    }),
  );
  const failure = remove.error ? apiFailure(remove.error) : undefined;
  const refusal = (field: string) =>
    failure?.field === field ? failure.message : undefined;

  return (
    <ConfirmDialog
      title={t('delete.title', { name: item.name })}
      text={t(`delete.${item.deleteConfirmation}` as const, {
        vm: vm.ref.name,
      })}
      submit={t('delete.submit')}
      verdict={item.allowed.delete}
      pending={remove.isPending}
      holdsInput={reason !== ''}
      error={
        refusal('typedName') || refusal('reason') ? undefined : remove.error
      }
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!mismatch && !reasonProblem(t, reason, item.deleteNeedsReason)) {
          remove.mutate(undefined, { onSuccess: onAccepted });
        }
      }}
    >
      {asksName && (
        <TypedNameField
          name={item.name}
          first
          value={typed}
          onChange={setTyped}
          problem={
            tried && mismatch
              ? t('delete.typeNameMismatch')
              : refusal('typedName')
          }
        />
      )}
      <ReasonField
        value={reason}
        onChange={setReason}
        required={item.deleteNeedsReason}
        tried={tried}
        refusal={refusal('reason')}
        first={item.deleteNeedsReason && !asksName}
      />
    </ConfirmDialog>
  );
}
