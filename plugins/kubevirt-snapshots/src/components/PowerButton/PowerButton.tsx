// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { RiPlayLine, RiStopLine } from '@remixicon/react';
import type {
  OperationView,
  PowerRequest,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import { apiFailure, type EntityKey } from '../../api';
import { useAct, useOperationAct } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { ActionButton } from '../ActionButton';
import { ConfirmDialog } from '../ConfirmDialog';
import { useTrackOperation } from '../Operations';

/** Asks once before a VM is stopped. */
export function StopVmDialog(props: {
  entity: EntityKey;
  vm: VmView;
  onClose: () => void;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, vm, onClose, onAccepted } = props;
  const t = useTexts();
  const [operationId] = useState(newOperationId);
  const stop = useAct(entity, operationId, api =>
    api.powerVm(entity, { operationId, vmUid: vm.uid, action: 'stop' }),
  );
  return (
    <ConfirmDialog
      title={t('power.stopTitle', { vm: vm.ref.name })}
      text={t('power.stopText')}
      submit={t('power.stop')}
      verdict={vm.allowed.stop}
      pending={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onSubmit={() => stop.mutate(undefined, { onSuccess: onAccepted })}
    />
  );
}

/** Whether the person has nothing to do with the power of the VM. */
function isNotTheirs(vm: VmView): boolean {
  return [vm.allowed.start, vm.allowed.stop].every(
    verdict => !verdict.allowed && verdict.code === 'permission',
  );
}

/** Starts or stops the VM; absent where the person may do neither. */
export function PowerButton(props: {
  entity: EntityKey;
  vm: VmView;
  size?: 'small' | 'medium';
  /** Opens {@link StopVmDialog}. */
  onStop: () => void;
}) {
  const { entity, vm, size, onStop } = props;
  const t = useTexts();
  const track = useTrackOperation();
  const toastApi = useApi(toastApiRef);
  const start = useOperationAct<PowerRequest>(entity, (api, request) =>
    api.powerVm(entity, request),
  );
  if (isNotTheirs(vm)) {
    return null;
  }
  if (vm.running) {
    return (
      <ActionButton
        variant="secondary"
        size={size}
        iconStart={<RiStopLine aria-hidden="true" />}
        verdict={vm.allowed.stop}
        onPress={onStop}
      >
        {t('power.stop')}
      </ActionButton>
    );
  }
  return (
    <ActionButton
      variant="secondary"
      size={size}
      iconStart={<RiPlayLine aria-hidden="true" />}
      verdict={
        start.isPending
          ? { allowed: false, code: 'vm-busy', reason: t('form.sending') }
          : vm.allowed.start
      }
      onPress={() =>
        start.mutate(
          { operationId: newOperationId(), vmUid: vm.uid, action: 'start' },
          {
            onSuccess: track,
            onError: error =>
              toastApi.post({
                title: t('power.startFailed', { vm: vm.ref.name }),
                description: apiFailure(error).message,
                status: 'danger',
              }),
          },
        )
      }
    >
      {t('power.start')}
    </ActionButton>
  );
}
