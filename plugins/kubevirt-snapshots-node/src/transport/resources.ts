// SPDX-License-Identifier: Apache-2.0
import { InputError } from '@backstage/errors';
import {
  isRfc1123Label,
  isRfc1123Subdomain,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** A kind of object in a cluster, as its REST path names it. */
export interface Resource {
  /** Empty for the core group. */
  group: string;
  version: string;
  plural: string;
}

/** Every resource that this version of the plugin reads or writes. */
export const RESOURCES = {
  virtualMachines: {
    group: 'kubevirt.io',
    version: 'v1',
    plural: 'virtualmachines',
  },
  virtualMachineInstances: {
    group: 'kubevirt.io',
    version: 'v1',
    plural: 'virtualmachineinstances',
  },
  vmActions: {
    group: 'subresources.kubevirt.io',
    version: 'v1',
    plural: 'virtualmachines',
  },
  snapshots: {
    group: 'snapshot.kubevirt.io',
    version: 'v1beta1',
    plural: 'virtualmachinesnapshots',
  },
  contents: {
    group: 'snapshot.kubevirt.io',
    version: 'v1beta1',
    plural: 'virtualmachinesnapshotcontents',
  },
  restores: {
    group: 'snapshot.kubevirt.io',
    version: 'v1beta1',
    plural: 'virtualmachinerestores',
  },
  clones: {
    group: 'clone.kubevirt.io',
    version: 'v1beta1',
    plural: 'virtualmachineclones',
  },
  volumeSnapshots: {
    group: 'snapshot.storage.k8s.io',
    version: 'v1',
    plural: 'volumesnapshots',
  },
  dataVolumes: {
    group: 'cdi.kubevirt.io',
    version: 'v1beta1',
    plural: 'datavolumes',
  },
  templates: {
    group: 'template.kubevirt.io',
    version: 'v1beta1',
    plural: 'virtualmachinetemplates',
  },
  openshiftTemplates: {
    group: 'template.openshift.io',
    version: 'v1',
    plural: 'templates',
  },
  events: { group: '', version: 'v1', plural: 'events' },
  claims: { group: '', version: 'v1', plural: 'persistentvolumeclaims' },
  configMaps: { group: '', version: 'v1', plural: 'configmaps' },
  resourceQuotas: { group: '', version: 'v1', plural: 'resourcequotas' },
  kubevirts: { group: 'kubevirt.io', version: 'v1', plural: 'kubevirts' },
  accessReviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'selfsubjectaccessreviews',
  },
} as const satisfies Record<string, Resource>;

/** `virtualmachinesnapshots.snapshot.kubevirt.io`, as `kubectl` names it. */
export function resourceName(resource: Resource): string {
  return resource.group
    ? `${resource.plural}.${resource.group}`
    : resource.plural;
}

/**
 * Builds the path of a resource. Names are checked here, before any path
 * exists: `.`, `..` or an empty name would be normalised away on the way, and
 * a DELETE without a name means "delete all of them" to an API server.
 *
 * @throws InputError for a namespace or a name that Kubernetes can't have
 */
export function resourcePath(
  resource: Resource,
  where: { namespace?: string; name?: string } = {},
): string {
  const { namespace, name } = where;
  if (namespace !== undefined && !isText(namespace, isRfc1123Label)) {
    throw new InputError(`${quote(namespace)} is no name of a namespace`);
  }
  if (name !== undefined && !isText(name, isRfc1123Subdomain)) {
    throw new InputError(
      `${quote(name)} is no name of an object in Kubernetes`,
    );
  }
  const root = resource.group
    ? `/apis/${resource.group}/${resource.version}`
    : `/api/${resource.version}`;
  return [
    root,
    ...(namespace === undefined ? [] : [`namespaces/${namespace}`]),
    resource.plural,
    ...(name === undefined ? [] : [name]),
  ].join('/');
}

/** Types end where JSON begins, so they are checked as well. */
function isText(value: unknown, passes: (text: string) => boolean): boolean {
  return typeof value === 'string' && passes(value);
}

function quote(text: unknown): string {
  return JSON.stringify(String(text).slice(0, 100));
}
