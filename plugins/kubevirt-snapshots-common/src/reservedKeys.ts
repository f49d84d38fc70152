// SPDX-License-Identifier: Apache-2.0

/**
 * Domains whose keys tools act on. Each stands for its subdomains too.
 */
const GITOPS_DOMAINS = [
  'argoproj.io',
  'cattle.io',
  'crossplane.io',
  'fluxcd.io',
  'helm.sh',
  'k14s.io',
  'pulumi.com',
  'weave.works',
];

const RESERVED_DOMAINS = [
  ...GITOPS_DOMAINS,
  'backstage.io',
  'k8s.io',
  'kubernetes.io',
  'kubevirt-snapshots',
  'kubevirt.io',
  'openshift.io',
];

/**
 * Keys outside these domains by which tools recognise what is theirs: Argo CD
 * finds its objects by `app.kubernetes.io/instance`, and would prune a copy
 * that carries it; `last-applied-configuration` makes the next `kubectl apply`
 * take away what the copy changed, and holds its whole configuration.
 */
const TOOL_KEYS = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'kubectl.kubernetes.io/last-applied-configuration',
];

function isIn(key: string, domains: string[]): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) {
    return false;
  }
  const prefix = key.slice(0, slash).toLowerCase();
  return domains.some(
    domain => prefix === domain || prefix.endsWith(`.${domain}`),
  );
}

/**
 * Whether a label or annotation may not come from a person: keys of KubeVirt,
 * Kubernetes, OpenShift, Backstage, GitOps tools and this plugin.
 *
 * @public
 */
export function isReservedKey(key: string): boolean {
  return isIn(key, RESERVED_DOMAINS);
}

/**
 * Whether a key must not travel from one VM to another: those of this plugin,
 * which say whose VM it is, and those by which GitOps tools recognise what
 * they manage.
 *
 * @public
 */
export function isBoundToOneObject(key: string): boolean {
  return (
    TOOL_KEYS.includes(key) ||
    isIn(key, [...GITOPS_DOMAINS, 'kubevirt-snapshots'])
  );
}

/**
 * Whether it is a key of a label as Kubernetes takes it.
 *
 * @public
 */
export function isLabelKey(key: string): boolean {
  const slash = key.lastIndexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  return (
    /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(
      key.slice(slash + 1),
    ) &&
    (prefix === undefined ||
      (prefix.length <= 253 &&
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(
          prefix,
        )))
  );
}

/**
 * Whether it is a value of a label as Kubernetes takes it.
 *
 * @public
 */
export function isLabelValue(value: string): boolean {
  return /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value);
}
