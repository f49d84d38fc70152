// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  isRfc1123Label,
  stringifyVmRef,
  type VmRef,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** Longest name that the catalog takes. */
const MAX_NAME = 63;
/** 64 bits, so that nobody can look for a second VM with the same name. */
const HASH_DIGITS = 16;

/**
 * Name of the catalog entity that stands for a VM. It depends on the VM alone,
 * so it never changes because of another VM or another cluster.
 *
 * - `<vm>.<namespace>.<cluster>` when that fits into 63 characters and the
 *   cluster's name is an RFC 1123 label. A namespace has no dots, nor has the
 *   cluster then, so the name can be read from the right: no two VMs share it.
 * - Otherwise the beginning of `<vm>.<namespace>`, `_`, and 16 hexadecimal
 *   digits of the SHA-256 of `<cluster>/<namespace>/<vm>`. No Kubernetes name
 *   holds `_`, so it can't be taken for one of the first form.
 *
 * @returns lower case, as the catalog compares names without regard to case
 * @public
 */
export function vmEntityName(ref: VmRef): string {
  const { cluster, namespace, name } = ref;
  const plain = `${name}.${namespace}.${cluster}`;
  if (plain.length <= MAX_NAME && isRfc1123Label(cluster)) {
    return plain;
  }
  const hash = createHash('sha256')
    .update(stringifyVmRef(ref))
    .digest('hex')
    .slice(0, HASH_DIGITS);
  const head = `${name}.${namespace}`.slice(0, MAX_NAME - HASH_DIGITS - 1);
  return `${head}_${hash}`;
}

/**
 * Ref of the entity that a catalog provider makes of a VM, if one does; see
 * {@link ProvidedVms}.
 *
 * @public
 */
export function vmEntityRef(ref: VmRef): string {
  return `resource:default/${vmEntityName(ref)}`;
}
