// SPDX-License-Identifier: Apache-2.0
import type { ObjectStore } from '../storage/objectStore';
import type { KubeObject } from '../types';
import type { UserInfo } from './objectApi';
import { R } from './resources';
import { parseLabelSelector } from './selectors';
import { ApiError } from './status';

/** What somebody wants to do. */
export type Attributes = {
  verb: string;
  group: string;
  /** Plural, with subresource after a slash; empty for paths outside the API. */
  resource: string;
  namespace?: string;
  name?: string;
  /** For requests that are not about resources. */
  path?: string;
};

export type Decision = { allowed: boolean; reason?: string };

type PolicyRule = {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
};

const MASTERS = 'system:masters';

function has(list: string[] | undefined, value: string): boolean {
  return (list ?? []).some(entry => entry === '*' || entry === value);
}

function resourceMatches(rule: PolicyRule, resource: string): boolean {
  const [, subresource] = resource.split('/');
  return (rule.resources ?? []).some(
    entry =>
      entry === '*' ||
      entry === resource ||
      (subresource !== undefined && entry === `*/${subresource}`),
  );
}

export function ruleAllows(rule: PolicyRule, request: Attributes): boolean {
  if (!has(rule.verbs, request.verb)) {
    return false;
  }
  if (request.path !== undefined) {
    return (rule.nonResourceURLs ?? []).some(
      pattern =>
        pattern === request.path ||
        (pattern.endsWith('*') &&
          request.path!.startsWith(pattern.slice(0, -1))),
    );
  }
  return (
    has(rule.apiGroups, request.group) &&
    resourceMatches(rule, request.resource) &&
    (!rule.resourceNames?.length ||
      rule.resourceNames.includes(request.name ?? ''))
  );
}

function subjectMatches(
  subject: any,
  user: UserInfo,
  bindingNamespace: string | undefined,
): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount':
      return (
        user.name ===
        `system:serviceaccount:${subject.namespace ?? bindingNamespace}:${
          subject.name
        }`
      );
    default:
      return false;
  }
}

function describeSubject(subject: any, bindingNamespace?: string): string {
  return subject.kind === 'ServiceAccount'
    ? `ServiceAccount "${subject.namespace ?? bindingNamespace}/${
        subject.name
      }"`
    : `${subject.kind} "${subject.name}"`;
}

/** Evaluates the stored roles and bindings. */
export class RbacAuthorizer {
  readonly #store: ObjectStore;

  constructor(options: { store: ObjectStore }) {
    this.#store = options.store;
  }

  decide(user: UserInfo, request: Attributes): Decision {
    if (user.groups.includes(MASTERS)) {
      return { allowed: true };
    }
    for (const { rules, reason } of this.#grants(user, request.namespace)) {
      if (rules().some(rule => ruleAllows(rule, request))) {
        return { allowed: true, reason };
      }
    }
    return { allowed: false };
  }

  /** @throws ApiError 403 in Kubernetes' words */
  require(user: UserInfo, request: Attributes): void {
    if (!this.decide(user, request).allowed) {
      throw forbidden(user, request);
    }
  }

  /** All rules that apply in a namespace, as SelfSubjectRulesReview answers them. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    if (user.groups.includes(MASTERS)) {
      return [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ];
    }
    return this.#grants(user, namespace).flatMap(grant => grant.rules());
  }

  #grants(user: UserInfo, namespace: string | undefined) {
    const bindings = [
      ...this.#store.list(R.clusterRoleBinding),
      ...(namespace ? this.#store.list(R.roleBinding, namespace) : []),
    ];
    return bindings.flatMap(binding => {
      const { name, namespace: within } = binding.metadata;
      const subject = (binding.subjects ?? []).find((entry: any) =>
        subjectMatches(entry, user, within),
      );
      if (!subject) {
        return [];
      }
      const label = within
        ? `RoleBinding "${name}/${within}"`
        : `ClusterRoleBinding "${name}"`;
      return [
        {
          rules: () => this.#rules(binding),
          reason: `RBAC: allowed by ${label} of ${binding.roleRef.kind} "${
            binding.roleRef.name
          }" to ${describeSubject(subject, within)}`,
        },
      ];
    });
  }

  #rules(binding: KubeObject): PolicyRule[] {
    const { kind, name } = binding.roleRef;
    const role =
      kind === 'Role'
        ? this.#store.get(R.role, binding.metadata.namespace, name)
        : this.#store.get(R.clusterRole, undefined, name);
    if (!role) {
      return [];
    }
    const selectors: any[] = role.aggregationRule?.clusterRoleSelectors ?? [];
    // Kubernetes copies aggregated rules into the role; looking at them here saves a controller
    return selectors.length === 0
      ? role.rules ?? []
      : selectors.flatMap(({ matchLabels }) => {
          const selector = parseLabelSelector(
            Object.entries(matchLabels ?? {})
              .map(([key, value]) => `${key}=${value}`)
              .join(','),
          );
          return this.#store
            .list(R.clusterRole)
            .filter(selector)
            .flatMap(entry => entry.rules ?? []);
        });
  }
}

export function forbidden(user: UserInfo, request: Attributes): ApiError {
  if (request.path !== undefined) {
    return new ApiError({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: User "${user.name}" cannot ${request.verb} path "${request.path}"`,
      details: {},
    });
  }
  const [plural] = request.resource.split('/');
  const label = request.group ? `${plural}.${request.group}` : plural;
  const named = request.name ? ` "${request.name}"` : '';
  const scope = request.namespace
    ? `in the namespace "${request.namespace}"`
    : 'at the cluster scope';
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${label}${named} is forbidden: User "${user.name}" cannot ${request.verb} resource "${request.resource}" in API group "${request.group}" ${scope}`,
    details: {
      ...(request.name && { name: request.name }),
      ...(request.group && { group: request.group }),
      kind: plural,
    },
  });
}
