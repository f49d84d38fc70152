// SPDX-License-Identifier: Apache-2.0
import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';
import type { HumanDuration } from '@backstage/types';

export interface Config {
  catalog?: {
    providers?: {
      /**
       * Adds the virtual machines of KubeVirt clusters to the catalog. Several
       * providers may name one cluster; a VM that the filters of more than one
       * take is the first one's.
       */
      kubevirt?: {
        /**
         * A name for the provider, of your choice. The catalog keeps the
         * entities under it.
         */
        [id: string]: {
          /** Name of a cluster under `kubevirtSnapshots.clusters`. */
          cluster: string;
          /** Provide only the VMs of these namespaces. Default: all. */
          namespaces?: string[];
          /** Don't provide the VMs of these namespaces. Default: none. */
          exclude?: string[];
          /**
           * Provide only VMs with these labels: `key=value`, `key!=value`,
           * `key` or `!key`, joined by commas that mean and.
           */
          labelSelector?: string;
          /**
           * Owner in the catalog, an entity ref, of VMs that belong to nobody.
           * It gives no rights on snapshots: those belong to the owners that
           * the cluster or `kubevirtSnapshots.namespaceOwners` names.
           * Default: `unknown`.
           */
          defaultOwner?: string;
          /**
           * Key of the VM's label whose value is the name of the system that
           * the VM belongs to. Default: VMs are in no system.
           */
          systemLabel?: string;
          /**
           * Links on the page of each VM, such as to the console of the
           * cluster. Default: to its snapshots alone, where `app.baseUrl` is
           * set.
           */
          links?: Array<{
            /**
             * Address, with `{cluster}`, `{namespace}`, `{name}` and `{entity}`
             * (name of the entity) in place of those of the VM.
             */
            url: string;
            title: string;
            /** Key of an icon of the portal. */
            icon?: string;
          }>;
          /**
           * How often everything is compared anew, as a safety net. Default:
           * every 10 minutes.
           */
          schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
          /**
           * How long changes are gathered before the catalog is told, 50 ms to
           * 1 minute. Default: 1 second.
           */
          debounce?: HumanDuration | string;
        };
      };
    };
  };
}
