// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import type {
  ClearRestoreRequest,
  RestoreHistoryItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, type EntityKey } from '../../api';
import { useOperationAct } from '../../hooks/queries';
import { useActId } from '../../hooks/useActId';
import { useTexts } from '../../translations';
import { ActionButton } from '../ActionButton';
import { useTrackOperation } from '../Operations';

/**
 * Takes a failed restore out of the way by one press: nothing is lost by it,
 * its record stays.
 */
export function ClearButton(props: {
  entity: EntityKey;
  vmUid: string;
  item: RestoreHistoryItem;
}) {
  const { entity, vmUid, item } = props;
  const t = useTexts();
  const track = useTrackOperation();
  const toastApi = useApi(toastApiRef);
  const actId = useActId();
  const clear = useOperationAct<ClearRestoreRequest>(entity, (api, request) =>
    api.clearRestore(entity, item.name, request),
  );
  const press = () => {
    const content = { vmUid, restoreUid: item.uid ?? '' };
    clear.mutate(
      { operationId: actId(content), ...content },
      {
        onSuccess: track,
        onError: error =>
          toastApi.post({
            title: t('restores.clearFailed'),
            description: apiFailure(error).message,
            status: 'danger',
          }),
      },
    );
  };
  return (
    <ActionButton
      variant="secondary"
      size="small"
      verdict={
        clear.isPending
          ? { allowed: false, code: 'vm-busy', reason: t('form.sending') }
          : item.allowed.clear
      }
      aria-label={t('restores.clearNamed', {
        name: item.snapshotName ?? item.name,
      })}
      onPress={press}
    >
      {t('restores.clear')}
    </ActionButton>
  );
}
