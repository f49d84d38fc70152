// SPDX-License-Identifier: Apache-2.0
import {
  CLONE_SCHEMA,
  DATA_VOLUME_SCHEMA,
  RESTORE_SCHEMA,
  Schema,
  SNAPSHOT_SCHEMA,
  TEMPLATE_SCHEMA,
  VM_SCHEMA,
  VOLUME_SNAPSHOT_SCHEMA,
} from './schemas';

/** One kind of object that the server knows. */
export type ResourceType = {
  group: string;
  /** Served versions, the preferred and stored one first. */
  versions: string[];
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  /** Has a /status subresource. */
  status: boolean;
  /** Defined by a CRD: no strategic merge patch, `generation`, updates need a resourceVersion. */
  custom: boolean;
  shortNames?: string[];
  categories?: string[];
  /** DELETE answers the object instead of a Status. */
  returnsDeleted?: boolean;
  /** RBAC object names may contain colons. */
  anyName?: boolean;
  /** Fields beside metadata.name and metadata.namespace that a fieldSelector may name. */
  selectable?: string[];
  schema?: Schema;
};

export function resourceKey(type: { group: string; plural: string }): string {
  return `${type.group}/${type.plural}`;
}

type Options = Partial<
  Omit<ResourceType, 'group' | 'versions' | 'plural' | 'kind'>
>;

function builtin(
  group: string,
  plural: string,
  kind: string,
  options: Options = {},
): ResourceType {
  return {
    group,
    versions: ['v1'],
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    status: false,
    custom: false,
    ...options,
  };
}

function custom(
  group: string,
  versions: string[],
  plural: string,
  kind: string,
  options: Options = {},
): ResourceType {
  return {
    group,
    versions,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    status: true,
    custom: true,
    ...options,
  };
}

const RBAC = 'rbac.authorization.k8s.io';
const VOLUME_SNAPSHOT = 'snapshot.storage.k8s.io';
const INSTANCETYPE = 'instancetype.kubevirt.io';
const ALL = ['all'];

