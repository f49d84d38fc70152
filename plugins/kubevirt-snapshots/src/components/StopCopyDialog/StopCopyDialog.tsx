// SPDX-License-Identifier: Apache-2.0
import { Text } from '@backstage/ui';
import type {
  OperationView,
  Verdict,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import type { EntityKey } from '../../api';
import { useAct } from '../../hooks/queries';
import { useOperation } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ConfirmDialog } from '../ConfirmDialog';
import { stopOf, stopVerdict } from './stopVerdict';

/** Says what stopping the making of a VM or template means, and asks once. */
export function StopCopyDialog(props: {
  entity: EntityKey;
  vm: VmView;
  operation: OperationView;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, vm, operation, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const { data = operation } = useOperation(entity, operation.id);
  const stop = stopOf(data);
  const act = useAct(entity, operationId, api =>
    api.stopCopy(entity, data, { operationId, vmUid: vm.uid }),
  );
  const over: Verdict = {
    allowed: false,
    code: 'too-late',
    reason: t('activity.gone'),
  };
  const name = data.target ?? '';
  return (
    <ConfirmDialog
      title={
        data.type === 'clone'
          ? t('stopCopy.clone', { name })
          : t('stopCopy.template', { name })
      }
      text={
        stop?.effect === 'removes'
          ? t('stopCopy.removes')
          : t('stopCopy.tooLate')
      }
      submit={t('stopCopy.submit')}
      verdict={stopVerdict(data, vm) ?? over}
      pending={act.isPending}
      error={act.error}
      onClose={onClose}
      onSubmit={() => act.mutate(undefined, { onSuccess: onAccepted })}
    >
      {stop && <Text as="p">{stop.message}</Text>}
    </ConfirmDialog>
  );
}
