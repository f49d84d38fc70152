// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/core-plugin-api';
import { useQueryClient } from '@tanstack/react-query';
import type { VmListItem } from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback } from 'react';
import { kubevirtSnapshotsApiRef } from '../../api';
import { noteAct } from '../../hooks/queries';
import { derivedId } from '../../utils/derivedId';
import { viewerTimeZone } from '../../utils/format';
import { newOperationId } from '../../utils/operationId';
import { bulkNames } from './bulkNames';
import { BulkRun } from './BulkRun';

/** Makes the bulk that takes a snapshot of each of many VMs. */
export function useTakeMany() {
  const api = useApi(kubevirtSnapshotsApiRef);
  const queryClient = useQueryClient();
  return useCallback(
    (options: {
      vms: readonly VmListItem[];
      names: readonly string[];
      description: string;
    }): BulkRun => {
      const { vms, names } = options;
      const description = options.description.trim() || undefined;
      const id = newOperationId();
      const doorOf = ({ entityRef }: VmListItem) => parseEntityRef(entityRef!);
      return new BulkRun({
        id,
        tasks: vms.map((vm, i) => ({
          vm,
          name: names[i],
          operationId: derivedId(id, vm.uid),
        })),
        work: {
          begin: async ({ vm, name, operationId }) => {
            const entity = doorOf(vm);
            const operation = await api.takeSnapshot(entity, {
              operationId,
              vmUid: vm.uid,
              name,
              description,
            });
            noteAct(queryClient, entity, operation.revision);
            return operation;
          },
          look: ({ vm }, operation) =>
            api.getOperation(doorOf(vm), operation.id),
          // The name may belong to what has failed.
          anew: task => ({
            ...task,
            name: bulkNames([task.vm.ref], new Date(), viewerTimeZone())[0],
            operationId: derivedId(task.operationId, task.vm.uid),
          }),
        },
      });
    },
    [api, queryClient],
  );
}