export const RESOURCE_TYPES: ResourceType[] = [
  builtin('', 'namespaces', 'Namespace', {
    namespaced: false,
    status: true,
    shortNames: ['ns'],
    returnsDeleted: true,
    selectable: ['status.phase'],
  }),
  builtin('', 'persistentvolumeclaims', 'PersistentVolumeClaim', {
    status: true,
    shortNames: ['pvc'],
    returnsDeleted: true,
  }),
  builtin('', 'pods', 'Pod', {
    status: true,
    shortNames: ['po'],
    categories: ALL,
    returnsDeleted: true,
    selectable: ['spec.nodeName', 'spec.restartPolicy', 'status.phase'],
  }),
  builtin('', 'events', 'Event', {
    shortNames: ['ev'],
    selectable: [
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
  }),
  builtin('', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  builtin('', 'secrets', 'Secret', { selectable: ['type'] }),
  builtin('', 'serviceaccounts', 'ServiceAccount', {
    shortNames: ['sa'],
    returnsDeleted: true,
  }),
  builtin('', 'resourcequotas', 'ResourceQuota', {
    status: true,
    shortNames: ['quota'],
    returnsDeleted: true,
  }),
  builtin('apps', 'controllerrevisions', 'ControllerRevision'),
  builtin(RBAC, 'clusterroles', 'ClusterRole', {
    namespaced: false,
    anyName: true,
  }),
  builtin(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', {
    namespaced: false,
    anyName: true,
  }),
  builtin(RBAC, 'roles', 'Role', { anyName: true }),
  builtin(RBAC, 'rolebindings', 'RoleBinding', { anyName: true }),
  builtin('storage.k8s.io', 'storageclasses', 'StorageClass', {
    namespaced: false,
    shortNames: ['sc'],
  }),
  custom(VOLUME_SNAPSHOT, ['v1'], 'volumesnapshots', 'VolumeSnapshot', {
    shortNames: ['vs'],
    schema: VOLUME_SNAPSHOT_SCHEMA,
  }),
  custom(
    VOLUME_SNAPSHOT,
    ['v1'],
    'volumesnapshotcontents',
    'VolumeSnapshotContent',
    { namespaced: false, shortNames: ['vsc', 'vscs'] },
  ),
  custom(
    VOLUME_SNAPSHOT,
    ['v1'],
    'volumesnapshotclasses',
    'VolumeSnapshotClass',
    {
      namespaced: false,
      status: false,
      shortNames: ['vsclass', 'vsclasses'],
    },
  ),
  custom('cdi.kubevirt.io', ['v1beta1'], 'datavolumes', 'DataVolume', {
    shortNames: ['dv', 'dvs'],
    categories: ALL,
    schema: DATA_VOLUME_SCHEMA,
  }),
  custom('cdi.kubevirt.io', ['v1beta1'], 'storageprofiles', 'StorageProfile', {
    namespaced: false,
  }),
  custom('kubevirt.io', ['v1'], 'virtualmachines', 'VirtualMachine', {
    shortNames: ['vm', 'vms'],
    categories: ALL,
    schema: VM_SCHEMA,
  }),
  custom(
    'kubevirt.io',
    ['v1'],
    'virtualmachineinstances',
    'VirtualMachineInstance',
    { status: false, shortNames: ['vmi', 'vmis'], categories: ALL },
  ),
  custom('kubevirt.io', ['v1'], 'kubevirts', 'KubeVirt', {
    shortNames: ['kv', 'kvs'],
    categories: ALL,
  }),
  custom(
    'snapshot.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachinesnapshots',
    'VirtualMachineSnapshot',
    {
      shortNames: ['vmsnapshot', 'vmsnapshots'],
      categories: ALL,
      schema: SNAPSHOT_SCHEMA,
    },
  ),
  custom(
    'snapshot.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachinesnapshotcontents',
    'VirtualMachineSnapshotContent',
    {
      shortNames: ['vmsnapshotcontent', 'vmsnapshotcontents'],
      categories: ALL,
    },
  ),
  custom(
    'snapshot.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachinerestores',
    'VirtualMachineRestore',
    {
      shortNames: ['vmrestore', 'vmrestores'],
      categories: ALL,
      schema: RESTORE_SCHEMA,
    },
  ),
  custom(
    'clone.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachineclones',
    'VirtualMachineClone',
    {
      shortNames: ['vmclone', 'vmclones'],
      categories: ALL,
      schema: CLONE_SCHEMA,
    },
  ),
  custom(
    'template.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachinetemplates',
    'VirtualMachineTemplate',
    { shortNames: ['vmt', 'vmts'], schema: TEMPLATE_SCHEMA },
  ),
  custom(
    'template.kubevirt.io',
    ['v1beta1', 'v1alpha1'],
    'virtualmachinetemplaterequests',
    'VirtualMachineTemplateRequest',
    { shortNames: ['vmtr', 'vmtrs'] },
  ),
  custom(
    INSTANCETYPE,
    ['v1beta1'],
    'virtualmachineinstancetypes',
    'VirtualMachineInstancetype',
    {
      status: false,
      shortNames: ['vminstancetype', 'vminstancetypes', 'vmf', 'vmfs'],
      categories: ALL,
    },
  ),
  custom(
    INSTANCETYPE,
    ['v1beta1'],
    'virtualmachineclusterinstancetypes',
    'VirtualMachineClusterInstancetype',
    {
      namespaced: false,
      status: false,
      shortNames: [
        'vmclusterinstancetype',
        'vmclusterinstancetypes',
        'vmcf',
        'vmcfs',
      ],
    },
  ),
  custom(
    INSTANCETYPE,
    ['v1beta1'],
    'virtualmachinepreferences',
    'VirtualMachinePreference',
    {
      status: false,
      shortNames: ['vmpref', 'vmprefs', 'vmp', 'vmps'],
      categories: ALL,
    },
  ),
  custom(
    INSTANCETYPE,
    ['v1beta1'],
    'virtualmachineclusterpreferences',
    'VirtualMachineClusterPreference',
    { namespaced: false, status: false, shortNames: ['vmcp', 'vmcps'] },
  ),
  // OpenShift's own, served by its aggregated API server; see the switch templateApi
  builtin('template.openshift.io', 'templates', 'Template'),
];

const BY_KEY = new Map(RESOURCE_TYPES.map(type => [resourceKey(type), type]));
const BY_KIND = new Map(
  RESOURCE_TYPES.map(type => [`${type.group}/${type.kind}`, type]),
);

export function findResource(
  group: string,
  plural: string,
): ResourceType | undefined {
  return BY_KEY.get(`${group}/${plural}`);
}

export function resourceByKey(key: string): ResourceType {
  const type = BY_KEY.get(key);
  if (!type) {
    throw new Error(`Unknown resource ${key}`);
  }
  return type;
}

export function resourceByKind(
  apiVersion: string,
  kind: string,
): ResourceType | undefined {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return BY_KIND.get(`${group}/${kind}`);
}

export function groupVersion(group: string, version: string): string {
  return group ? `${group}/${version}` : version;
}

/** Short handles for the controllers, so that nobody repeats group and plural. */
export const R = {
  namespace: '/namespaces',
  pvc: '/persistentvolumeclaims',
  pod: '/pods',
  event: '/events',
  configMap: '/configmaps',
  secret: '/secrets',
  serviceAccount: '/serviceaccounts',
  quota: '/resourcequotas',
  revision: 'apps/controllerrevisions',
  clusterRole: `${RBAC}/clusterroles`,
  clusterRoleBinding: `${RBAC}/clusterrolebindings`,
  role: `${RBAC}/roles`,
  roleBinding: `${RBAC}/rolebindings`,
  storageClass: 'storage.k8s.io/storageclasses',
  volumeSnapshot: `${VOLUME_SNAPSHOT}/volumesnapshots`,
  volumeSnapshotContent: `${VOLUME_SNAPSHOT}/volumesnapshotcontents`,
  volumeSnapshotClass: `${VOLUME_SNAPSHOT}/volumesnapshotclasses`,
  dataVolume: 'cdi.kubevirt.io/datavolumes',
  storageProfile: 'cdi.kubevirt.io/storageprofiles',
  vm: 'kubevirt.io/virtualmachines',
  vmi: 'kubevirt.io/virtualmachineinstances',
  kubevirt: 'kubevirt.io/kubevirts',
  snapshot: 'snapshot.kubevirt.io/virtualmachinesnapshots',
  content: 'snapshot.kubevirt.io/virtualmachinesnapshotcontents',
  restore: 'snapshot.kubevirt.io/virtualmachinerestores',
  clone: 'clone.kubevirt.io/virtualmachineclones',
  template: 'template.kubevirt.io/virtualmachinetemplates',
  instancetype: `${INSTANCETYPE}/virtualmachineinstancetypes`,
  clusterInstancetype: `${INSTANCETYPE}/virtualmachineclusterinstancetypes`,
  preference: `${INSTANCETYPE}/virtualmachinepreferences`,
  clusterPreference: `${INSTANCETYPE}/virtualmachineclusterpreferences`,
  templateRequest: 'template.kubevirt.io/virtualmachinetemplaterequests',
} as const;
