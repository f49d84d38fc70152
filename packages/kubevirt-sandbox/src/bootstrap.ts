// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from './types';

const RBAC = 'rbac.authorization.k8s.io';
const RBAC_V1 = `${RBAC}/v1`;
const READ = ['get', 'list', 'watch'];
const EDIT = [...READ, 'create', 'update', 'patch', 'delete'];
const KUBEVIRT_GROUPS = [
  'snapshot.kubevirt.io',
  'clone.kubevirt.io',
  'instancetype.kubevirt.io',
];
const PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/openapi',
  '/openapi/*',
];

function clusterRole(
  name: string,
  rules: object[],
  labels?: Record<string, string>,
): KubeObject {
  return {
    apiVersion: RBAC_V1,
    kind: 'ClusterRole',
    metadata: { name, ...(labels && { labels }) },
    rules,
  };
}

/** A role made of all roles with the label, as Kubernetes builds admin, edit and view. */
function aggregated(name: string): KubeObject {
  return {
    ...clusterRole(name, []),
    aggregationRule: {
      clusterRoleSelectors: [
        { matchLabels: { [`${RBAC}/aggregate-to-${name}`]: 'true' } },
      ],
    },
  };
}

function part(
  name: string,
  to: 'admin' | 'edit' | 'view',
  rules: object[],
): KubeObject {
  return clusterRole(name, rules, {
    [`${RBAC}/aggregate-to-${to}`]: 'true',
  });
}

function binding(role: string, groups: string[]): KubeObject {
  return {
    apiVersion: RBAC_V1,
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: groups.map(name => ({ apiGroup: RBAC, kind: 'Group', name })),
  };
}

function kubevirtRules(verbs: string[]): object[] {
  return [
    { apiGroups: KUBEVIRT_GROUPS, resources: ['*'], verbs },
    {
      apiGroups: ['kubevirt.io'],
      resources: ['virtualmachines', 'virtualmachineinstances'],
      verbs,
    },
  ];
}

const ACTIONS = {
  apiGroups: ['subresources.kubevirt.io'],
  resources: [
    'virtualmachines/start',
    'virtualmachines/stop',
    'virtualmachines/restart',
    'virtualmachines/memorydump',
    'virtualmachines/removememorydump',
    'virtualmachineinstances/pause',
    'virtualmachineinstances/unpause',
    'virtualmachineinstances/freeze',
    'virtualmachineinstances/unfreeze',
  ],
  verbs: ['update'],
};

const CORE_READ = {
  apiGroups: [''],
  resources: [
    'configmaps',
    'events',
    'persistentvolumeclaims',
    'pods',
    'resourcequotas',
    'serviceaccounts',
    'namespaces',
  ],
  verbs: READ,
};

function roles(): KubeObject[] {
  const anybody = ['system:authenticated', 'system:unauthenticated'];
  return [
    clusterRole('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    binding('cluster-admin', ['system:masters']),
    clusterRole('system:basic-user', [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
    ]),
    binding('system:basic-user', ['system:authenticated']),
    clusterRole('system:discovery', [
      { nonResourceURLs: [...DISCOVERY, ...PATHS], verbs: ['get'] },
    ]),
    binding('system:discovery', ['system:authenticated']),
    clusterRole('system:public-info-viewer', [
      { nonResourceURLs: PATHS, verbs: ['get'] },
    ]),
    binding('system:public-info-viewer', anybody),
    aggregated('admin'),
    aggregated('edit'),
    aggregated('view'),
    part('system:aggregate-to-view', 'view', [CORE_READ]),
    part('system:aggregate-to-edit', 'edit', [
      { ...CORE_READ, verbs: EDIT },
      { apiGroups: [''], resources: ['secrets'], verbs: EDIT },
    ]),
    part('system:aggregate-to-admin', 'admin', [
      { ...CORE_READ, verbs: EDIT },
      { apiGroups: [''], resources: ['secrets'], verbs: EDIT },
      {
        apiGroups: [RBAC],
        resources: ['roles', 'rolebindings'],
        verbs: EDIT,
      },
    ]),
    clusterRole('kubevirt.io:default', [
      {
        apiGroups: ['kubevirt.io'],
        resources: ['kubevirts'],
        verbs: ['get', 'list'],
      },
      {
        apiGroups: ['subresources.kubevirt.io'],
        resources: ['version', 'guestfs'],
        verbs: ['get', 'list'],
      },
    ]),
    binding('kubevirt.io:default', ['system:authenticated']),
    part('kubevirt.io:admin', 'admin', [
      ...kubevirtRules([...EDIT, 'deletecollection']),
      ACTIONS,
    ]),
    part('kubevirt.io:edit', 'edit', [...kubevirtRules(EDIT), ACTIONS]),
    part('kubevirt.io:view', 'view', kubevirtRules(READ)),
  ];
}

function storage(): KubeObject[] {
  const driver = 'block.csi.example.com';
  const storageClass = (name: string, provisioner: string, mode: string) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      ...(name === 'fast' && {
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      }),
    },
    provisioner,
    volumeBindingMode: mode,
    allowVolumeExpansion: true,
  });
  const profile = (name: string, provisioner: string) => ({
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'StorageProfile',
    metadata: { name },
    spec: {},
    status: { provisioner, storageClass: name },
  });
  return [
    storageClass('fast', driver, 'Immediate'),
    profile('fast', driver),
    storageClass('fast-wffc', driver, 'WaitForFirstConsumer'),
    profile('fast-wffc', driver),
    storageClass('local-path', 'local.csi.example.com', 'Immediate'),
    profile('local-path', 'local.csi.example.com'),
    {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'fast-snapshots' },
      driver,
      deletionPolicy: 'Delete',
    },
  ];
}

function kubevirt(): KubeObject {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'KubeVirt',
    metadata: { name: 'kubevirt', namespace: 'kubevirt' },
    spec: {
      configuration: { developerConfiguration: {} },
      imagePullPolicy: 'IfNotPresent',
    },
  };
}

export const KUBEVIRT_STATUS = {
  conditions: [
    {
      type: 'Available',
      status: 'True',
      reason: 'AllComponentsReady',
      message: 'All components are ready.',
    },
  ],
  defaultArchitecture: 'amd64',
  observedKubeVirtVersion: 'v1.9.0',
  operatorVersion: 'v1.9.0',
  targetKubeVirtVersion: 'v1.9.0',
  phase: 'Deployed',
};

/** What a cluster with KubeVirt has before anybody uses it. */
export function bootstrapObjects(): KubeObject[] {
  const namespaces = ['default', 'kube-system', 'kubevirt', 'cdi'];
  return [
    ...namespaces.map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    ...roles(),
    ...storage(),
    kubevirt(),
  ];
}
