// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  KubernetesValidatorFunctions,
  type ResourceEntity,
} from '@backstage/catalog-model';
import {
  ANNOTATION_OWNER,
  ANNOTATION_VM,
  stringifyVmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  vmEntityName,
  type VmRecord,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { ANNOTATION_PROVIDER, LOCATION_TYPE } from './keys';
import { linksOf, type LinkTemplate } from './vmLinks';

/** What the catalog calls an owner that nobody knows. */
const NOBODY = 'unknown';

/** Options of {@link vmEntity}. */
export interface VmEntityOptions {
  vm: Pick<VmRecord, 'ref' | 'labels' | 'os' | 'instancetype' | 'preference'>;
  /** As `ownersOf` tells them. */
  owners: string[];
  providerId: string;
  /** Name of the cluster for people. */
  clusterTitle: string;
  /** Entity ref. */
  defaultOwner?: string;
  /** Key of a label. */
  systemLabel?: string;
  links?: readonly LinkTemplate[];
}

/**
 * Writes a VM as a catalog entity. Only what stays the same while a VM starts,
 * stops and is snapshotted goes into it: each change is a write to the
 * catalog's database.
 */
export function vmEntity(options: VmEntityOptions): ResourceEntity {
  const { vm, owners, systemLabel } = options;
  const { cluster, namespace, name } = vm.ref;
  const id = stringifyVmRef(vm.ref);
  const tags = tagsOf(vm);
  const links = linksOf(vm.ref, options.links ?? []);
  // Names of systems follow the rules of label values, so any value will do.
  const system = systemLabel && vm.labels[systemLabel];
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: vmEntityName(vm.ref),
      namespace: 'default',
      title: name,
      description: `Virtual machine in namespace ${namespace} of ${options.clusterTitle}`,
      annotations: {
        [ANNOTATION_LOCATION]: `${LOCATION_TYPE}:${id}`,
        // What binds the entity to the VM: the catalog lets nobody else write it.
        [ANNOTATION_ORIGIN_LOCATION]: `${LOCATION_TYPE}:${id}`,
        [ANNOTATION_VM]: id,
        [ANNOTATION_PROVIDER]: options.providerId,
        ...(owners.length > 0 && { [ANNOTATION_OWNER]: owners.join(',') }),
        'backstage.io/kubernetes-cluster': cluster,
        'backstage.io/kubernetes-namespace': namespace,
        'backstage.io/kubernetes-label-selector': `vm.kubevirt.io/name=${podLabel(
          name,
        )}`,
      },
      ...(tags.length > 0 && { tags }),
      ...(links.length > 0 && { links }),
    },
    spec: {
      type: 'virtual-machine',
      owner: owners[0] ?? options.defaultOwner ?? NOBODY,
      ...(system &&
        KubernetesValidatorFunctions.isValidObjectName(system) && { system }),
    },
  };
}

/**
 * Value of the label that KubeVirt puts on a VM's pods. It is the guest's host
 * name, which is the VM's name up to its first dot unless the VM sets another.
 */
function podLabel(name: string): string {
  return name.split('.')[0].slice(0, 63).replace(/-+$/, '');
}

function tagsOf(vm: VmEntityOptions['vm']): string[] {
  const tags = [vm.os, vm.instancetype, vm.preference]
    .map(text => text && tagOf(text))
    .filter((tag): tag is string => Boolean(tag));
  return Array.from(new Set(tags));
}

/** Tags are words of `a-z 0-9 + #` joined by single dashes, at most 63 long. */
function tagOf(text: string): string {
  return text
    .toLocaleLowerCase('en-US')
    .replace(/[^a-z0-9+#]+/g, '-')
    .slice(0, 63)
    .replace(/^-|-$/g, '');
}
