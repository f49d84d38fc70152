// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/core-plugin-api';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  stringifyVmRef,
  type VmListItem,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, kubevirtSnapshotsApiRef } from '../../api';
import { noteAct, queryKeys } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { newOperationId } from '../../utils/operationId';
import { useTrackVmOperation } from './FleetOperations';

interface Start {
  entityRef: string;
  vm: VmListItem;
}

/** Starts one of the VMs. Nothing runs in it yet, so nobody is asked before. */
export function useStartVm() {
  const api = useApi(kubevirtSnapshotsApiRef);
  const toastApi = useApi(toastApiRef);
  const t = useTexts();
  const queryClient = useQueryClient();
  const track = useTrackVmOperation();
  const { mutate, isPending, variables } = useMutation({
    mutationFn: ({ entityRef, vm }: Start) =>
      api.powerVm(parseEntityRef(entityRef), {
        operationId: newOperationId(),
        vmUid: vm.uid,
        action: 'start',
      }),
    onSuccess: (operation, { entityRef }) => {
      const entity = parseEntityRef(entityRef);
      noteAct(queryClient, entity, operation.revision);
      track({ entity, operation });
    },
    onError: (error, { vm }) =>
      toastApi.post({
        title: t('power.startFailed', { vm: vm.ref.name }),
        description: apiFailure(error).message,
        status: 'danger',
      }),
    onSettled: () => {
      queryClient.invalidateQueries({ queryKey: queryKeys.fleet() });
    },
  });
  return {
    start: mutate,
    /** `stringifyVmRef` of the VM that is being asked for. */
    starting: isPending ? stringifyVmRef(variables.vm.ref) : undefined,
  };
}
