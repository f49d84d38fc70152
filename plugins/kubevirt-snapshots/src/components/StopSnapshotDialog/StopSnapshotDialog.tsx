// SPDX-License-Identifier: Apache-2.0
import type {
  OperationView,
  SnapshotItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import type { EntityKey } from '../../api';
import { useAct } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ConfirmDialog } from '../ConfirmDialog';

/** Props of the dialogs that concern one snapshot. */
export interface SnapshotDialogProps {
  entity: EntityKey;
  vm: VmView;
  item: SnapshotItem;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}

/** Asks once whether an unfinished snapshot shall be stopped. */
export function StopSnapshotDialog(props: SnapshotDialogProps) {
  const { entity, vm, item, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const stop = useAct(entity, operationId, api =>
    api.stopSnapshot(entity, item.name, {
      operationId,
      vmUid: vm.uid,
      snapshotUid: item.uid,
    }),
  );
  return (
    <ConfirmDialog
      title={t('stop.title', { name: item.name })}
      text={t('stop.text')}
      submit={t('stop.submit')}
      verdict={item.allowed.stop}
      pending={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onSubmit={() => stop.mutate(undefined, { onSuccess: onAccepted })}
    />
  );
}
