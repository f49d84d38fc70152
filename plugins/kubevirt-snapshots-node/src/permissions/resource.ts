// SPDX-License-Identifier: Apache-2.0
import { createPermissionResourceRef } from '@backstage/plugin-permission-node';
import {
  RESOURCE_TYPE_KUBEVIRT_VM,
  VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { VmFilter } from './VmFilter';

/**
 * What a permission rule is told about a virtual machine. All of it are facts
 * of the cluster, never of a catalog file.
 *
 * For rows that are about a former VM (audit, history) it holds the facts
 * recorded then; `labels` is empty there, so that HAS_LABEL is false.
 *
 * @public
 */
export interface VmResource {
  ref: VmRef;
  /** UID of the VirtualMachine object, absent when it is gone. */
  uid?: string;
  /** Entity refs, lower case. */
  owners: string[];
  /** Labels of the VirtualMachine. */
  labels: Record<string, string>;
}

/**
 * Permission resource of a virtual machine. Its resource reference is
 * `<cluster>/<namespace>/<name>`.
 *
 * @public
 */
export const kubevirtVmResourceRef = createPermissionResourceRef<
  VmResource,
  VmFilter
>().with({
  pluginId: 'kubevirt-snapshots',
  resourceType: RESOURCE_TYPE_KUBEVIRT_VM,
});
