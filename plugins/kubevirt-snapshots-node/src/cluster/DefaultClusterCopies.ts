// SPDX-License-Identifier: Apache-2.0
import { projectCopyPlan } from '../project/copyPlan';
import { volumeSnapshotNames } from '../project/projectContent';
import type { Raw } from '../project/raw';
import { RESOURCES } from '../transport/resources';
import { TEMPLATE_RESOURCES } from './ApiCheck';
import {
  createClone,
  deleteCloneLeftover,
  readClone,
  readCloneTrouble,
} from './cloneCalls';
import type { ClusterConnection } from './ClusterConnection';
import { CommittedIntent } from './CommittedIntent';
import type { ClusterCopies } from './copyTypes';
import { deleteObject } from './deleteObject';
import { readContent } from './snapshotCalls';
import {
  createTemplate,
  createTemplateDisk,
  handDataVolumeOver,
  readDataVolume,
  readTemplate,
} from './templateCalls';

/** {@link ClusterCopies} over the connections of the cluster service. */
export function createClusterCopies(
  connection: (cluster: string) => ClusterConnection,
): ClusterCopies {
  const reader = (cluster: string) => connection(cluster).client;
  // The impersonated person may write, and need not be able to read.
  const clients = (cluster: string, intent: CommittedIntent) => {
    CommittedIntent.assert(intent);
    return {
      reader: reader(cluster),
      writer: connection(cluster).writer(intent),
    };
  };
  return {
    apis: cluster => connection(cluster).apis.apis,
    readApis: async cluster => await connection(cluster).apis.read(),

    async getPlan(record) {
      const client = reader(record.cluster);
      const content = await readContent(client, record);
      if (!content) {
        return undefined;
      }
      const live = await Promise.all(
        volumeSnapshotNames(content).map(async name => [
          name,
          await client.get(RESOURCES.volumeSnapshots, record.namespace, name),
        ]),
      );
      return projectCopyPlan(
        content,
        new Map(
          live.filter((entry): entry is [string, Raw] => Boolean(entry[1])),
        ),
      );
    },

    getClone: async address =>
      await readClone(reader(address.cluster), address),
    getCloneTrouble: async (address, clone) =>
      await readCloneTrouble(reader(address.cluster), address, clone),
    createClone: async (intent, input) =>
      await createClone(clients(input.source.cluster, intent), intent, input),
    deleteClone: async (intent, address, preconditions) =>
      await deleteObject(
        clients(address.cluster, intent).writer,
        intent,
        RESOURCES.clones,
        address,
        preconditions,
      ),
    deleteCloneLeftover: async (intent, target, cloneUid) =>
      await deleteCloneLeftover(
        clients(target.cluster, intent),
        intent,
        target,
        cloneUid,
      ),

    getTemplate: async (api, address) =>
      await readTemplate(reader(address.cluster), api, address),
    createTemplate: async (intent, input) =>
      await createTemplate(
        clients(input.source.cluster, intent),
        intent,
        input,
      ),
    deleteTemplate: async (intent, api, address, preconditions) =>
      await deleteObject(
        clients(address.cluster, intent).writer,
        intent,
        TEMPLATE_RESOURCES[api],
        address,
        preconditions,
      ),

    getDataVolume: async address =>
      await readDataVolume(reader(address.cluster), address),
    isClaimNameTaken: async ({ cluster, namespace, name }) =>
      (
        await reader(cluster).list(RESOURCES.claims, namespace, {
          fieldSelector: `metadata.name=${name}`,
        })
      ).length > 0,
    createTemplateDisk: async (intent, input) =>
      await createTemplateDisk(
        clients(input.source.cluster, intent),
        intent,
        input,
      ),
    handDataVolumeOver: async (intent, address, preconditions, owner) =>
      await handDataVolumeOver(
        clients(address.cluster, intent).writer,
        intent,
        address,
        preconditions,
        owner,
      ),
    deleteDataVolume: async (intent, address, preconditions) =>
      await deleteObject(
        clients(address.cluster, intent).writer,
        intent,
        RESOURCES.dataVolumes,
        address,
        preconditions,
      ),
  };
}
