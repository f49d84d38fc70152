// SPDX-License-Identifier: Apache-2.0
import type {
  LeftOverClaim,
  OperationView,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useAct } from '../../hooks/queries';
import { useLeftOverClaims } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ConfirmDialog } from '../ConfirmDialog';
import { TypedNameField } from '../TypedNameField';

/** Asks for the name of a claim before it is deleted. */
export function DeleteClaimDialog(props: {
  entity: EntityKey;
  vm: VmView;
  claim: LeftOverClaim;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, vm, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const { data } = useLeftOverClaims(entity);
  // As it is now: meanwhile something may use it.
  const claim =
    data?.items.find(({ uid }) => uid === props.claim.uid) ?? props.claim;
  const mismatch = typed !== claim.name;
  const remove = useAct(entity, operationId, api =>
    api.deleteLeftOverClaim(entity, claim.name, {
      operationId,
      vmUid: vm.uid,
      claimUid: claim.uid,
      typedName: typed,
    }),
  );
  const failure = remove.error ? apiFailure(remove.error) : undefined;
  const refusal = failure?.field === 'typedName' ? failure.message : undefined;
  return (
    <ConfirmDialog
      title={t('claims.deleteTitle', { name: claim.name })}
      text={t('claims.deleteText')}
      submit={t('claims.deleteSubmit')}
      verdict={claim.delete}
      pending={remove.isPending}
      error={refusal ? undefined : remove.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!mismatch) {
          remove.mutate(undefined, { onSuccess: onAccepted });
        }
      }}
    >
      <TypedNameField
        name={claim.name}
        first
        value={typed}
        onChange={setTyped}
        problem={tried && mismatch ? t('claims.wrongName') : refusal}
      />
    </ConfirmDialog>
  );
}
