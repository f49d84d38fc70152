// SPDX-License-Identifier: Apache-2.0
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import type {
  ScheduleAnswer,
  ScheduledItem,
  VmView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { EntityKey, KubevirtSnapshotsApi } from '../../api';
import { useScheduleAct } from '../../hooks/scheduleQueries';
import { useActId } from '../../hooks/useActId';

/** Props of the dialogs that ask before something is done to a schedule. */
export interface ScheduleDialogProps {
  entity: EntityKey;
  vm: VmView;
  item: ScheduledItem;
  onClose: () => void;
}

/** One act on a schedule: sent once, then told and closed. */
export function useScheduleStep<Content extends object>(
  props: ScheduleDialogProps,
  toast: string,
  act: (
    api: KubevirtSnapshotsApi,
    request: Content & { operationId: string; vmUid: string },
  ) => Promise<ScheduleAnswer>,
) {
  const { entity, vm, item, onClose } = props;
  const toastApi = useApi(toastApiRef);
  const actId = useActId();
  const mutation = useScheduleAct<Content>(entity, (api, content) =>
    act(api, {
      operationId: actId({ ...content, id: item.id }),
      vmUid: vm.uid,
      ...content,
    }),
  );
  return {
    pending: mutation.isPending,
    error: mutation.error ?? undefined,
    send: (content: Content) =>
      mutation.mutate(content, {
        onSuccess: () => {
          toastApi.post({ title: toast, status: 'success', timeout: 8_000 });
          onClose();
        },
      }),
  };
}
