// SPDX-License-Identifier: Apache-2.0
import type { UserInfo } from './objectApi';
import { Attributes, RbacAuthorizer } from './rbac';
import { ApiError, badRequest } from './status';

const API_VERSION = 'authorization.k8s.io/v1';

function attributes(spec: any): Attributes {
  const { resourceAttributes, nonResourceAttributes } = spec ?? {};
  if (nonResourceAttributes) {
    return {
      verb: nonResourceAttributes.verb ?? '',
      group: '',
      resource: '',
      path: nonResourceAttributes.path ?? '',
    };
  }
  if (!resourceAttributes) {
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message:
        'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      details: {
        group: 'authorization.k8s.io',
        kind: 'SelfSubjectAccessReview',
      },
    });
  }
  const { verb, group, resource, subresource, namespace, name } =
    resourceAttributes;
  return {
    verb: verb ?? '',
    group: group ?? '',
    resource: subresource ? `${resource}/${subresource}` : resource ?? '',
    ...(namespace && { namespace }),
    ...(name && { name }),
  };
}

/** Answers the two reviews that everybody may create. */
export function review(
  resource: string,
  body: any,
  user: UserInfo,
  rbac: RbacAuthorizer,
): object {
  if (!body || typeof body !== 'object') {
    throw badRequest('the body of the request is not an object');
  }
  if (resource === 'selfsubjectaccessreviews') {
    const decision = rbac.decide(user, attributes(body.spec));
    return {
      kind: 'SelfSubjectAccessReview',
      apiVersion: API_VERSION,
      metadata: {},
      spec: body.spec,
      status: {
        allowed: decision.allowed,
        ...(decision.reason && { reason: decision.reason }),
      },
    };
  }
  const namespace = body.spec?.namespace;
  if (!namespace) {
    throw badRequest('no namespace on request');
  }
  const rules = rbac.rulesFor(user, namespace);
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: API_VERSION,
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules
        .filter(rule => rule.resources)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames && { resourceNames }),
        })),
      nonResourceRules: rules
        .filter(rule => rule.nonResourceURLs)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
    },
  };
}
