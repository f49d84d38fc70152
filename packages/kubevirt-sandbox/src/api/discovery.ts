// SPDX-License-Identifier: Apache-2.0
import { groupVersion, RESOURCE_TYPES, ResourceType } from './resources';

const CUSTOM_VERBS = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];
const BUILTIN_VERBS = [...CUSTOM_VERBS].sort();

const SUBRESOURCES = 'subresources.kubevirt.io';
const TEMPLATE_SUBRESOURCES = 'subresources.template.kubevirt.io';

/** Names as virt-api lists them, those without an implementation here left out. */
const ACTIONS = [
  'virtualmachineinstances/pause',
  'virtualmachineinstances/unpause',
  'virtualmachineinstances/freeze',
  'virtualmachineinstances/unfreeze',
  'virtualmachines/start',
  'virtualmachines/stop',
  'virtualmachines/restart',
  'virtualmachines/memorydump',
  'virtualmachines/removememorydump',
];

function entries(type: ResourceType): object[] {
  const result: object[] = [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: type.custom ? CUSTOM_VERBS : BUILTIN_VERBS,
      ...(type.shortNames && { shortNames: type.shortNames }),
      ...(type.categories && { categories: type.categories }),
    },
  ];
  if (type.status) {
    result.push({
      name: `${type.plural}/status`,
      singularName: '',
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: ['get', 'patch', 'update'],
    });
  }
  if (type.plural === 'serviceaccounts') {
    result.push({
      name: 'serviceaccounts/token',
      singularName: '',
      namespaced: true,
      group: 'authentication.k8s.io',
      version: 'v1',
      kind: 'TokenRequest',
      verbs: ['create'],
    });
  }
  return result;
}

/** Virtual resources that are not in the table. */
const EXTRA: Record<string, { versions: string[]; resources: object[] }> = {
  'authorization.k8s.io': {
    versions: ['v1'],
    resources: ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'].map(
      kind => ({
        name: `${kind.toLowerCase()}s`,
        singularName: kind.toLowerCase(),
        namespaced: false,
        kind,
        verbs: ['create'],
      }),
    ),
  },
  [SUBRESOURCES]: {
    versions: ['v1', 'v1alpha3'],
    resources: ACTIONS.map(name => ({
      name,
      singularName: '',
      namespaced: true,
      kind: '',
      verbs: null,
    })),
  },
  [TEMPLATE_SUBRESOURCES]: {
    versions: ['v1beta1', 'v1alpha1'],
    resources: ['process', 'create'].map(action => ({
      name: `virtualmachinetemplates/${action}`,
      singularName: '',
      namespaced: true,
      group: TEMPLATE_SUBRESOURCES,
      version: 'v1beta1',
      kind: 'ProcessedVirtualMachineTemplate',
      verbs: ['create'],
    })),
  },
};

/** `hidden` groups are those whose CRDs a fault has removed. */
export class Discovery {
  readonly #hidden: () => ReadonlySet<string>;

  constructor(options: { hidden: () => ReadonlySet<string> }) {
    this.#hidden = options.hidden;
  }

  serves(group: string, version: string): boolean {
    return this.#versions().get(group)?.includes(version) ?? false;
  }

  legacy(host: string): object {
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: host },
      ],
    };
  }

  groups(): object {
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...this.#versions().keys()]
        .filter(group => group !== '')
        .map(group => this.#group(group)),
    };
  }

  group(group: string): object | undefined {
    return group !== '' && this.#versions().has(group)
      ? { kind: 'APIGroup', apiVersion: 'v1', ...this.#group(group) }
      : undefined;
  }

  resources(group: string, version: string): object | undefined {
    if (!this.serves(group, version)) {
      return undefined;
    }
    const own = RESOURCE_TYPES.filter(
      type => type.group === group && type.versions.includes(version),
    ).flatMap(entries);
    return {
      kind: 'APIResourceList',
      ...(group !== '' && { apiVersion: 'v1' }),
      groupVersion: groupVersion(group, version),
      resources: [...own, ...(EXTRA[group]?.resources ?? [])],
    };
  }

  #group(group: string) {
    const versions = this.#versions()
      .get(group)!
      .map(version => ({
        groupVersion: groupVersion(group, version),
        version,
      }));
    return { name: group, versions, preferredVersion: versions[0] };
  }

  #versions(): Map<string, string[]> {
    const result = new Map<string, string[]>();
    for (const type of RESOURCE_TYPES) {
      result.set(type.group, type.versions);
    }
    for (const [group, { versions }] of Object.entries(EXTRA)) {
      result.set(group, versions);
    }
    for (const group of this.#hidden()) {
      result.delete(group);
    }
    return result;
  }
}
