// SPDX-License-Identifier: Apache-2.0

/**
 * Where a virtual machine lives. Together with the UID of the VirtualMachine
 * object it is the identity that every record of this plugin is kept under.
 *
 * @public
 */
export interface VmRef {
  /** Name of the cluster as configured under `kubevirtSnapshots.clusters`. */
  cluster: string;
  /** Kubernetes namespace, an RFC 1123 label. */
  namespace: string;
  /** Name of the VirtualMachine, an RFC 1123 subdomain. */
  name: string;
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Whether the text is an RFC 1123 label as Kubernetes checks it: 1 to 63
 * characters of lower case letters, digits and `-`, with a letter or digit at
 * both ends. Namespaces are labels.
 *
 * @public
 */
export function isRfc1123Label(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/**
 * Whether the text is an RFC 1123 subdomain as Kubernetes checks it: labels
 * joined by dots, at most 253 characters. `.`, `..` and the empty text are
 * not, so a text that passes can never change the path of a URL it is put in.
 *
 * @public
 */
export function isRfc1123Subdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

/**
 * Writes a VmRef as `<cluster>/<namespace>/<name>`, the form of the entity
 * annotation and of the permission resource.
 *
 * @public
 */
export function stringifyVmRef(ref: VmRef): string {
  return `${ref.cluster}/${ref.namespace}/${ref.name}`;
}

/**
 * Reads `<cluster>/<namespace>/<name>`. It is read from the right, because a
 * cluster's name may hold slashes (cloud providers' ARNs do) while a namespace
 * and a name can't.
 *
 * @returns undefined when the text isn't such a reference
 * @public
 */
export function parseVmRef(text: string): VmRef | undefined {
  const parts = text.trim().split('/');
  if (parts.length < 3) {
    return undefined;
  }
  const name = parts.pop()!;
  const namespace = parts.pop()!;
  const cluster = parts.join('/');
  if (
    !cluster ||
    cluster.length > 253 ||
    // eslint-disable-next-line no-control-regex
    /[\s\u0000-\u001f]/.test(cluster) ||
    !isRfc1123Label(namespace) ||
    !isRfc1123Subdomain(name)
  ) {
    return undefined;
  }
  return { cluster, namespace, name };
}
