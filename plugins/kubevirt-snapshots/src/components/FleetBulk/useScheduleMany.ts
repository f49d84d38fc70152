// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/core-plugin-api';
import { useQueryClient } from '@tanstack/react-query';
import type {
  ScheduleSettings,
  VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback } from 'react';
import { kubevirtSnapshotsApiRef } from '../../api';
import { noteAct, queryKeys } from '../../hooks/queries';
import { derivedId } from '../../utils/derivedId';
import { newOperationId } from '../../utils/operationId';
import { BulkRun } from './BulkRun';

/** Makes the bulk that puts each of many VMs under a schedule of its own. */
export function useScheduleMany() {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useCallback(
    (options: {
      vms: readonly VmListItem[];
      settings: ScheduleSettings;
    }): BulkRun => {
      const { vms, settings } = options;
      const id = newOperationId();
      return new BulkRun({
        id,
        tasks: vms.map(vm => ({
          vm,
          name: settings.name,
          operationId: derivedId(id, vm.uid),
        })),
        work: {
          // A schedule is there with the answer, so there is nothing to follow.
          begin: async ({ vm, operationId }) => {
            const entity = parseEntityRef(vm.entityRef!);
            const { revision } = await api.createSchedule(entity, {
              ...settings,
              operationId,
              vmUid: vm.uid,
            });
            noteAct(queryClient, entity, revision);
            queryClient.invalidateQueries({
              queryKey: queryKeys.entity(entity),
            });
            queryClient.invalidateQueries({ queryKey: queryKeys.fleet() });
            return undefined;
          },
          look: async (_, operation) => operation,
          anew: task => ({
            ...task,
            operationId: derivedId(task.operationId, task.vm.uid),
          }),
        },
      });
    },
    [api, queryClient],
  );
}
